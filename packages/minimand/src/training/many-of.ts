import type { Batch, Minibatches } from "./batches.ts";

/** As many batches, of one epoch after the other. */
export function* manyOf(batches: Minibatches, count: number): Generator<Batch> {
  let left = count;
  for (let epoch = 0; left > 0; epoch++)
    for (const batch of batches.epoch(epoch)) {
      yield batch;
      left--;
      if (left === 0) return;
    }
}
