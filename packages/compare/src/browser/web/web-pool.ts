import { checkNumber } from "minimand/engine";
import type { Pool } from "../../run/pool.ts";
import type { FromWorker, ToWorker } from "./answer-jobs.ts";

/** What {@link startWebPool} needs. */
export interface WebPoolOptions {
  /**
   * Starts a worker whose module calls `answerJobs`, or a function that calls it: bundlers only find `new Worker(new URL(...))` where it is
   * written.
   */
  start: () => Worker;
  /** Sent to each worker when it starts. */
  data: unknown;
  /** How many; default: one for each core. */
  workers?: number;
}

/** A job that waits, or runs. */
interface Asked {
  job: unknown;
  resolve: (result: never) => void;
  reject: (error: unknown) => void;
}

/**
 * Returns a pool of workers of a page, each with an engine of its own. Its end is at once.
 *
 * @returns `run` rejects with the error of the job, of a worker that could not be loaded, or with that of the end
 * @throws TypeError, RangeError for a number of workers that is no integer >= 1
 *
 * @example
 * const pool = startWebPool({
 *   start: () => new Worker(new URL("./comparison-worker.ts", import.meta.url), { type: "module" }),
 *   data: { datasets: [{ dataset, testTable: null }], settings },
 * });
 */
export function startWebPool<Job, Result>({
  start,
  data,
  workers = navigator.hardwareConcurrency,
}: WebPoolOptions): Pool<Job, Result> {
  checkNumber("workers", workers, { min: 1, integer: true });
  const waiting: Asked[] = [];
  const running = new Map<Worker, Asked>();
  const idle: Worker[] = [];
  /** Why nothing is run any more. */
  let over: Error | null = null;
  const all = Array.from({ length: workers }, start);
  for (const worker of all) {
    worker.onmessage = ({ data: answer }: MessageEvent<FromWorker>) => {
      const asked = running.get(worker)!;
      running.delete(worker);
      idle.push(worker);
      if ("error" in answer) asked.reject(answer.error);
      else asked.resolve(answer.result as never);
      next();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(new Error(`a worker of the page failed: ${event.message || "its module could not be loaded"}`));
    };
    worker.postMessage({ data } satisfies ToWorker);
    idle.push(worker);
  }

  function next(): void {
    while (waiting.length > 0 && idle.length > 0) {
      const asked = waiting.shift()!;
      const worker = idle.shift()!;
      running.set(worker, asked);
      worker.postMessage({ job: asked.job } satisfies ToWorker);
    }
  }

  function end(why: Error): void {
    over ??= why;
    for (const worker of all) worker.terminate();
    for (const { reject } of [...waiting.splice(0), ...running.values()]) reject(over);
    running.clear();
    idle.length = 0;
  }

  return {
    run: (job) =>
      new Promise<Result>((resolve, reject) => {
        if (over !== null) return reject(over);
        waiting.push({ job, resolve, reject });
        next();
      }),
    destroy: async () => end(new Error("the pool of workers ends")),
  };
}
