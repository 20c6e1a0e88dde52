import { numpy as np } from "@jax-js/jax";
import { checkFloat64, checkNumber, rangeError, typeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { derive, randomSource, shuffle } from "../../engine/random.ts";
import { bagSizes } from "../../losses/aggregate/bag-ids.ts";
import type { Batch } from "../batches.ts";
import { checkNumbers } from "./bags.ts";

type Floats = Float32Array | Float64Array;

/** Rows on the host of which only the bags' mean responses are known. */
export interface BagExamples {
  x: Floats;
  /** Shape of one row; `[inputs]` for tables. */
  shape: readonly number[];
  /** The bag of each row, 0 to bags - 1, no bag empty. */
  bagIds: ArrayLike<number>;
  /** Mean response of each bag, `[bags]`; with `classes` the proportions, row-major `[bags, classes]`. */
  means: ArrayLike<number>;
  /** Number of classes, where `means` holds proportions. */
  classes?: number;
}

/** Batches of whole bags, see {@link bagBatches}. */
export interface BagBatches {
  /** Number of bags. */
  count: number;
  /** Rows of a batch, padding included. */
  size: number;
  perEpoch: number;
  epoch(n: number): Generator<Batch>;
  at(bags: ArrayLike<number>): Batch;
}

/**
 * Cuts rows into batches of whole bags: a bag in two batches would have another mean prediction in each.
 *
 * A batch's `y` is float `[size, 1 + responses]`: the number of the row's bag within the batch, 0 to `bagsPerBatch - 1`,
 * and the bag's mean response or its proportions, as `aggregateObjective` reads them. Rows of weight 0 fill up to as many
 * as the largest bags need.
 *
 * @param examples `x`, `shape`, `bagIds`, `means`, `classes`
 * @param options `bagsPerBatch`, `seed`; epoch `n` has a fresh order of bags, determined by `seed` and `n` alone
 * @throws TypeError, RangeError where lengths don't match, numbers are not finite, a bag is empty, proportions are negative or
 * don't sum to 1
 * @example
 * const batches = bagBatches({ x, shape: [2], bagIds, means: bagMeans(y, bagIds) }, { bagsPerBatch: 16, seed: 1 });
 */
export function bagBatches(
  examples: BagExamples,
  options: { bagsPerBatch: number; seed: number },
): BagBatches {
  const { bagsPerBatch, seed } = readOptions("bagBatches", options, {
    bagsPerBatch: { min: 1, integer: true },
    seed: { integer: true },
  });
  const { x, shape, bagIds, means, classes } = examples;
  const width = shape.reduce((a, b) => a * b, 1);
  if (!(x instanceof Float32Array || x instanceof Float64Array))
    throw typeError("x", "a Float32Array or Float64Array", x);
  if (x instanceof Float64Array) checkFloat64("x");
  const sizes = bagSizes(bagIds);
  checkNumbers("x", x, bagIds.length * width);
  const responses = checkMeans(means, sizes.length, classes);

  const count = sizes.length;
  const size = [...sizes]
    .sort((a, b) => b - a)
    .slice(0, bagsPerBatch)
    .reduce((a, b) => a + b, 0);
  const rowsOf = Array.from(sizes, (n) => new Int32Array(n));
  const filled = new Int32Array(count);
  for (let row = 0; row < bagIds.length; row++) rowsOf[bagIds[row]][filled[bagIds[row]]++] = row;

  const columns = 1 + responses;
  const at = (bags: ArrayLike<number>): Batch => {
    const bx = x instanceof Float64Array ? new Float64Array(size * width) : new Float32Array(size * width);
    const by =
      x instanceof Float64Array ? new Float64Array(size * columns) : new Float32Array(size * columns);
    const weights = new Float32Array(size);
    const ids: number[] = [];
    for (let slot = 0; slot < bags.length; slot++) {
      const bag = bags[slot];
      for (const row of rowsOf[bag]) {
        const i = ids.push(row) - 1;
        bx.set(x.subarray(row * width, (row + 1) * width), i * width);
        by[i * columns] = slot;
        for (let c = 0; c < responses; c++) by[i * columns + 1 + c] = means[bag * responses + c];
        weights[i] = 1;
      }
    }
    return {
      x: np.array(bx, { shape: [size, ...shape] }),
      y: np.array(by, { shape: [size, columns] }),
      weights: np.array(weights),
      ids: Int32Array.from(ids),
      rows: ids.length,
    };
  };
  const all = Int32Array.from({ length: count }, (_, i) => i);
  return {
    count,
    size,
    perEpoch: Math.ceil(count / bagsPerBatch),
    at: (bags) => {
      if (bags.length < 1 || bags.length > bagsPerBatch)
        throw rangeError("bags", `1 to ${bagsPerBatch} bags`, bags);
      for (let i = 0; i < bags.length; i++)
        checkNumber("bags", bags[i], { min: 0, max: count - 1, integer: true });
      return at(bags);
    },
    *epoch(n) {
      const order = shuffle(all.slice(), randomSource(derive(seed, n)));
      for (let start = 0; start < count; start += bagsPerBatch)
        yield at(order.subarray(start, start + bagsPerBatch));
    },
  };
}

/** Checks the bags' responses and returns how many numbers a bag has. */
function checkMeans(means: ArrayLike<number>, bags: number, classes: number | undefined): number {
  if (classes === undefined) {
    checkNumbers("means", means, bags);
    return 1;
  }
  checkNumber("classes", classes, { min: 2, integer: true });
  checkNumbers("means", means, bags * classes);
  for (let bag = 0; bag < bags; bag++) {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const part = means[bag * classes + c];
      if (part < 0) throw rangeError(`means, bag ${bag}`, "proportions >= 0", part);
      sum += part;
    }
    if (Math.abs(sum - 1) > 1e-4) throw rangeError(`means, bag ${bag}`, "proportions that sum to 1", sum);
  }
  return classes;
}
