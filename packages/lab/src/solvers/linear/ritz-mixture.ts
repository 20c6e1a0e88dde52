import {
  checkNumber,
  derive,
  normal,
  randomSource,
  rangeError,
  readOptions,
  typeError,
} from "minimand/engine";
import { checkVector } from "../../online/vectors.ts";
import { type LanczosOptions, type RitzPairs, ritz } from "./lanczos.ts";
import type { OperatorLike } from "./linear-operator.ts";
import { addScaled, normOf } from "./vectors.ts";

/** Options of {@link ritzMixture}. */
export interface RitzMixtureOptions {
  /** How many vectors beyond half of them count as low, of a floor; may be negative. Default a twentieth of them. */
  theta?: number;
  /** What the coefficients of the low ones are multiplied by; default 9. */
  lowScale?: number;
}

/**
 * Returns a right-hand side to train on: `b = sum_j c_j g_j / ||sum_j c_j g_j||` of Ritz vectors g by ascending value, where the
 * coefficients of the lower half and `theta` more, on which conjugate gradients are slow, are multiplied by `lowScale`.
 *
 * @param vectors Ritz vectors, `[n]` each, by ascending value
 * @param coefficients one for each, drawn from N(0, 1)
 * @param options how many are low, and their scale
 * @returns a vector of norm 1
 * @throws TypeError, RangeError for coefficients that aren't one finite number a vector, or are all zero
 * @example
 * ritzMixture([Float64Array.of(1, 0), Float64Array.of(0, 1)], [1, 9], { theta: 0 }) // [0.7071, 0.7071]
 * @see Kaneda et al. 2022, arXiv 2205.10763, section 4 (training data)
 */
export function ritzMixture(
  vectors: readonly Float64Array[],
  coefficients: ArrayLike<number>,
  options: RitzMixtureOptions = {},
): Float64Array {
  readOptions("ritzMixture", options, { theta: true, lowScale: true });
  if (!Array.isArray(vectors) || vectors.length === 0)
    throw typeError("vectors", "a list of vectors", vectors);
  checkVector("coefficients", coefficients, vectors.length);
  const { low, lowScale } = lowPart(vectors.length, options);
  const b = new Float64Array(vectors[0].length);
  vectors.forEach((vector, j) => {
    addScaled(b, coefficients[j] * (j < low ? lowScale : 1), vector);
  });
  const norm = normOf(b);
  if (!(norm > 0)) throw rangeError("coefficients", "numbers that aren't all 0", 0);
  return b.map((value) => value / norm);
}

/** How many of m vectors are low, and what their coefficients are multiplied by. */
function lowPart(m: number, { theta = Math.floor(m / 20), lowScale = 9 }: RitzMixtureOptions) {
  checkNumber("theta", theta, { integer: true });
  checkNumber("lowScale", lowScale, { above: 0 });
  return { low: Math.floor(m / 2 + theta), lowScale };
}

/** Options of {@link ritzMixtures}. */
export interface RitzMixturesOptions extends RitzMixtureOptions, LanczosOptions {
  /** How many right-hand sides. */
  count: number;
  /** Ritz vectors; default a quarter of the unknowns, at least 1. */
  vectors?: number;
  /** Names the draws; the same seed gives the same right-hand sides. */
  seed: number;
}

/** Ritz values up to this belong to what A maps to zero. */
const zeroValue = 1e-8;

/**
 * Right-hand sides to train a direction on: {@link ritzMixture}s of the Ritz vectors of A from `v = A xi`, `xi ~ N(0, I)`, without
 * those of a value below 1e-8.
 *
 * @param A a symmetric matrix, or a function `v -> A v`
 * @param size number of unknowns n
 * @param options how many, of how many Ritz vectors, and the seed
 * @returns vectors of norm 1
 * @throws TypeError, RangeError for numbers outside their range, and as {@link ritz}
 * @example
 * ritzMixtures((v) => v.map((each, i) => (i + 1) * each), 8, { count: 3, vectors: 4, seed: 1 }).length // 3
 * @see Kaneda et al. 2022, arXiv 2205.10763, section 4 (training data)
 */
export function ritzMixtures(A: OperatorLike, size: number, options: RitzMixturesOptions): Float64Array[] {
  const { count, seed, reorthogonalize, theta, lowScale } = readOptions("ritzMixtures", options, {
    count: true,
    vectors: true,
    seed: true,
    theta: true,
    lowScale: true,
    reorthogonalize: true,
  });
  checkNumber("size", size, { min: 1, integer: true });
  const { vectors: m = Math.max(1, Math.floor(size / 4)) } = options;
  checkNumber("count", count, { min: 1, integer: true });
  checkNumber("vectors", m, { min: 1, max: size, integer: true });
  checkNumber("seed", seed, { integer: true });
  const draw = randomSource(derive(seed, 0));
  const matvec = typeof A === "function" ? A : A.matvec;
  const start = Float64Array.from(matvec(Float64Array.from({ length: size }, () => normal(draw))));
  const usable = usablePairs(ritz(A, start, m, { reorthogonalize }));
  const next = randomSource(derive(seed, 1));
  return Array.from({ length: count }, () =>
    ritzMixture(
      usable,
      usable.map(() => normal(next)),
      { theta, lowScale },
    ),
  );
}

const usablePairs = ({ values, vectors }: RitzPairs): Float64Array[] =>
  vectors.filter((_, j) => values[j] >= zeroValue);
