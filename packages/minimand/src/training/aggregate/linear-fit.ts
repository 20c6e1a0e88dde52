import { cholesky, solveFactored } from "../../engine/cholesky.ts";
import { rangeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { bagSizes } from "../../losses/aggregate/bag-ids.ts";
import { symmetricEigen } from "../../metrics/symmetric-eigen.ts";
import { checkNumbers } from "./bags.ts";

/** Options of {@link aggregateLinearFit}. */
export interface AggregateLinearFitOptions {
  /** 0 is the bag-level fit, 1 the instance-level fit; default 0.5. */
  rho?: number;
  /** Ridge penalty `l2 |theta|^2`, default 0. */
  l2?: number;
  /** Adds a constant that isn't penalised. */
  intercept?: boolean;
  /** Takes the solution of least norm where there are many, instead of an error. */
  minimumNorm?: boolean;
}

/**
 * Linear regression from bag means, in closed form.
 *
 * `theta = argmin (1 - rho) L_bag + rho L_ins + l2 |theta|^2`, both with the squared loss and weighting by size:
 * `theta = [(1 - rho) sum_a n_a x_a x_a' + rho X'X + n l2 I]^-1 sum_a n_a x_a y_a` with the mean features `x_a`. The right
 * side is the same for every rho. Cost `rows * inputs^2 + inputs^3`.
 *
 * @param x features, row-major `[rows, inputs]`
 * @param bagIds the bag of each row, 0 to bags - 1, no bag empty
 * @param means mean response of each bag, `[bags]`
 * @param options `rho >= 0`, `l2 >= 0`, `intercept`, `minimumNorm`
 * @returns `theta`, `[inputs]`, and `intercept`, 0 if not asked for
 * @throws TypeError, RangeError for lengths that don't match, numbers that are not finite or out of range, bad bags, and
 * where the matrix is singular (with `rho = 0` always for fewer bags than inputs)
 * @example
 * aggregateLinearFit([1, 0, 0, 1], [0, 1], [2, 3], { rho: 0 }) // { theta: [2, 3], intercept: 0 }
 * @see Javanmard et al. 2024, arXiv 2401.11081, section 3
 */
export function aggregateLinearFit(
  x: ArrayLike<number>,
  bagIds: ArrayLike<number>,
  means: ArrayLike<number>,
  options: AggregateLinearFitOptions = {},
): { theta: Float64Array; intercept: number } {
  const { rho, l2, intercept, minimumNorm } = readOptions("aggregateLinearFit", options, {
    rho: [0.5, { min: 0 }],
    l2: [0, { min: 0 }],
    intercept: [false],
    minimumNorm: [false],
  });
  const sizes = bagSizes(bagIds);
  const [rows, bags] = [bagIds.length, sizes.length];
  const inputs = (x?.length ?? 0) / rows;
  if (!Number.isInteger(inputs) || inputs < 1) throw rangeError("x", `a multiple of ${rows} numbers`, x);
  checkNumbers("x", x, rows * inputs);
  checkNumbers("means", means, bags);

  const width = inputs + (intercept ? 1 : 0);
  const row = new Float64Array(width).fill(1);
  const sums = new Float64Array(bags * width);
  const matrix = new Float64Array(width * width);
  const right = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < inputs; j++) row[j] = x[i * inputs + j];
    for (let j = 0; j < width; j++) sums[bagIds[i] * width + j] += row[j];
    if (rho > 0) addOuter(matrix, row, rho);
  }
  for (let bag = 0; bag < bags; bag++) {
    const sum = sums.subarray(bag * width, (bag + 1) * width);
    if (rho !== 1) addOuter(matrix, sum, (1 - rho) / sizes[bag]);
    for (let j = 0; j < width; j++) right[j] += sum[j] * means[bag];
  }
  for (let p = 0; p < width; p++) {
    if (p < inputs) matrix[p * width + p] += rows * l2;
    for (let q = 0; q < p; q++) matrix[p * width + q] = matrix[q * width + p];
  }
  const solution = minimumNorm
    ? leastNormSolution(matrix, right)
    : choleskySolution(matrix, right, `rho ${rho}, ${bags} bags, ${inputs} inputs`);
  return { theta: solution.slice(0, inputs), intercept: intercept ? solution[inputs] : 0 };
}

/** Adds `scale v v'` to the upper triangle. */
function addOuter(matrix: Float64Array, v: Float64Array, scale: number): void {
  const n = v.length;
  for (let p = 0; p < n; p++) {
    const s = scale * v[p];
    if (s === 0) continue;
    for (let q = p, at = p * n + p; q < n; q++, at++) matrix[at] += s * v[q];
  }
}

function choleskySolution(matrix: Float64Array, right: Float64Array, what: string): Float64Array {
  const n = right.length;
  const l = cholesky(matrix, n, { share: 1e-12 });
  if (l === null)
    throw rangeError(
      "x",
      "bags and rows that determine the fit (or l2 > 0, or minimumNorm: true)",
      `a singular matrix with ${what}`,
    );
  return solveFactored(l, n, right);
}

function leastNormSolution(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const { values, vectors } = symmetricEigen(matrix, n);
  const least = 1e-12 * n * values.reduce((a, b) => Math.max(a, b), 0);
  const solution = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (values[i] <= least) continue;
    let dot = 0;
    for (let k = 0; k < n; k++) dot += vectors[k * n + i] * right[k];
    for (let k = 0; k < n; k++) solution[k] += (vectors[k * n + i] * dot) / values[i];
  }
  return solution;
}
