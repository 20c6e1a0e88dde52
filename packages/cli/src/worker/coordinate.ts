import { setTimeout as sleep } from "node:timers/promises";
import { finishRun, stateOf } from "../queue/run-store.ts";
import { coordinateComparison } from "./comparison-run.ts";
import type { Coordination } from "./coordination.ts";
import { coordinateReproduction } from "./reproduction-run.ts";

/** Milliseconds between two looks whether the run is still wanted. */
const pause = 1000;

/**
 * Plans a run, waits for its trials and finishes it: what it makes is in the store then. Where the run is cancelled meanwhile, or
 * finished by another, it just ends.
 *
 * @throws what the run throws; the signal's reason
 */
export async function coordinate(
  coordination: Omit<Coordination, "signal">,
  signal: AbortSignal,
): Promise<void> {
  const { run, database } = coordination;
  const over = new AbortController();
  const ended = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const looking = (async () => {
    while (!ended.signal.aborted) {
      await sleep(pause, undefined, { signal: ended.signal }).catch(() => {});
      const state = await stateOf(database, run.id).catch(() => "running");
      // Finished by another, which took it over from one that was thought to be gone.
      if (state !== "waiting" && state !== "running") over.abort(new Error(`the run is ${state}`));
    }
  })();
  try {
    const own = { ...coordination, signal: either };
    const files = await (run.kind === "compare" ? coordinateComparison(own) : coordinateReproduction(own));
    await finishRun(database, run.id, files);
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    ended.abort();
    await looking;
  }
}
