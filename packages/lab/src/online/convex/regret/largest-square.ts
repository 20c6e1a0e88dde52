import { symmetricEigen, times } from "minimand/internals";
import { inner, plusScaled } from "../../vectors.ts";
import type { Ball, Box, Domain } from "../domains/domain.ts";

/** A gradient `matrix x - vector`, with its probability. */
export interface WeightedGradient {
  matrix: Float64Array;
  vector: Float64Array;
  weight: number;
}

/** Returns the largest value of `sum_j w_j ||A_j x - b_j||^2 = x^T M x + 2 c^T x + k` on the domain. */
export function largestSquare(
  parts: readonly WeightedGradient[],
  domain: Domain,
): { value: number; exact: boolean } {
  const n = domain.dimension;
  const M = new Float64Array(n * n);
  const c = new Float64Array(n);
  let k = 0;
  for (const { matrix, vector, weight } of parts) {
    for (let r = 0; r < n; r++) {
      for (let i = 0; i < n; i++) {
        const scaled = weight * matrix[r * n + i];
        if (scaled === 0) continue;
        c[i] -= scaled * vector[r];
        for (let j = 0; j < n; j++) M[i * n + j] += scaled * matrix[r * n + j];
      }
    }
    k += weight * inner(vector, vector);
  }
  const flat = M.every((value) => value === 0);
  // The same at every x, but for rounding: nothing to search.
  if (flat) return { value: k, exact: true };
  if (domain.kind === "ball") return { value: largestOnBall(M, c, k, domain as Ball), exact: true };
  const at = (x: Float64Array) => inner(times(M, n, x), x) + 2 * inner(c, x) + k;
  const vertices = domain.vertices();
  if (vertices !== null) return { value: Math.max(...vertices.map(at)), exact: true };
  if (domain.kind === "box") return { value: at(climbed(domain as Box, at)), exact: false };
  return { value: at(domain.center), exact: false };
}

/**
 * The maximum over a ball, by its dual: the minimum over `m >= largest eigenvalue` of `m R^2 + sum_i b_i^2 / (m - w_i)`, which is
 * convex and has no hard case.
 */
function largestOnBall(M: Float64Array, c: Float64Array, k: number, { center, radius }: Ball): number {
  const n = c.length;
  const shifted = times(M, n, center);
  const constant = k + inner(shifted, center) + 2 * inner(c, center);
  const { values: w, vectors } = symmetricEigen(M, n);
  const linear = plusScaled(c, 1, shifted);
  const b = w.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += vectors[j * n + i] * linear[j];
    return sum;
  });
  const lengthOf = (m: number) => Math.sqrt(w.reduce((sum, wi, i) => sum + over(b[i], m - wi) ** 2, 0));
  let low = w.reduce((a, v) => Math.max(a, v), 0);
  let high = low + Math.sqrt(inner(b, b)) / radius;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (lengthOf(middle) > radius) low = middle;
    else high = middle;
  }
  return constant + high * radius ** 2 + w.reduce((sum, wi, i) => sum + b[i] * over(b[i], high - wi), 0);
}

const over = (a: number, b: number): number => (a === 0 ? 0 : a / b);

/** A corner of a box from which no single coordinate leads higher. */
function climbed({ lower, upper, center }: Box, at: (x: Float64Array) => number): Float64Array {
  const x = center.slice();
  for (let moved = true; moved; ) {
    moved = false;
    for (let i = 0; i < x.length; i++) {
      const here = at(x);
      const ends = [lower[i], upper[i]].map((end) => at(x.with(i, end)));
      const best = ends[1] > ends[0] ? 1 : 0;
      if (!(ends[best] > here)) continue;
      x[i] = best === 1 ? upper[i] : lower[i];
      moved = true;
    }
  }
  return x;
}
