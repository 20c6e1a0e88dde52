import { checkNumber, rangeError, typeError } from "../../../engine/errors.ts";
import { symmetricEigen } from "../../../metrics/symmetric-eigen.ts";
import { checkedVector, inner, plusScaled } from "../../vectors.ts";
import { times } from "../domains/cholesky.ts";
import { type Ball, type Box, checkDomain, type Domain } from "../domains/domain.ts";
import { curvatureOf, type Quadratic } from "../losses/quadratic-loss.ts";

/** How noisy and how unsteady a sequence of random losses is. */
export interface SeaQuantities {
  /** `s_t^2 = max_x E ||grad f_t(x) - grad F_t(x)||^2`, one a round. */
  sigma2: Float64Array;
  /** `v_t^2 = max_x ||grad F_t(x) - grad F_{t-1}(x)||^2`, grad F_0 = 0. */
  Sigma2: Float64Array;
  /** `sigma^2_{1:T}` and `sigma^2_max`. */
  sigma2Sum: number;
  sigma2Max: number;
  /** `Sigma^2_{1:T}` and `Sigma^2_max`. */
  Sigma2Sum: number;
  Sigma2Max: number;
  /** Whether the maxima over x are maxima; otherwise they are the largest values found, lower bounds. */
  exact: boolean;
}

function summed(sigma2: Float64Array, Sigma2: Float64Array, exact: boolean): SeaQuantities {
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  const max = (values: Float64Array) => values.reduce((a, b) => Math.max(a, b), 0);
  return {
    sigma2,
    Sigma2,
    sigma2Sum: sum(sigma2),
    sigma2Max: max(sigma2),
    Sigma2Sum: sum(Sigma2),
    Sigma2Max: max(Sigma2),
    exact,
  };
}

/** The distribution of one round's loss: a quadratic drawn from a list, with noise added to its pull. */
export interface QuadraticRound {
  losses: readonly (Quadratic & { /** >= 0; default equal. */ weight?: number })[];
  /** Trace of the covariance of noise in the gradient that doesn't depend on x, >= 0; default 0. */
  noise?: number;
}

/**
 * Noise and drift of rounds of random quadratics, over a domain. The squares are convex quadratics of x: their maximum over a
 * ball is found exactly (a trust-region problem, by its dual), over the simplex, an l1-ball and a box of up to 12 coordinates
 * at a vertex. For other domains the result says that it isn't exact.
 *
 * @param rounds one a round; at least one
 * @throws TypeError, RangeError for numbers that aren't finite or don't fit the domain
 * @example
 * seaQuantities([{ losses: [{ curvature: 1, pull: [1, 0] }], noise: 0.5 }], ballDomain(2, 1)).sigma2Sum // 0.5
 * @see Sachs, Hadiji, van Erven, Guzman 2022, arXiv 2202.07554, definitions 1 and 2
 */
export function seaQuantities(rounds: readonly QuadraticRound[], domain: Domain): SeaQuantities {
  checkDomain(domain);
  if (rounds.length === 0) throw rangeError("rounds", "one round or more", rounds);
  const n = domain.dimension;
  const [sigma2, Sigma2] = [new Float64Array(rounds.length), new Float64Array(rounds.length)];
  let before: Part = { matrix: new Float64Array(n * n), vector: new Float64Array(n), weight: 1 };
  let exact = true;
  const largest = (parts: readonly Part[]): number => {
    const found = largestSquare(parts, domain);
    exact &&= found.exact;
    return found.value;
  };
  rounds.forEach(({ losses, noise = 0 }, t) => {
    checkNumber(`rounds[${t}].noise`, noise, { min: 0 });
    const parts = partsOf(losses, t, n);
    const mean = meanOf(parts, n);
    sigma2[t] = noise + (parts.length === 1 ? 0 : largest(parts.map((part) => minus(part, mean))));
    Sigma2[t] = largest([minus({ ...mean, weight: 1 }, before)]);
    before = mean;
  });
  return summed(sigma2, Sigma2, exact);
}

/** A gradient `matrix x - vector`, with its probability. */
interface Part {
  matrix: Float64Array;
  vector: Float64Array;
  weight: number;
}

