import type { Pool, TrialStore } from "@minimand/compare";
import type { TrialSource } from "./papers-host.ts";
import type { TrialOutcome } from "./trial-outcome.ts";

/** What {@link localTrials} needs. */
export interface LocalTrialsOptions {
  store: TrialStore<TrialOutcome>;
  /** Starts the workers; called when the first trial has to be run. */
  startPool: () => Pool<unknown, TrialOutcome>;
  /** So many trials are given to the pool at a time. */
  inFlight: number;
  /** Everything beside the spec that decides a trial's result. */
  context: Record<string, unknown>;
  signal: AbortSignal;
}

/** Runs trials in a pool of workers, with a store of those that are finished: only what isn't kept yet is run. */
export function localTrials(options: LocalTrialsOptions): TrialSource {
  const { store, context, inFlight, signal } = options;
  const trialsSoFar = { total: 0, kept: 0, seconds: 0 };
  const running = new Set<Promise<unknown>>();
  let pool: Pool<unknown, TrialOutcome> | undefined;
  const stop = (): void => void pool?.destroy();
  signal.addEventListener("abort", stop);

  async function run(spec: unknown): Promise<TrialOutcome> {
    pool ??= options.startPool();
    const outcome = await pool.run(spec);
    await store.put({ ...context, spec }, outcome);
    count(outcome);
    return outcome;
  }

  function count({ seconds }: TrialOutcome): void {
    trialsSoFar.total++;
    trialsSoFar.seconds += seconds;
  }

  return {
    trialsSoFar,
    doubts: store.doubts,
    async *trials(specs) {
      const missing: number[] = [];
      for (const [index, spec] of specs.entries()) {
        signal.throwIfAborted();
        const outcome = await store.get({ ...context, spec });
        if (outcome === null) {
          missing.push(index);
          continue;
        }
        count(outcome);
        trialsSoFar.kept++;
        yield { index, result: outcome.result };
      }
      const pending = new Map<number, Promise<{ index: number; outcome: TrialOutcome }>>();
      const startNext = (): void => {
        const index = missing.shift();
        if (index === undefined) return;
        const started = run(specs[index]).then((outcome) => ({ index, outcome }));
        pending.set(index, started);
        running.add(started);
        // Failures are met at the race below, or don't matter any more.
        started.catch(() => {}).finally(() => running.delete(started));
      };
      for (let i = 0; i < inFlight; i++) startNext();
      while (pending.size > 0) {
        const { index, outcome } = await Promise.race(pending.values());
        signal.throwIfAborted();
        pending.delete(index);
        startNext();
        yield { index, result: outcome.result };
      }
    },
    async close() {
      signal.removeEventListener("abort", stop);
      await pool?.destroy();
      await Promise.allSettled(running);
    },
  };
}
