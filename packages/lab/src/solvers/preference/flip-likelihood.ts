import { expit } from "minimand/engine";
import { likeliestScale, sizeOf } from "./margin-scale.ts";

/** A log-likelihood of flip rates, where it is largest, and by which scale of the margins. */
export interface Likelihood {
  logLikelihood(epsilon: number): number;
  best: number;
  scaleAt(epsilon: number): number;
}

/** `e + (1 - 2 e) sigma(z) = (1 - e) sigma(z) + e sigma(-z)`: nothing cancels. */
const shareAt = (z: number, e: number): number => (1 - e) * expit(z) + e * expit(-z);

function sumOver(margins: ArrayLike<number>, of: (z: number) => number): number {
  let sum = 0;
  for (let i = 0; i < margins.length; i++) sum += of(margins[i]);
  return sum;
}

/** Returns the likelihood for margins as they are. */
export function ofScaleOne(margins: ArrayLike<number>): Likelihood {
  const slope = (e: number): number => sumOver(margins, (z) => (expit(-z) - expit(z)) / shareAt(z, e));
  return {
    logLikelihood: (e) => sumOver(margins, (z) => Math.log(shareAt(z, e))),
    best: slope(0) <= 0 ? 0 : slope(0.5) >= 0 ? 0.5 : rootOf(slope, 0, 0.5),
    scaleAt: () => 1,
  };
}

/**
 * Returns the likelihood for margins in any unit. Each scale is found from that of the nearest rate so far, the first one at 0, where the
 * likelihood is concave in it.
 */
export function ofAnyScale(margins: ArrayLike<number>): Likelihood {
  const size = sizeOf(margins);
  const found: { e: number; power: number; value: number }[] = [];
  const bestAt = (e: number): { power: number; value: number } => {
    const near = found.reduce<(typeof found)[number] | null>(
      (a, one) => (a === null || Math.abs(one.e - e) < Math.abs(a.e - e) ? one : a),
      null,
    );
    if (near?.e === e) return near;
    const best = { e, ...likeliestScale(margins, e, size, near?.power ?? 0) };
    found.push(best);
    return best;
  };
  const logLikelihood = (e: number): number => bestAt(e).value;
  const steps = Array.from({ length: 21 }, (_, i) => i / 40);
  const values = steps.map(logLikelihood);
  const top = values.indexOf(Math.max(...values));
  const around = [steps[Math.max(top - 1, 0)], steps[Math.min(top + 1, 20)]] as const;
  const inside = peakOf(logLikelihood, around);
  return {
    logLikelihood,
    // At an end it is exact.
    best: values[top] >= logLikelihood(inside) ? steps[top] : inside,
    scaleAt: (e) => Math.exp(bestAt(e).power) / size,
  };
}

/** Where a function with one peak is largest, by golden section. */
function peakOf(f: (x: number) => number, [from, to]: readonly [number, number]): number {
  let [low, high] = [from, to];
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 20; i++) {
    const part = ratio * (high - low);
    if (f(high - part) >= f(low + part)) high = low + part;
    else low = high - part;
  }
  return (low + high) / 2;
}

/** Returns where a function that is positive at `from` and not at `to` changes its sign, by bisection. */
export function rootOf(f: (x: number) => number, from: number, to: number): number {
  let [inside, outside] = [from, to];
  for (let i = 0; i < 40; i++) {
    const middle = (inside + outside) / 2;
    if (f(middle) > 0) inside = middle;
    else outside = middle;
  }
  return (inside + outside) / 2;
}
