import { innerAt } from "../../vectors.ts";

/* Loops over a dense layer, whose weights are rows of a vector of parameters. */

/** `out = scale A x`, a row after another from `at`; four rows at a time, as then a number of x is read once for four. */
export function product(
  a: Float64Array,
  at: number,
  x: Float64Array,
  width: number,
  scale: number,
  out: Float64Array,
): void {
  const rows = out.length;
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    const r0 = at + i * width;
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let k = 0; k < width; k++) {
      const value = x[k];
      s0 += a[r0 + k] * value;
      s1 += a[r1 + k] * value;
      s2 += a[r2 + k] * value;
      s3 += a[r3 + k] * value;
    }
    out[i] = scale * s0;
    out[i + 1] = scale * s1;
    out[i + 2] = scale * s2;
    out[i + 3] = scale * s3;
  }
  for (; i < rows; i++) out[i] = scale * innerAt(a, at + i * width, x);
}

/** Adds `factor_i x` to row i. */
export function addOuter(
  to: Float64Array,
  at: number,
  factors: Float64Array,
  x: Float64Array,
  scale: number,
): void {
  const width = x.length;
  for (let i = 0; i < factors.length; i++) {
    const factor = scale * factors[i];
    if (factor === 0) continue;
    const row = at + i * width;
    for (let k = 0; k < width; k++) to[row + k] += factor * x[k];
  }
}

/** The sum of `(scale factor_i x_k)^2 w_ik`. */
export function sumOfSquares(
  w: Float64Array,
  at: number,
  factors: Float64Array,
  x: Float64Array,
  scale: number,
): number {
  const squares = x.map((v) => v * v);
  const width = x.length;
  let total = 0;
  for (let i = 0; i < factors.length; i++) {
    if (factors[i] === 0) continue;
    const row = at + i * width;
    let [s0, s1] = [0, 0];
    let k = 0;
    for (; k + 1 < width; k += 2) {
      s0 += w[row + k] * squares[k];
      s1 += w[row + k + 1] * squares[k + 1];
    }
    if (k < width) s0 += w[row + k] * squares[k];
    total += factors[i] * factors[i] * (s0 + s1);
  }
  return scale * scale * total;
}
