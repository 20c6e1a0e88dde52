/* Loops over a dense layer, whose weights are rows of a vector of parameters. */

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

/** Returns the sum of `(scale factor_i x_k)^2 w_ik`. */
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
