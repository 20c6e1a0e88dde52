import { squaredDistance } from "../../vectors.ts";

/**
 * Returns the point of `{ x : x_i >= 0, sum_i x_i = total }` nearest to `y`: `max(y_i - tau, 0)`, the threshold found by sorting.
 *
 * @see Duchi, Shalev-Shwartz, Singer, Chandra 2008, ICML, figure 1
 */
export function ontoSimplex(y: Float64Array, total = 1): Float64Array {
  const sorted = y.slice().sort().reverse();
  let sum = 0;
  let tau = 0;
  for (let k = 0; k < sorted.length; k++) {
    sum += sorted[k];
    const threshold = (sum - total) / (k + 1);
    if (sorted[k] <= threshold) break;
    tau = threshold;
  }
  return y.map((value) => Math.max(value - tau, 0));
}

/** Returns the point of `{ x : sum_i |x_i| <= radius }` nearest to `y`. */
export function ontoL1Ball(y: Float64Array, radius: number): Float64Array {
  const sizes = y.map(Math.abs);
  if (sizes.reduce((a, b) => a + b, 0) <= radius) return y.slice();
  return ontoSimplex(sizes, radius).map((size, i) => (y[i] < 0 ? -size : size));
}

/** Returns the point of the ball nearest to `y`. */
export function ontoBall(y: Float64Array, center: Float64Array, radius: number): Float64Array {
  const factor = radius / Math.sqrt(squaredDistance(y, center));
  return factor < 1 ? y.map((value, i) => center[i] + factor * (value - center[i])) : y.slice();
}
