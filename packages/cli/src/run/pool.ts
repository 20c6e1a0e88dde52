import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { Answer } from "./worker-answer.ts";

/** Runs jobs in worker threads. */
export interface Pool<Job, Result> {
  run(job: Job): Promise<Result>;
  /** Stops all workers at once, whatever they do. */
  destroy(): Promise<void>;
}

/**
 * A pool of worker threads, each with an engine of its own.
 *
 * @param worker name of a module in this folder, e.g. `compare-worker`
 * @param data handed to every worker when it starts
 * @param warn told what the workers warn of
 */
export function startPool<Job, Result>(
  worker: string,
  data: unknown,
  workers: number,
  warn: (message: string) => void,
): Pool<Job, Result> {
  // The compiler doesn't rewrite URLs: from source the workers are .ts, built they are .js.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const pool = new Piscina<Job, Answer<Result>>({
    filename: fileURLToPath(new URL(`./${worker}.${extension}`, import.meta.url)),
    workerData: data,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    execArgv: extension === "ts" ? ["--conditions=minimand-source"] : [],
  });
  return {
    async run(job) {
      const { result, warnings } = await pool.run(job);
      for (const message of warnings) warn(message);
      return result;
    },
    destroy: () => pool.destroy(),
  };
}
