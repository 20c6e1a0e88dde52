import { checkNumber, rangeError } from "../../../engine/errors.ts";
import { innerAt, product } from "../../vectors.ts";

/**
 * Ridge regression, one for each slot, by recursive least squares: `theta = Z^-1 sum r x`, `Z = lambda I + sum x x^T`. Of the
 * symmetric Z^-1 the lower triangle is kept, row after row.
 */
export interface Ridge {
  readonly dim: number;
  /** `[slots, dim]` */
  readonly theta: Float64Array;
  /** `[slots, dim (dim + 1) / 2]` */
  readonly inverse: Float64Array;
}

/** Without data. */
export function ridge(dim: number, slots: number, lambda: number): Ridge {
  checkNumber("lambda", lambda, { above: 0 });
  const size = (dim * (dim + 1)) / 2;
  const inverse = new Float64Array(slots * size);
  for (let slot = 0; slot < slots; slot++)
    for (let i = 0; i < dim; i++) inverse[slot * size + (i * (i + 1)) / 2 + i] = 1 / lambda;
  return { dim, theta: new Float64Array(slots * dim), inverse };
}

/** `x^T theta`. */
export function ridgePrediction({ dim, theta }: Ridge, slot: number, x: Float64Array): number {
  return innerAt(theta, slot * dim, x);
}

/**
 * `x^T Z^-1 x` of several vectors with the same slot; four at a time, as then a number of Z^-1 is read once for four. Half of
 * the products, as Z^-1 is symmetric.
 */
export function ridgeVariances(
  { dim, inverse }: Ridge,
  slot: number,
  xs: readonly Float64Array[],
): Float64Array {
  const out = new Float64Array(xs.length);
  for (let first = 0; first < xs.length; first += 4) {
    const last = xs.length - 1;
    const [x0, x1, x2, x3] = [first, first + 1, first + 2, first + 3].map((k) => xs[Math.min(k, last)]);
    let [v0, v1, v2, v3] = [0, 0, 0, 0];
    let at = (slot * dim * (dim + 1)) / 2;
    for (let i = 0; i < dim; i++) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      for (let j = 0; j < i; j++) {
        const a = inverse[at + j];
        s0 += a * x0[j];
        s1 += a * x1[j];
        s2 += a * x2[j];
        s3 += a * x3[j];
      }
      const own = inverse[at + i];
      v0 += x0[i] * (2 * s0 + own * x0[i]);
      v1 += x1[i] * (2 * s1 + own * x1[i]);
      v2 += x2[i] * (2 * s2 + own * x2[i]);
      v3 += x3[i] * (2 * s3 + own * x3[i]);
      at += i + 1;
    }
    [v0, v1, v2, v3].forEach((v, k) => {
      if (first + k <= last) out[first + k] = Math.max(0, v);
    });
  }
  return out;
}

/** `x^T Z^-1 x` of one vector in every slot: the products of its numbers serve them all. */
export function ridgeSlotVariances({ dim, inverse }: Ridge, slots: number, x: Float64Array): Float64Array {
  const size = (dim * (dim + 1)) / 2;
  const products = new Float64Array(size);
  for (let i = 0, at = 0; i < dim; i++) {
    const twice = 2 * x[i];
    for (let j = 0; j < i; j++) products[at + j] = twice * x[j];
    products[at + i] = x[i] * x[i];
    at += i + 1;
  }
  const out = new Float64Array(slots);
  product(inverse, 0, products, 1, out);
  return out.map((v) => Math.max(0, v));
}

/** `out = Z^-1 x`. */
export function ridgeSolve({ dim, inverse }: Ridge, slot: number, x: Float64Array, out: Float64Array): void {
  let at = (slot * dim * (dim + 1)) / 2;
  out.fill(0);
  for (let i = 0; i < dim; i++) {
    const xi = x[i];
    let sum = inverse[at + i] * xi;
    for (let j = 0; j < i; j++) {
      const a = inverse[at + j];
      sum += a * x[j];
      out[j] += a * xi;
    }
    out[i] += sum;
    at += i + 1;
  }
}

/** Learns one example (Sherman and Morrison); `u` is scratch, `[dim]`. */
export function ridgeUpdate(model: Ridge, slot: number, x: Float64Array, r: number, u: Float64Array): void {
  const { dim, theta, inverse } = model;
  const error = r - ridgePrediction(model, slot, x);
  ridgeSolve(model, slot, x, u);
  let scale = 1;
  for (let i = 0; i < dim; i++) scale += x[i] * u[i];
  for (let i = 0; i < dim; i++) theta[slot * dim + i] += (u[i] * error) / scale;
  let at = (slot * dim * (dim + 1)) / 2;
  for (let i = 0; i < dim; i++) {
    const factor = u[i] / scale;
    for (let j = 0; j <= i; j++) inverse[at + j] -= factor * u[j];
    at += i + 1;
  }
}

/**
 * The model of a given Z and `b = sum r x`.
 *
 * @throws RangeError where Z isn't symmetric and positive definite
 */
export function ridgeFrom(z: readonly ArrayLike<number>[], b: ArrayLike<number>): Ridge {
  const dim = b.length;
  if (z.length !== dim || z.some((row) => row.length !== dim))
    throw rangeError("Z", `${dim} rows of ${dim} numbers`, z);
  const model: Ridge = {
    dim,
    theta: new Float64Array(dim),
    inverse: invertSymmetric(Float64Array.from(z.flatMap((row) => Array.from(row))), dim),
  };
  ridgeSolve(model, 0, Float64Array.from(b), model.theta);
  return model;
}

/**
 * The inverse of a symmetric positive definite matrix `[dim, dim]`, its lower triangle row after row; by Cholesky's
 * factors, which stand in `matrix` afterwards.
 *
 * @throws RangeError for a matrix that isn't positive definite
 */
export function invertSymmetric(
  matrix: Float64Array,
  dim: number,
  out: Float64Array = new Float64Array((dim * (dim + 1)) / 2),
): Float64Array {
  const l = matrix;
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = l[i * dim + j];
      for (let k = 0; k < j; k++) sum -= l[i * dim + k] * l[j * dim + k];
      if (i > j) l[i * dim + j] = sum / l[j * dim + j];
      else if (sum > 0) l[i * dim + i] = Math.sqrt(sum);
      else throw rangeError("Z", "a positive definite matrix", sum);
    }
  }
  // L^-1 in place, its rows from the top.
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum -= l[i * dim + k] * l[k * dim + j];
      l[i * dim + j] = sum / l[i * dim + i];
    }
    l[i * dim + i] = 1 / l[i * dim + i];
  }
  for (let i = 0, at = 0; i < dim; i++)
    for (let j = 0; j <= i; j++, at++) {
      let sum = 0;
      for (let k = i; k < dim; k++) sum += l[k * dim + i] * l[k * dim + j];
      out[at] = sum;
    }
  return out;
}
