import type { Pool } from "@minimand/compare";
import type { ReproductionRequest, TrialOutcome } from "@minimand/papers";
import { startPool } from "../run/pool.ts";
import type { DataPlace } from "./data-in-places.ts";
import type { PapersWorkerData } from "./papers-worker.ts";

/**
 * Threads of this process that run trials of a reproduction by their specs.
 *
 * @param places where its data are looked for, in this order
 * @param warn told what the workers warn of
 */
export function papersThreads(
  { slug, engine }: Pick<ReproductionRequest, "slug" | "engine">,
  places: readonly DataPlace[],
  workers: number,
  warn: (message: string) => void,
): Pool<unknown, TrialOutcome> {
  const workerData: PapersWorkerData = { slug, places: [...places], engine };
  return startPool("papers/papers-worker", workerData, workers, warn);
}
