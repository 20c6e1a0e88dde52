/** Runs jobs in workers: threads of a process, or of a page. */
export interface Pool<Job, Result> {
  /** Runs a job where a worker is free; as many as there are workers run at a time. */
  run(job: Job): Promise<Result>;
  /** Ends all workers; their jobs fail. */
  destroy(): Promise<void>;
}
