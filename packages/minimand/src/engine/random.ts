import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "./errors.ts";
import { mix, sfc32 } from "./sfc32.ts";

export { mix };

/** A source of random numbers on the host: each call gives the next number in [0, 1). */
export type RandomSource = () => number;

/** A 32-bit number derived from several, order included: independent streams for (seed, epoch), (seed, fold), ... */
export function derive(...parts: number[]): number {
  return parts.reduce((h, part) => mix(h ^ mix(part)), 0x243f6a88);
}

/** Other numbers would be seeds of the same streams as these. */
const integer32 = { min: -(2 ** 31), max: 2 ** 32 - 1, integer: true };

/**
 * A reproducible source of uniform numbers (sfc32), seeded by an integer of 32 bits, with or without a sign.
 *
 * @throws TypeError, RangeError for a seed that is none
 */
export function randomSource(seed: number): RandomSource {
  checkNumber("seed", seed, integer32);
  return sfc32(seed).next;
}

/** A standard normal number (Box and Muller). */
export function normal(next: RandomSource): number {
  let u = next();
  // The logarithm of 0 isn't finite.
  while (u === 0) u = next();
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * next());
}

/** Shuffles in place (Fisher-Yates) and returns the same array. */
export function shuffle<T extends { length: number; [i: number]: number }>(items: T, next: RandomSource): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const held = items[i];
    items[i] = items[j];
    items[j] = held;
  }
  return items;
}

const words = new Uint32Array(new ArrayBuffer(8));

/**
 * An engine key for a stream of numbers named by integers of 32 bits: a seed, a fold, a step, ...; the same parts give the same key.
 *
 * The key is data. `random.key(seed)` of the engine is a constant instead, for which every new seed compiles (and
 * keeps) kernels of its own.
 *
 * @throws TypeError, RangeError for parts that are no such integers
 */
export function keyOf(...parts: number[]): np.Array {
  parts.forEach((part, i) => {
    checkNumber(i === 0 ? "seed" : `parts[${i}]`, part, integer32);
  });
  // Copied by the engine; a new one would have to be given a buffer before it can be read.
  words[0] = derive(0, ...parts);
  words[1] = derive(1, ...parts);
  return np.array(words);
}

/** The number that a key names its own streams by, as `keyOf(seedOf(key), step)`. Looks at the key. */
export function seedOf(key: np.Array): number {
  const words = key.ref.dataSync();
  return derive(words[0], words[1]);
}
