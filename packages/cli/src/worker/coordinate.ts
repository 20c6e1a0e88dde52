import { setTimeout as sleep } from "node:timers/promises";
import { finishRun, stateOf } from "../queue/run-store.ts";
import { coordinateComparison } from "./comparison-run.ts";
import type { Coordination } from "./coordination.ts";
import { coordinateReproduction } from "./reproduction-run.ts";

/** Milliseconds between two looks whether the run is still wanted. */
const pause = 1000;

/**
 * Plans a run, waits for its trials and finishes it: what it makes is in the store then. Where the run is cancelled meanwhile, it just ends.
 *
 * @throws what the run throws; the signal's reason
 */
export async function coordinate(
  coordination: Omit<Coordination, "signal">,
  signal: AbortSignal,
): Promise<void> {
  const { run, database } = coordination;
  const cancelled = new AbortController();
  const ended = new AbortController();
  const either = AbortSignal.any([signal, cancelled.signal]);
  const looking = (async () => {
    while (!ended.signal.aborted) {
      await sleep(pause, undefined, { signal: ended.signal }).catch(() => {});
      const state = await stateOf(database, run.id).catch(() => "running");
      if (state === "cancelled") cancelled.abort(new Error("the run was cancelled"));
    }
  })();
  try {
    const own = { ...coordination, signal: either };
    const files = await (run.kind === "compare" ? coordinateComparison(own) : coordinateReproduction(own));
    await finishRun(database, run.id, files);
  } catch (error) {
    if (!cancelled.signal.aborted) throw error;
  } finally {
    ended.abort();
    await looking;
  }
}
