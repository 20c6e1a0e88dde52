import { checkNumber } from "../engine/errors.ts";
import type { Batch, Minibatches } from "./batches.ts";

/**
 * So many batches, of one epoch after the other: for `fit`, where training is counted in steps.
 *
 * @param batches of `minibatches`, or all that has epochs
 * @param steps how many; the last epoch is cut
 * @throws TypeError, RangeError for steps that are no whole number >= 0
 * @example
 * const batches = minibatches({ x: Float32Array.of(1, 2, 3), shape: [1], y: Int32Array.of(0, 1, 0) }, { size: 2, seed: 0 })
 * const some = [...someBatches(batches, 3)]
 * some.length // 3
 */
export function someBatches(batches: Pick<Minibatches, "epoch">, steps: number): Generator<Batch> {
  checkNumber("steps", steps, { min: 0, integer: true });
  return oneByOne(batches, steps);
}

function* oneByOne(batches: Pick<Minibatches, "epoch">, steps: number): Generator<Batch> {
  let left = steps;
  for (let epoch = 0; left > 0; epoch++)
    for (const batch of batches.epoch(epoch)) {
      yield batch;
      if (--left === 0) return;
    }
}
