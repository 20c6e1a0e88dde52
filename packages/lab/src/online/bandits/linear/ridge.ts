import { checkNumber, rangeError } from "minimand/engine";
import { invertPositive } from "minimand/internals";
import { inner, innerAt, product } from "../../vectors.ts";
import { type Arms, predictions } from "../context.ts";
import { checkSaved } from "../saved-arrays.ts";
import { trianglesOf } from "./triangles.ts";
import type { Triangles } from "./triangles-in-javascript.ts";

/**
 * Ridge regression, one for each slot, by recursive least squares: `theta = Z^-1 sum r x`, `Z = lambda I + sum x x^T`, and the
 * triangles are those of Z^-1.
 */
export interface Ridge {
  readonly dim: number;
  /** `[slots, dim]` */
  readonly theta: Float64Array;
  readonly triangles: Triangles;
}

/** A ridge regression as numbers alone. */
export interface SavedRidge {
  dim: number;
  theta: Float64Array;
  /** `[slots, dim (dim + 1) / 2]` */
  inverse: Float64Array;
}

/** Numbers of all inverses together: 1 GiB. */
const mostNumbers = 2 ** 27;

/**
 * Makes a ridge regression without data.
 *
 * @throws RangeError for more than {@link mostNumbers}
 */
export function ridge(dim: number, slots: number, lambda: number): Ridge {
  checkNumber("lambda", lambda, { above: 0 });
  const size = (dim * (dim + 1)) / 2;
  if (slots * size > mostNumbers)
    throw rangeError("features", `regressions of at most ${mostNumbers} numbers`, slots * size);
  const inverse = new Float64Array(slots * size);
  for (let slot = 0; slot < slots; slot++)
    for (let i = 0; i < dim; i++) inverse[slot * size + (i * (i + 1)) / 2 + i] = 1 / lambda;
  return restoredRidge({ dim, theta: new Float64Array(slots * dim), inverse }, dim, slots);
}

/** @throws TypeError, RangeError for arrays of other sizes */
export function restoredRidge({ theta, inverse }: SavedRidge, dim: number, slots: number): Ridge {
  checkSaved("theta", theta, Float64Array, slots * dim);
  checkSaved("inverse", inverse, Float64Array, (slots * dim * (dim + 1)) / 2);
  return { dim, theta, triangles: trianglesOf(dim, inverse) };
}

export const savedRidge = ({ dim, theta, triangles }: Ridge): SavedRidge => ({
  dim,
  theta,
  inverse: triangles.matrices,
});

/** `x^T theta`. */
export function ridgePrediction({ dim, theta }: Ridge, slot: number, x: Float64Array): number {
  return innerAt(theta, slot * dim, x);
}

/** `x^T theta` of each arm. */
export function ridgeMeans(model: Ridge, arms: Arms): Float64Array {
  if (!arms.own) return predictions((slot, x) => ridgePrediction(model, slot, x), arms);
  const out = new Float64Array(arms.count);
  product(model.theta, 0, arms.rows[0], 1, out);
  return out;
}

/** `factor sqrt(x^T Z^-1 x)` of each arm. */
export function ridgeWidths({ triangles }: Ridge, { own, count, rows }: Arms, factor: number): Float64Array {
  const out = new Float64Array(count);
  if (own) triangles.forms(rows[0], out);
  else formsOfVectors(triangles.matrices, rows, out);
  for (let arm = 0; arm < count; arm++) out[arm] = factor * Math.sqrt(Math.max(0, out[arm]));
  return out;
}

/**
 * `x^T A x` of several vectors with one triangle; four at a time, as then a number of A is read once for four. Half of
 * the products, as A is symmetric.
 */
function formsOfVectors(triangle: Float64Array, xs: readonly Float64Array[], out: Float64Array): void {
  const dim = xs[0].length;
  for (let first = 0; first < xs.length; first += 4) {
    const last = xs.length - 1;
    const [x0, x1, x2, x3] = [first, first + 1, first + 2, first + 3].map((k) => xs[Math.min(k, last)]);
    let [v0, v1, v2, v3] = [0, 0, 0, 0];
    for (let i = 0, at = 0; i < dim; at += ++i) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let j = 0; j < i; j++) {
        const a = triangle[at + j];
        s0 += a * x0[j];
        s1 += a * x1[j];
        s2 += a * x2[j];
        s3 += a * x3[j];
      }
      const own = triangle[at + i];
      v0 += x0[i] * (2 * s0 + own * x0[i]);
      v1 += x1[i] * (2 * s1 + own * x1[i]);
      v2 += x2[i] * (2 * s2 + own * x2[i]);
      v3 += x3[i] * (2 * s3 + own * x3[i]);
    }
    [v0, v1, v2, v3].forEach((v, k) => {
      if (first + k <= last) out[first + k] = v;
    });
  }
}

/** Learns one example (Sherman and Morrison). */
export function ridgeUpdate(model: Ridge, slot: number, x: Float64Array, r: number): void {
  const { dim, theta, triangles } = model;
  const error = r - ridgePrediction(model, slot, x);
  const u = triangles.times(slot, x);
  const scale = 1 + inner(x, u);
  for (let i = 0; i < dim; i++) theta[slot * dim + i] += (u[i] * error) / scale;
  triangles.subtract(slot, u, scale);
}

/**
 * Returns the model of a given Z and `b = sum r x`.
 *
 * @throws RangeError where Z isn't symmetric and positive definite
 */
export function ridgeFrom(z: readonly ArrayLike<number>[], b: ArrayLike<number>): Ridge {
  const dim = b.length;
  if (z.length !== dim || z.some((row) => row.length !== dim))
    throw rangeError("Z", `${dim} rows of ${dim} numbers`, z);
  const inverse = invertSymmetric(Float64Array.from(z.flatMap((row) => Array.from(row))), dim);
  const triangles = trianglesOf(dim, inverse);
  return { dim, theta: triangles.times(0, Float64Array.from(b)).slice(), triangles };
}

/**
 * Returns the inverse of a symmetric positive definite matrix `[dim, dim]`, its lower triangle row after row. Overwrites the matrix.
 *
 * @throws RangeError for a matrix that isn't positive definite
 */
export function invertSymmetric(
  matrix: Float64Array,
  dim: number,
  out: Float64Array = new Float64Array((dim * (dim + 1)) / 2),
): Float64Array {
  if (!invertPositive(matrix, dim)) throw rangeError("Z", "a positive definite matrix", matrix);
  for (let i = 0, at = 0; i < dim; i++) for (let j = 0; j <= i; j++, at++) out[at] = matrix[i * dim + j];
  return out;
}
