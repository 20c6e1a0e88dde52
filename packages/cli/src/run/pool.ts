import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Pool } from "@minimand/compare";
import { Piscina } from "piscina";
import type { Answer, Given } from "./worker.ts";

/** Milliseconds that a worker has to come to its next step. */
const patience = 5000;

/**
 * A pool of worker threads, each with an engine of its own. Its end is at the next training step of each, or at once where that takes long.
 *
 * @param worker a module of the command without its extension, e.g. `compare/compare-worker`
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
  const given: Given<unknown> = { data, stop: new Int32Array(new SharedArrayBuffer(4)) };
  const pool = new Piscina<Job, Answer<Result>>({
    filename: fileURLToPath(new URL(`../${worker}.${extension}`, import.meta.url)),
    workerData: given,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    execArgv: extension === "ts" ? ["--conditions=minimand-source"] : [],
  });
  // A worker that is ended in the midst of its work has no one who waits for what it says.
  pool.on("error", (error: unknown) => {
    if (ended === undefined) throw error;
  });
  const running = new Set<Promise<unknown>>();
  let ended: Promise<void> | undefined;

  async function end(): Promise<void> {
    Atomics.store(given.stop, 0, 1);
    const waiting = new AbortController();
    const tooLong = setTimeout(patience, undefined, { signal: waiting.signal }).catch(() => {});
    await Promise.race([Promise.allSettled(running), tooLong]);
    waiting.abort();
    await pool.destroy();
  }

  return {
    async run(job) {
      const answered = pool.run(job);
      running.add(answered);
      try {
        const { result, warnings } = await answered;
        for (const message of warnings) warn(message);
        return result;
      } finally {
        running.delete(answered);
      }
    },
    destroy: () => {
      ended ??= end();
      return ended;
    },
  };
}
