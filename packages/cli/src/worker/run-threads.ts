/* The threads of a worker that compute trials of the runs it takes part in. */

import { findRun } from "../queue/run-store.ts";
import { comparisonThreads } from "./comparison-run.ts";
import { asFault } from "./machine-fault.ts";
import { reproductionThreads } from "./reproduction-run.ts";
import type { Threads, ThreadsOptions } from "./threads.ts";

/** Threads of several runs, a bounded number of them. */
export interface RunThreads {
  /** Those of a run, which are started where there are none. What they were started for is still there when it is used. */
  use<T>(run: string, work: (threads: Threads) => Promise<T>): Promise<T>;
  destroy(): Promise<void>;
}

/** Runs whose threads are kept: compiled programs and data take memory. */
const mostKept = 2;

interface Kept {
  threads: Promise<Threads>;
  users: number;
}

/** Starts threads for runs as they are needed, and ends those that were not used for longest. */
export function makeRunThreads(options: ThreadsOptions): RunThreads {
  const { database } = options;
  // The last one was used last.
  const kept = new Map<string, Kept>();

  const start = async (id: string): Promise<Threads> => {
    const run = await findRun(database, id);
    return run.kind === "compare" ? comparisonThreads(run, options) : reproductionThreads(run, options);
  };

  async function dropOld(): Promise<void> {
    for (const [run, { threads, users }] of kept) {
      if (kept.size <= mostKept) return;
      if (users > 0) continue;
      kept.delete(run);
      await (await threads).destroy();
    }
  }

  return {
    async use(run, work) {
      const known = kept.get(run) ?? { threads: start(run), users: 0 };
      known.users++;
      kept.delete(run);
      kept.set(run, known);
      try {
        await dropOld();
        return await work(
          await known.threads.catch((error: unknown) => {
            kept.delete(run);
            throw asFault(error);
          }),
        );
      } finally {
        known.users--;
      }
    },
    async destroy() {
      const all = [...kept.values()];
      kept.clear();
      for (const { threads } of all) await (await threads.catch(() => null))?.destroy();
    },
  };
}
