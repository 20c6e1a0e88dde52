import { rangeError } from "minimand/engine";
import { cholesky, solveFactored, solveLower, times } from "minimand/internals";
import { inner, plusScaled, squaredDistance } from "../../vectors.ts";

/**
 * The face of a polytope on which a point is: which coordinates are free there, and the one equation between them (`normal . x_free =
 * offset`), if any. The others keep their values.
 */
export interface Face {
  free: number[];
  equation: { normal: number[]; offset: number } | null;
}

/**
 * Returns the point of a ball nearest to `y` in the norm of H: `argmin (x - y)^T H (x - y)`, `||x - center|| <= radius`. Outside the ball
 * it is `(H + m I)^-1 H z`, with the multiplier m found by Newton's method on `1/||x|| = 1/radius`, which comes from below and never
 * oversteps.
 *
 * @see Moré, Sorensen 1983, "Computing a trust region step"
 */
export function ontoBallInNorm(
  y: Float64Array,
  h: Float64Array,
  center: Float64Array,
  radius: number,
): Float64Array {
  const n = y.length;
  const z = plusScaled(y, -1, center);
  if (inner(z, z) <= radius * radius) return y.slice();
  const b = times(h, n, z);
  let x = z;
  let multiplier = 0;
  for (let k = 0; k < 100; k++) {
    const l = cholesky(h, n, { shift: multiplier });
    if (l === null) throw rangeError("H", "a positive definite matrix", Number.NaN);
    x = solveFactored(l, n, b);
    const length = Math.sqrt(inner(x, x));
    const excess = (length - radius) / radius;
    if (excess <= 1e-14) break;
    const q = solveLower(l, n, x);
    const step = (length ** 2 / inner(q, q)) * excess;
    if (!(multiplier + step > multiplier)) break;
    multiplier += step;
  }
  const factor = Math.min(1, radius / Math.sqrt(inner(x, x)));
  return plusScaled(center, factor, x);
}

/**
 * Finds the point of a convex set nearest to `y` in the norm of H, by accelerated projected gradient steps (with restarts). For a polytope
 * it is exact, by the equations of the face that was found.
 *
 * @param project the Euclidean projection
 * @param faceOf the face of a point, of a polytope
 */
export function ontoSetInNorm(
  y: Float64Array,
  h: Float64Array,
  project: (point: Float64Array) => Float64Array,
  faceOf?: (point: Float64Array) => Face,
): Float64Array {
  const n = y.length;
  const slope = (x: Float64Array) => times(h, n, plusScaled(x, -1, y));
  const start = project(y);
  if (squaredDistance(start, y) === 0) return start;
  const step = 1 / largestRowSum(h, n);
  let x = start;
  let ahead = x;
  let momentum = 1;
  for (let k = 0; k < 5000; k++) {
    const gradient = slope(ahead);
    const next = project(plusScaled(ahead, -step, gradient));
    const move = plusScaled(next, -1, x);
    const moved = inner(move, move);
    // The step opposes the way: start again without momentum.
    const restart = inner(plusScaled(ahead, -1, next), move) > 0;
    const following = restart ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    ahead = restart ? next : plusScaled(next, (momentum - 1) / following, move);
    momentum = following;
    x = next;
    if (!restart && moved <= 1e-26 * (1 + inner(x, x))) break;
  }
  if (faceOf === undefined) return x;
  const exact = onFace(y, h, x, faceOf(x));
  if (exact === null || squaredDistance(project(exact), exact) > 1e-24 * (1 + inner(exact, exact))) return x;
  const value = (p: Float64Array) => inner(plusScaled(p, -1, y), slope(p));
  return value(exact) <= value(x) * (1 + 1e-12) ? exact : x;
}

/** Minimises `(x - y)^T H (x - y)` on the face's affine hull. */
function onFace(
  y: Float64Array,
  h: Float64Array,
  x: Float64Array,
  { free, equation }: Face,
): Float64Array | null {
  const [n, m] = [y.length, free.length];
  if (m === 0) return x;
  const fixed = plusScaled(x, -1, y);
  for (const i of free) fixed[i] = -y[i];
  const away = times(h, n, fixed);
  const part = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) part[i * m + j] = h[free[i] * n + free[j]];
  const l = cholesky(part, m);
  if (l === null) return null;
  const found = solveFactored(
    l,
    m,
    free.map((i) => -away[i]),
  );
  if (equation !== null) {
    const { normal, offset } = equation;
    const direction = solveFactored(l, m, normal);
    const multiplier = (offset - inner(normal, found)) / inner(normal, direction);
    for (let i = 0; i < m; i++) found[i] += multiplier * direction[i];
  }
  const result = x.slice();
  free.forEach((i, k) => {
    result[i] = found[k];
  });
  return result;
}

/** Not below the largest eigenvalue of a symmetric matrix. */
function largestRowSum(h: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += Math.abs(h[i * n + j]);
    largest = Math.max(largest, sum);
  }
  return largest;
}
