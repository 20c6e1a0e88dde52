import { checkNumber, rangeError } from "../../engine/errors.ts";
import { readOptions } from "../../engine/options.ts";
import { randomSource } from "../../engine/random.ts";
import { checkFinite } from "../checks.ts";
import { symmetricEigen } from "../symmetric-eigen.ts";

/** Features of samples, row-major `[samples, d]`. */
export type Features = ArrayLike<number>;

function rowsOf(argument: string, features: Features, d: number, least: number): number {
  checkNumber("d", d, { min: 1, integer: true });
  checkFinite(argument, features);
  const rows = features.length / d;
  if (!Number.isInteger(rows) || rows < least)
    throw rangeError(argument, `at least ${least} rows of ${d} numbers`, features.length);
  return rows;
}

function moments(
  features: Features,
  d: number,
  rows: number,
): { mean: Float64Array; covariance: Float64Array } {
  const mean = new Float64Array(d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) mean[j] += features[i * d + j] / rows;
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < d; j++) {
      const off = (features[i * d + j] - mean[j]) / (rows - 1);
      for (let k = 0; k < d; k++) covariance[j * d + k] += off * (features[i * d + k] - mean[k]);
    }
  return { mean, covariance };
}

/** `A B` of square matrices. */
function product(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const c = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let k = 0; k < d; k++) for (let j = 0; j < d; j++) c[i * d + j] += a[i * d + k] * b[k * d + j];
  return c;
}

/** `V sqrt(values) V'` of a symmetric matrix without negative eigenvalues but for rounding. */
function squareRoot(matrix: Float64Array, d: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, d);
  const root = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    const size = Math.sqrt(Math.max(0, values[k]));
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) root[i * d + j] += size * vectors[i * d + k] * vectors[j * d + k];
  }
  return root;
}

/**
 * Frechet distance of two samples, each taken for a normal distribution: 0 for equal means and covariances.
 *
 * `||m_1 - m_2||^2 + tr(C_1 + C_2 - 2 (C_1^(1/2) C_2 C_1^(1/2))^(1/2))`, covariances divided by `samples - 1`
 *
 * @param a row-major `[samples, d]`, at least 2 samples; many more than d, or the covariance is mostly noise
 * @param b row-major `[others, d]`
 * @param d numbers in a row; the time grows with its cube
 * @returns a number >= 0, up to rounding
 * @throws RangeError for lengths that don't fit, fewer than 2 rows, values that aren't finite
 * @example
 * frechetDistance([0, 1, 2], [3, 4, 5], 1) // 9
 * @see Heusel et al. 2017, arXiv 1706.08500, equation (6)
 */
export function frechetDistance(a: Features, b: Features, d: number): number {
  const [first, second] = [moments(a, d, rowsOf("a", a, d, 2)), moments(b, d, rowsOf("b", b, d, 2))];
  const root = squareRoot(first.covariance, d);
  const between = product(product(root, second.covariance, d), root, d);
  // Rounding leaves it not quite symmetric.
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++)
      between[i * d + j] = between[j * d + i] = (between[i * d + j] + between[j * d + i]) / 2;
  let distance = 0;
  for (let i = 0; i < d; i++)
    distance +=
      (first.mean[i] - second.mean[i]) ** 2 + first.covariance[i * d + i] + second.covariance[i * d + i];
  for (const value of symmetricEigen(between, d).values) distance -= 2 * Math.sqrt(Math.max(0, value));
  return distance;
}

/** Options of {@link kernelDistance}. */
export interface KernelDistanceOptions {
  /** Subsets whose mean is taken; default 1. */
  subsets?: number;
  /** Rows of each sample in a subset; default all of the smaller sample where there are several subsets, else all of each. */
  size?: number;
  /** Seed of the subsets, default 0. */
  seed?: number;
}

/**
 * Kernel distance of two samples (KID): the unbiased estimate of the squared maximum mean discrepancy with the kernel
 * `(x . y / d + 1)^3`. It may be negative.
 *
 * @param a row-major `[samples, d]`, at least 2 samples
 * @param b row-major `[others, d]`, at least 2
 * @param d numbers in a row
 * @param options `subsets`, `size`, `seed`: the mean over random subsets, as it is customary for many samples
 * @throws TypeError, RangeError for lengths that don't fit, subsets larger than a sample, values that aren't finite
 * @example
 * kernelDistance([0, 1, 2], [0, 1, 2], 1) // -23.3333
 * @see Binkowski, Sutherland, Arbel, Gretton 2018, arXiv 1801.01401, section 3
 */
