import { type RandomSource, shuffle } from "minimand/engine";
import { range } from "../../kit/rows.ts";

/** Pairs of rows, and whether both are of one class, in random order. */
export interface Pairs {
  first: Int32Array;
  second: Int32Array;
  same: Uint8Array;
}

/**
 * Draws distinct pairs, as many of one class as of two, in random order. Where there are fewer pairs of a kind than asked for,
 * all of them are taken.
 */
export function drawPairs(labels: ArrayLike<number>, count: number, next: RandomSource): Pairs {
  const n = labels.length;
  const kinds = [0, 1].map((same) => {
    const draw = countPairs(labels, same === 1) <= 2 * count ? listed : sampled;
    return draw(labels, same === 1, count, next);
  });
  const codes = [...kinds[0], ...kinds[1]];
  const order = shuffle(range(codes.length), next);
  return {
    first: Int32Array.from(order, (i) => Math.floor(codes[i] / n)),
    second: Int32Array.from(order, (i) => codes[i] % n),
    same: Uint8Array.from(order, (i) => (i < kinds[0].length ? 0 : 1)),
  };
}

function countPairs(labels: ArrayLike<number>, same: boolean): number {
  const sizes = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) sizes.set(labels[i], (sizes.get(labels[i]) ?? 0) + 1);
  const within = [...sizes.values()].reduce((s, k) => s + (k * (k - 1)) / 2, 0);
  return same ? within : (labels.length * (labels.length - 1)) / 2 - within;
}

/** All pairs `i < j` of the kind as `i n + j`, cut to a random part of them. */
function listed(labels: ArrayLike<number>, same: boolean, count: number, next: RandomSource): number[] {
  const n = labels.length;
  const codes: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) if ((labels[i] === labels[j]) === same) codes.push(i * n + j);
  return [...shuffle(Float64Array.from(codes), next)].slice(0, count);
}

function sampled(labels: ArrayLike<number>, same: boolean, count: number, next: RandomSource): number[] {
  const n = labels.length;
  const codes = new Set<number>();
  while (codes.size < count) {
    const [a, b] = [Math.floor(n * next()), Math.floor(n * next())];
    if (a !== b && (labels[a] === labels[b]) === same) codes.add(Math.min(a, b) * n + Math.max(a, b));
  }
  return [...codes];
}