function partsOf(losses: QuadraticRound["losses"], t: number, n: number): Part[] {
  if (losses.length === 0) throw rangeError(`rounds[${t}].losses`, "one loss or more", losses);
  const parts = losses.map((loss, j) => {
    const { weight = 1 } = loss;
    checkNumber(`rounds[${t}].losses[${j}].weight`, weight, { min: 0 });
    return { matrix: curvatureOf(loss, n), vector: checkedVector("pull", loss.pull, n), weight };
  });
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0)) throw rangeError(`rounds[${t}].losses`, "weights with a sum > 0", total);
  return parts.map((part) => ({ ...part, weight: part.weight / total }));
}

function meanOf(parts: readonly Part[], n: number): Part {
  let matrix: Float64Array = new Float64Array(n * n);
  let vector: Float64Array = new Float64Array(n);
  for (const part of parts) {
    matrix = plusScaled(matrix, part.weight, part.matrix);
    vector = plusScaled(vector, part.weight, part.vector);
  }
  return { matrix, vector, weight: 1 };
}

const minus = (a: Part, b: Part): Part => ({
  matrix: plusScaled(a.matrix, -1, b.matrix),
  vector: plusScaled(a.vector, -1, b.vector),
  weight: a.weight,
});

/** The largest value of `sum_j w_j ||A_j x - b_j||^2 = x^T M x + 2 c^T x + k` on the domain. */
function largestSquare(parts: readonly Part[], domain: Domain): { value: number; exact: boolean } {
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

/**
 * Noise and drift of other losses, from the gradients of all their outcomes at chosen points. Lower bounds: the definitions
 * have the maximum over the whole domain.
 *
 * @param gradients of round t = 0, 1, ... at x: one row for each of the equally likely outcomes
 * @param rounds T, an integer >= 1
 * @param probes points of the domain, one or more
 * @throws TypeError, RangeError for gradients that aren't rows of finite numbers
 */
export function seaQuantitiesAt(
  gradients: (t: number, x: Float64Array) => readonly ArrayLike<number>[],
  rounds: number,
  probes: readonly Float64Array[],
): SeaQuantities {
  checkNumber("rounds", rounds, { min: 1, integer: true });
  if (probes.length === 0) throw rangeError("probes", "one point or more", probes);
  const [sigma2, Sigma2] = [new Float64Array(rounds), new Float64Array(rounds)];
  for (const probe of probes) {
    let before: Float64Array = new Float64Array(probe.length);
    for (let t = 0; t < rounds; t++) {
      const rows = gradients(t, probe.slice()).map((row, i) =>
        checkedVector(`gradients[${i}]`, row, probe.length),
      );
      const { mean, variance } = spread(rows, rows.length);
      sigma2[t] = Math.max(sigma2[t], variance);
      const drift = plusScaled(mean, -1, before);
      Sigma2[t] = Math.max(Sigma2[t], inner(drift, drift));
      before = mean;
    }
  }
  return summed(sigma2, Sigma2, false);
}

/**
 * The noise at the played point, estimated from the gradients of a batch of examples: `sum_b ||g_b - mean||^2 / (B - 1)`,
 * unbiased. Of x alone, no maximum over the domain.
 *
 * @param gradients one row an example, two or more
 * @throws TypeError, RangeError for anything else
 * @example
 * gradientVariance([[0, 1], [0, 3]]) // 2
 */
export function gradientVariance(gradients: readonly ArrayLike<number>[]): number {
  if (!Array.isArray(gradients)) throw typeError("gradients", "an array of rows", gradients);
  if (gradients.length < 2) throw rangeError("gradients", "two rows or more", gradients);
  const rows = gradients.map((row, i) => checkedVector(`gradients[${i}]`, row, gradients[0].length));
  return spread(rows, rows.length - 1).variance;
}

function spread(rows: readonly Float64Array[], divisor: number): { mean: Float64Array; variance: number } {
  if (rows.length === 0) throw rangeError("gradients", "one row or more", rows);
  let mean: Float64Array = new Float64Array(rows[0].length);
  for (const row of rows) mean = plusScaled(mean, 1 / rows.length, row);
  let sum = 0;
  for (const row of rows) {
    const away = plusScaled(row, -1, mean);
    sum += inner(away, away);
  }
  return { mean, variance: sum / divisor };
}