export function kernelDistance(
  a: Features,
  b: Features,
  d: number,
  options: KernelDistanceOptions = {},
): number {
  readOptions("kernelDistance", options, { subsets: true, size: true, seed: true });
  const [m, n] = [rowsOf("a", a, d, 2), rowsOf("b", b, d, 2)];
  const { subsets = 1, seed = 0 } = options;
  checkNumber("subsets", subsets, { min: 1, integer: true });
  const most = Math.min(m, n);
  if (options.size !== undefined) checkNumber("size", options.size, { min: 2, max: most, integer: true });
  const size = options.size ?? (subsets > 1 ? most : undefined);
  const next = randomSource(seed);
  const drawn = (rows: number): Int32Array => {
    const ids = Int32Array.from({ length: rows }, (_, i) => i);
    if (size === undefined) return ids;
    for (let i = 0; i < size; i++) {
      const j = i + Math.floor(next() * (rows - i));
      [ids[i], ids[j]] = [ids[j], ids[i]];
    }
    return ids.slice(0, size);
  };
  let total = 0;
  for (let s = 0; s < subsets; s++) {
    const [p, q] = [drawn(m), drawn(n)];
    total += meanKernel(a, p, a, p, d) + meanKernel(b, q, b, q, d) - 2 * meanKernel(a, p, b, q, d);
  }
  return total / subsets;
}

/** Mean of the kernel over pairs of rows; of rows of one sample over pairs of different ones. */
function meanKernel(a: Features, p: Int32Array, b: Features, q: Int32Array, d: number): number {
  const one = p === q;
  let sum = 0;
  for (let i = 0; i < p.length; i++)
    for (let j = 0; j < q.length; j++) {
      if (one && i === j) continue;
      let dot = 0;
      for (let k = 0; k < d; k++) dot += a[p[i] * d + k] * b[q[j] * d + k];
      sum += (dot / d + 1) ** 3;
    }
  return sum / (one ? p.length * (p.length - 1) : p.length * q.length);
}

/** How samples are placed among real ones, see {@link neighbourhoodScores}. */
export interface NeighbourhoodScores {
  /** Share of samples within the k-th nearest neighbour's distance of some real one. */
  precision: number;
  /** Share of real ones within that of some sample. */
  recall: number;
  /** Mean number of real neighbourhoods that a sample lies in, divided by k; may exceed 1. */
  density: number;
  /** Share of real ones in whose neighbourhood lies a sample. */
  coverage: number;
}

/**
 * Precision, recall, density and coverage of samples relative to real data: how good they are, and how much of the data they reach. The
 * neighbourhood of a point is the ball to its k-th nearest neighbour in its own sample.
 *
 * @param real row-major `[samples, d]`, more than k of them
 * @param generated row-major `[others, d]`, more than k
 * @param d numbers in a row
 * @param options `neighbours` k, default 5
 * @throws TypeError, RangeError for lengths that don't fit, k out of range, values that aren't finite
 * @example
 * neighbourhoodScores([0, 1, 2, 3], [0, 1, 2, 3], 1, { neighbours: 1 }).coverage // 1
 * @see Kynkaanniemi et al. 2019, arXiv 1904.06991; Naeem et al. 2020, arXiv 2002.09797, equations (3) and (4)
 */
export function neighbourhoodScores(
  real: Features,
  generated: Features,
  d: number,
  options: { neighbours?: number } = {},
): NeighbourhoodScores {
  const { neighbours } = readOptions("neighbourhoodScores", options, {
    neighbours: [5, { min: 1, integer: true }],
  });
  const least = neighbours + 1;
  const [m, n] = [rowsOf("real", real, d, least), rowsOf("generated", generated, d, least)];
  const [ofReal, ofGenerated] = [radii(real, m, d, neighbours), radii(generated, n, d, neighbours)];
  const reached = { real: new Uint8Array(m), covered: new Uint8Array(m), generated: new Uint8Array(n) };
  let within = 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const distance = squared(real, i, generated, j, d);
      if (distance <= ofReal[i]) {
        within += 1;
        reached.covered[i] = reached.generated[j] = 1;
      }
      if (distance <= ofGenerated[j]) reached.real[i] = 1;
    }
  const share = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
  return {
    precision: share(reached.generated),
    recall: share(reached.real),
    density: within / (neighbours * n),
    coverage: share(reached.covered),
  };
}

/** Squared distances to the k-th nearest other row. */
function radii(x: Features, rows: number, d: number, k: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    // The k smallest so far, in order: sorting all of them takes longer than finding them.
    const nearest = new Float64Array(k).fill(Number.POSITIVE_INFINITY);
    for (let j = 0; j < rows; j++) {
      if (j === i) continue;
      const distance = squared(x, i, x, j, d);
      let at = k - 1;
      if (!(distance < nearest[at])) continue;
      for (; at > 0 && nearest[at - 1] > distance; at--) nearest[at] = nearest[at - 1];
      nearest[at] = distance;
    }
    return nearest[k - 1];
  });
}

function squared(a: Features, i: number, b: Features, j: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += (a[i * d + k] - b[j * d + k]) ** 2;
  return sum;
}
