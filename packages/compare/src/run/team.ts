import type { PlannedTrial } from "../plan/trials.ts";
import type { ProgressLine } from "../progress-line.ts";
import type { PredictedTrial } from "../results.ts";
import { Interrupted } from "./interrupted.ts";
import type { Pool } from "./pool.ts";
import type { CompareJob } from "./run-job.ts";
import type { TrialStore } from "./trial-store.ts";

/** What {@link startTeam} needs. */
export interface TeamOptions {
  store: TrialStore<PredictedTrial[]>;
  /** Starts the workers that run trials; asked when the first trial has to be run. */
  pool: () => Pool<CompareJob, PredictedTrial[]>;
  /** How many trials are given to the pool at a time. */
  workers: number;
  /** Called with a message on what was there already. */
  say: (text: string) => void;
  /** Shows how far it is; asked once, when the first trial has to be run. */
  progress: () => ProgressLine;
  signal: AbortSignal;
}

/** A finished trial: its records, and whether it was run now instead of found. */
export interface Finished {
  trial: PlannedTrial;
  records: PredictedTrial[];
  fresh: boolean;
}

/** How trials are run. */
export interface RunOfTrials {
  /** At most this many rows of each data set; null: all. */
  sample: number | null;
  /** What they are called; default: trials. Others come after the trials, which are kept, too. */
  label?: string;
  /** Trials that are planned with that sample, and those of them that were finished before. */
  total: number;
  done: number;
  /** Called with each trial when it is finished. */
  finished: (finished: Finished) => void;
  /** Asked before each trial that has to be run: whether the rest of them is still wanted. */
  wanted: () => boolean;
  /** Milliseconds until all is done, as far as that is known. */
  left: () => number | null;
}

/** Workers that run trials, and keep what they have finished; they show the user how far they are. */
export interface Team {
  /** Reports those trials that are kept, and returns the others. */
  recall(trials: readonly PlannedTrial[], finished: (finished: Finished) => void): Promise<PlannedTrial[]>;
  /**
   * Runs those trials that aren't kept yet, in their order. Every finished trial is stored at once, so that an interruption
   * loses at most those in flight.
   *
   * @throws Interrupted when the run is stopped; the error of the store where a trial can't be kept
   */
  run(trials: readonly PlannedTrial[], how: RunOfTrials): Promise<void>;
  /** Says how many of the trials that were asked for are kept, but can't be trusted; null if none are. */
  doubts(): string | null;
  end(): Promise<void>;
}

/** Returns a team of the workers of this process or page, which keeps trials in a store. */
export function startTeam({ store, pool: startPool, workers, say, progress, signal }: TeamOptions): Team {
  let pool: Pool<CompareJob, PredictedTrial[]> | null = null;
  let line: ProgressLine | null = null;
  const stop = (): void => void pool?.destroy();
  signal.addEventListener("abort", stop);

  async function end(): Promise<void> {
    line?.clear();
    signal.removeEventListener("abort", stop);
    await pool?.destroy();
  }

  async function recall(
    trials: readonly PlannedTrial[],
    finished: (finished: Finished) => void,
  ): Promise<PlannedTrial[]> {
    const absent: PlannedTrial[] = [];
    for (const trial of trials) {
      const known = await store.get(trial.key);
      if (known === null) absent.push(trial);
      else finished({ trial, records: known, fresh: false });
    }
    return absent;
  }

  async function run(trials: readonly PlannedTrial[], how: RunOfTrials): Promise<void> {
    const { sample, total, finished, wanted, left, label = "trials" } = how;
    const pending = await recall(trials, finished);
    let done = how.done + trials.length - pending.length;
    if (pending.length === 0) return;
    signal.throwIfAborted();
    if (pool === null && done > 0) say(`${done} of ${total} ${label} are already finished`);
    pool ??= startPool();
    line ??= progress();
    const stored: Promise<void>[] = [];
    const keep = async (trial: PlannedTrial, records: PredictedTrial[]): Promise<void> => {
      await store.put(trial.key, records);
      done++;
      finished({ trial, records, fresh: true });
      line!.update(done, total, label, left());
    };
    const broken = Promise.withResolvers<never>();
    let next = 0;
    let failed = false;
    /** One trial after the other, as long as there are some; what is being stored doesn't hold up the next one. */
    const work = async (): Promise<void> => {
      while (next < pending.length && !failed && wanted()) {
        const trial = pending[next++];
        const { subject, spec } = trial;
        const records = await pool!.run({ dataset: subject, sample, spec });
        const keeping = keep(trial, records);
        keeping.catch(broken.reject);
        stored.push(keeping);
      }
    };
    const working = Array.from({ length: workers }, work);
    try {
      await Promise.race([Promise.all(working), broken.promise]);
      await Promise.all(stored);
    } catch (error) {
      failed = true;
      await pool.destroy();
      // What is being stored is stored to its end, so that nothing half-written stays behind.
      await Promise.allSettled(working);
      await Promise.allSettled(stored);
      if (!signal.aborted) throw error;
      const earlier = label === "trials" ? "" : "the trials and ";
      throw new Interrupted(
        `interrupted: ${earlier}${done} of ${total} ${label} are kept; the same command continues`,
      );
    } finally {
      line.clear();
    }
  }

  return { recall, run, doubts: () => store.doubts(), end };
}
