import { checkNumber, rangeError, readOptions, typeError } from "minimand/engine";
import { invertPositive } from "minimand/internals";
import { innerAt } from "../../vectors.ts";
import { checkFeatures, checkRows, type Rows, rowsOf } from "../checks.ts";
import { addOuter, scaledIdentity } from "./symmetric.ts";

/**
 * `(gamma I + (1/n) sum_i phi_i phi_i^T)^-1` from features at n visited pairs of state and action.
 *
 * Always symmetric with eigenvalues in `[1/(gamma + 1), 1/gamma]`, and off by a factor instead of a summand, so that far
 * fewer samples do than for {@link matrixGeometricResampling}.
 *
 * @param features `[n][dim]`, each of norm at most 1
 * @param options.gamma regulariser, > 0
 * @returns the inverse, row after row
 * @throws TypeError, RangeError for features that are not finite or too long, `gamma` <= 0
 *
 * @example
 * regularisedInverse([[1, 0], [0, 1]], { gamma: 0.5 }) // [1, 0, 0, 1]
 * @see arXiv 2301.12942, the covariance estimator of the algorithm without a simulator
 */
export function regularisedInverse(features: Rows, { gamma }: { gamma: number }): Float64Array[] {
  checkNumber("gamma", gamma, { above: 0 });
  const dim = checkRows("features", features);
  for (const [i, phi] of features.entries()) checkFeatures(`features[${i}]`, phi, dim);
  const matrix = scaledIdentity(dim, gamma);
  for (const phi of features) addOuter(matrix, dim, phi, 0, 1 / features.length);
  invertPositive(matrix, dim);
  return rowsOf(matrix, dim);
}

/** Options of {@link matrixGeometricResampling}. */
export interface ResamplingOptions {
  /** Regulariser, > 0. */
  gamma: number;
  /** Factor of the series, default 1/2; `c (gamma + 1)` may not exceed 1. */
  c?: number;
  /** Whether to return `(S + S^T)/2`: the estimate itself is not symmetric. Default false. */
  symmetric?: boolean;
}

/**
 * Estimates `(gamma I + E phi phi^T)^-1` without inverting anything: with `Z_n = Z_{n-1} (I - c (gamma I + phi_n phi_n^T))`,
 * `Z_0 = I`, an estimate is `c (Z_0 + ... + Z_N)`, and the result is the mean of the estimates.
 *
 * @param features `[batches][N][dim]`: N independent draws for each estimate, each of norm at most 1
 * @returns the mean estimate, row after row
 * @throws TypeError, RangeError for features that are not finite or too long, batches of different length, `gamma` <= 0,
 * `c (gamma + 1)` > 1, for which the series need not converge
 *
 * @example
 * matrixGeometricResampling([[[1], [1]]], { gamma: 0.5 }) // [0.65625]
 * @see Neu and Olkhovskaya 2020, arXiv 2002.00287; used by arXiv 2107.08346 and 2301.12942
 */
export function matrixGeometricResampling(
  features: readonly Rows[],
  options: ResamplingOptions,
): Float64Array[] {
  const { gamma, c, symmetric } = readOptions("matrixGeometricResampling", options, {
    gamma: true,
    c: [0.5],
    symmetric: [false],
  });
  checkSeries(gamma, c);
  if (!Array.isArray(features)) throw typeError("features", "an array of batches of vectors", features);
  if (features.length === 0) throw rangeError("features", "at least one batch", features);
  const dim = checkRows("features[0]", features[0]);
  for (const [m, batch] of features.entries()) {
    checkRows(`features[${m}]`, batch, dim);
    if (batch.length !== features[0].length)
      throw rangeError(`features[${m}]`, `${features[0].length} vectors, as many as the first batch`, batch);
    for (const [n, phi] of batch.entries()) checkFeatures(`features[${m}][${n}]`, phi, dim);
  }
  const sum = new Float64Array(dim * dim);
  const series = geometricSeries(dim, gamma, c);
  for (const batch of features) {
    series.restart();
    for (const phi of batch) series.next(phi, 0);
    for (let i = 0; i < sum.length; i++) sum[i] += series.sum[i] / features.length;
  }
  return rowsOf(symmetric ? symmetrised(sum, dim) : sum, dim);
}

