import { startPool } from "../../run/pool.ts";
import { progressLine } from "../../run/progress.ts";
import { warnOnce } from "../../run/warnings.ts";
import type { PlayedBandit } from "./bandit-files.ts";
import type { BanditSettings } from "./bandit-settings.ts";
import type { BanditTable } from "./bandit-table.ts";
import type { BanditWorkerData, PlayDone, PlayJob } from "./bandit-worker.ts";

/** Milliseconds between two looks at how far the threads are. */
const pause = 100;

/** What is played, and by how many threads. */
export interface PlaysOptions {
  table: BanditTable;
  names: readonly string[];
  settings: BanditSettings;
  seeds: number;
  rounds: number;
  delay: number;
  workers: number;
  /** A new file for a log of the first bandit's first repeat; null for none. */
  log: string | null;
  signal: AbortSignal;
}

/**
 * Lets each bandit play on as many orders of the rows as there are seeds, in worker threads; how many doesn't change what comes out.
 *
 * @throws the signal's reason where it is aborted
 */
export async function playBandits(options: PlaysOptions): Promise<PlayedBandit[]> {
  const { table, names, settings, seeds, rounds, delay, log, signal } = options;
  const jobs: PlayJob[] = names.flatMap((name, i) =>
    Array.from({ length: seeds }, (_, seed) => ({
      place: i * seeds + seed,
      name,
      seed,
      log: i === 0 && seed === 0 ? log : null,
    })),
  );
  const { x, features, labels, classes } = table;
  // All threads read the same numbers.
  const shared = new Float64Array(new SharedArrayBuffer(x.byteLength));
  shared.set(x);
  const played = new Int32Array(new SharedArrayBuffer(4 * jobs.length));
  const data: BanditWorkerData = {
    table: { x: shared, features, labels, classes },
    settings,
    rounds,
    delay,
    played,
  };
  const workers = Math.min(options.workers, jobs.length);
  const pool = startPool<PlayJob, PlayDone>(
    "commands/bandit/bandit-worker",
    data,
    workers,
    warnOnce(process.stderr),
  );
  const stop = (): void => void pool.destroy();
  signal.addEventListener("abort", stop);
  const line = progressLine(process.stderr);
  const looking = setInterval(() => {
    line.update(
      played.reduce((a, b) => a + b, 0),
      jobs.length * rounds,
      "rounds",
    );
  }, pause);
  try {
    const done = await Promise.all(
      jobs.map(async (job) => {
        const one = await pool.run(job);
        Atomics.store(played, job.place, rounds);
        return one;
      }),
    );
    return names.map((name, i) => {
      const own = done.slice(i * seeds, (i + 1) * seeds);
      return { name, propensities: own[0].propensities, plays: own.map(({ play }) => play) };
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(looking);
    line.clear();
    signal.removeEventListener("abort", stop);
    await pool.destroy();
  }
}
