import { randomStream } from "./random-stream.ts";

/** Returns the inverse of the distribution function: the arm at which the running sum passes u. */
export function drawArm(propensities: Float64Array, u: number): number {
  let sum = 0;
  let last = 0;
  for (let arm = 0; arm < propensities.length; arm++) {
    if (propensities[arm] === 0) continue;
    last = arm;
    sum += propensities[arm];
    if (u < sum) return arm;
  }
  // The sum may end below u by rounding.
  return last;
}

/** Returns the first index of the largest number. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Returns the first index of the largest `a + b`. */
export function argmaxOfSum(a: Float64Array, b: Float64Array): number {
  let best = 0;
  for (let i = 1; i < a.length; i++) if (a[i] + b[i] > a[best] + b[best]) best = i;
  return best;
}

/**
 * Returns how often each arm has the highest draw: `estimates` draws from a stream of their own, and the draw that chose where there is
 * one, so that the chosen arm never has probability 0.
 */
export function drawnFirst(
  sample: (normal: () => number) => Float64Array,
  arms: number,
  { estimates, stream, action }: { estimates: number; stream: number; action: number | null },
): Float64Array {
  const own = randomStream(stream);
  const counts = new Float64Array(arms);
  for (let i = 0; i < estimates; i++) counts[argmax(sample(own.normal))]++;
  if (action !== null) counts[action]++;
  return counts.map((count) => count / (estimates + (action === null ? 0 : 1)));
}

/** 1 for one arm, 0 for the others. */
export function only(action: number, arms: number): Float64Array {
  const p = new Float64Array(arms);
  p[action] = 1;
  return p;
}