/** Throws unless the series of {@link matrixGeometricResampling} converges for features of norm at most 1. */
export function checkSeries(gamma: number, c: number): void {
  checkNumber("gamma", gamma, { above: 0 });
  checkNumber("c", c, { above: 0 });
  if (c * (gamma + 1) > 1 + 1e-12) throw rangeError("c", "c (gamma + 1) <= 1", c);
}

/** `(S + S^T)/2`, in place. */
export function symmetrised(matrix: Float64Array, dim: number): Float64Array {
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (matrix[i * dim + j] + matrix[j * dim + i]) / 2;
      matrix[i * dim + j] = mean;
      matrix[j * dim + i] = mean;
    }
  }
  return matrix;
}

/** One estimate of matrix geometric resampling, draw by draw. */
export interface GeometricSeries {
  /** `c (Z_0 + ... + Z_n)`. */
  readonly sum: Float64Array;
  restart(): void;
  /** Takes the next draw, the features from `at` on. */
  next(features: ArrayLike<number>, at: number): void;
}

/** `Z (I - c (gamma I + phi phi^T)) = (1 - c gamma) Z - c (Z phi) phi^T`: `dim^2` operations a draw. */
export function geometricSeries(dim: number, gamma: number, c: number): GeometricSeries {
  const sum = new Float64Array(dim * dim);
  const z = new Float64Array(dim * dim);
  const row = new Float64Array(dim);
  return {
    sum,
    restart() {
      z.fill(0);
      sum.fill(0);
      for (let i = 0; i < dim; i++) {
        z[i * dim + i] = 1;
        sum[i * dim + i] = c;
      }
    },
    next(features, at) {
      for (let i = 0; i < dim; i++) {
        for (let j = 0; j < dim; j++) row[j] = z[i * dim + j];
        const along = c * innerAt(features, at, row);
        for (let j = 0; j < dim; j++) {
          const value = (1 - c * gamma) * row[j] - along * features[at + j];
          z[i * dim + j] = value;
          sum[i * dim + j] += c * value;
        }
      }
    },
  };
}

/**
 * Returns how many draws matrix geometric resampling needs for an error of at most `accuracy` in operator norm: the length
 * `N = ceil((2/gamma) ln(1/(accuracy gamma)))` of a series with c = 1/2, and `M = ceil(24 ln(d H K) / (accuracy gamma)^2)` series. The
 * sizes are those of the theory; in practice {@link regularisedInverse} is the cheaper choice by far.
 *
 * @throws RangeError for numbers outside their range
 *
 * @example
 * resamplingSize({ gamma: 0.5, accuracy: 0.5, dim: 2, horizon: 1, episodes: 100 }) // [6, 2035]
 * @see Neu and Olkhovskaya 2020, arXiv 2002.00287; arXiv 2107.08346
 */
export function resamplingSize({
  gamma,
  accuracy,
  dim,
  horizon,
  episodes,
}: {
  gamma: number;
  accuracy: number;
  dim: number;
  horizon: number;
  episodes: number;
}): { length: number; batches: number } {
  checkNumber("gamma", gamma, { above: 0, max: 1 });
  checkNumber("accuracy", accuracy, { above: 0, max: 1 });
  for (const [name, value] of Object.entries({ dim, horizon, episodes }))
    checkNumber(name, value, { min: 1, integer: true });
  return {
    length: Math.max(1, Math.ceil((2 / gamma) * Math.log(1 / (accuracy * gamma)))),
    batches: Math.max(1, Math.ceil((24 * Math.log(dim * horizon * episodes)) / (accuracy * gamma) ** 2)),
  };
}
