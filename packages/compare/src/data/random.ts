import { derive, type RandomSource, randomSource } from "minimand/engine";

export { shuffle } from "minimand/engine";

/** A stream of uniform numbers in [0, 1). */
export type Random = RandomSource;

/** Keeps the streams of different uses of one seed apart. */
const streams = { folds: 1, innerSplit: 2, labelNoise: 3, imbalance: 4, sampleRows: 5, innerSplits: 6 };

/**
 * Returns the random numbers of one use of a seed, for splits and corruption. Same seed, same numbers, on every platform.
 *
 * @param seed an integer from 0 to 2^53 - 1.
 * @throws RangeError for any other seed.
 */
export function random(seed: number, use: keyof typeof streams): Random {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed: expected an integer >= 0, got ${seed}`);
  return randomSource(derive(seed, Math.floor(seed / 2 ** 32), streams[use]));
}

/** Returns an integer from 0 to `below` - 1. */
export function integer(rng: Random, below: number): number {
  return Math.floor(rng() * below);
}
