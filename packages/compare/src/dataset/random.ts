/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/** Keeps the streams of different uses of one seed apart. */
const streams = { folds: 1, innerSplit: 2, labelNoise: 3, imbalance: 4 };

/**
 * A small deterministic generator for splits and corruption: sfc32 (Chris Doty-Humphrey, PractRand), its state filled by
 * splitmix32 from the seed and the name of the use. Same seed, same numbers, on every platform.
 *
 * @param seed an integer from 0 to 2^53 - 1.
 * @throws RangeError for any other seed.
 */
export function random(seed: number, use: keyof typeof streams): Random {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed: expected an integer >= 0, got ${seed}`);
  let s =
    (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x85ebca6b) ^ Math.imul(streams[use], 0xc2b2ae35)) | 0;
  const next = () => {
    s = (s + 0x9e3779b9) | 0;
    let z = s ^ (s >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = next();
  let b = next();
  let c = next();
  let counter = 1;
  return () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
}

/** An integer from 0 to `below` - 1. */
export function integer(rng: Random, below: number): number {
  return Math.floor(rng() * below);
}

/** Shuffles in place (Fisher-Yates) and returns its argument. */
export function shuffle<T extends number[] | Int32Array>(list: T, rng: Random): T {
  for (let i = list.length - 1; i > 0; i--) {
    const j = integer(rng, i + 1);
    const kept = list[i]!;
    list[i] = list[j]!;
    list[j] = kept;
  }
  return list;
}
