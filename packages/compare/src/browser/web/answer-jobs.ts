/** What {@link startWebPool} sends to a worker: first its data, then jobs. */
export type ToWorker = { data: unknown } | { job: unknown };

/** What a worker sends back for a job; it has one at a time. */
export type FromWorker = { result: unknown } | { error: Error };

/**
 * Answers the jobs of `startWebPool`: what the module of a worker of a page calls, once.
 *
 * @param start given the data of the pool; returns what runs a job. Where it fails, so does every job
 *
 * @example
 * answerJobs(async (factor: number) => async (job: number) => factor * job);
 */
export function answerJobs<Data, Job, Result>(
  start: (data: Data) => Promise<(job: Job) => Promise<Result>>,
): void {
  let starting: Promise<(job: Job) => Promise<Result>> | undefined;
  addEventListener("message", ({ data: message }: MessageEvent<ToWorker>) => {
    if ("data" in message) {
      starting = start(message.data as Data);
      // The first job reports it.
      starting.catch(() => {});
      return;
    }
    const { job } = message;
    const answer = (sent: FromWorker): void => postMessage(sent);
    (starting ?? Promise.reject(new Error("a job came before the data of its pool")))
      .then((run) => run(job as Job))
      .then((result) => answer({ result }))
      .catch((error: unknown) => answer({ error: error instanceof Error ? error : new Error(`${error}`) }));
  });
}
