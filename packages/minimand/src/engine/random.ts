import { numpy as np } from "@jax-js/jax";

/** A source of random numbers on the host: each call gives the next number in [0, 1). */
export type RandomSource = () => number;

/** One round of a 32-bit mixing function (splitmix32): every bit of the input changes about half of the output. */
export function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** A 32-bit number derived from several, order included: independent streams for (seed, epoch), (seed, fold), ... */
export function derive(...parts: number[]): number {
  return parts.reduce((h, part) => mix(h ^ mix(part)), 0x243f6a88);
}

/** A reproducible source of uniform numbers (sfc32), seeded by any integer. */
export function randomSource(seed: number): RandomSource {
  let a = mix(seed);
  let b = mix(a);
  let c = mix(b);
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
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

/**
 * An engine key for a stream of numbers named by integers: a seed, a fold, a step, ...; the same parts give the same key.
 *
 * The key is data. `random.key(seed)` of the engine is a constant instead, for which every new seed compiles (and
 * keeps) kernels of its own.
 */
export function keyOf(...parts: number[]): np.Array {
  return np.array(Uint32Array.of(derive(0, ...parts), derive(1, ...parts)));
}

/** The number that a key names its own streams by, as `keyOf(seedOf(key), step)`. Looks at the key. */
export function seedOf(key: np.Array): number {
  const words = key.ref.dataSync();
  return derive(words[0], words[1]);
}
