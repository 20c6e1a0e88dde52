import { availableParallelism } from "node:os";
import { checkNumber } from "minimand/engine";

/** More threads than so many for each core only wait for one another, and take memory. */
const perCore = 4;

/**
 * The number of worker threads: as asked, else one for each core, or for as many cores as `--threads` gives each worker.
 *
 * @throws RangeError, TypeError for numbers that are no integers >= 1, more threads than cores, and workers whose threads
 *   together are more than four a core
 */
export function workersOf({
  workers,
  threads = 1,
  store,
}: {
  workers?: number;
  threads?: number;
  store?: string;
}): number {
  const cores = availableParallelism();
  checkNumber("--threads", threads, { min: 1, max: cores, integer: true });
  const { floor, max } = Math;
  if (workers === undefined) return max(1, floor(cores / threads));
  // On a store others may do it all.
  checkNumber("--workers", workers, {
    min: store === undefined ? 1 : 0,
    max: floor((perCore * cores) / threads),
    integer: true,
  });
  return workers;
}
