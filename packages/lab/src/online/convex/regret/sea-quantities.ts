import { checkNumber, rangeError, typeError } from "minimand/engine";
import { checkedVector, inner, plusScaled } from "../../vectors.ts";
import { checkDomain, type Domain } from "../domains/domain.ts";
import { curvatureOf, type Quadratic } from "../losses/quadratic-loss.ts";
import { largestSquare, type WeightedGradient } from "./largest-square.ts";

/** How noisy and how unsteady a sequence of random losses is. */
export interface SeaQuantities {
  /** `s_t^2 = max_x E ||grad f_t(x) - grad F_t(x)||^2`, one per round. */
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
  losses: readonly (Quadratic & {
    /** >= 0; default equal. */
    weight?: number;
  })[];
  /** Trace of the covariance of noise in the gradient that doesn't depend on x, >= 0; default 0. */
  noise?: number;
}

/**
 * Computes noise and drift of rounds of random quadratics, over a domain. The squares are convex quadratics of x. Their maximum over a ball
 * is found exactly (a trust-region problem, by its dual), over the simplex, an l1-ball and a box of up to 12 coordinates at a vertex. For
 * other domains the result says that it isn't exact.
 *
 * @param rounds one per round; at least one
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
  let before: WeightedGradient = { matrix: new Float64Array(n * n), vector: new Float64Array(n), weight: 1 };
  let exact = true;
  const largest = (parts: readonly WeightedGradient[]): number => {
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

function partsOf(losses: QuadraticRound["losses"], t: number, n: number): WeightedGradient[] {
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

function meanOf(parts: readonly WeightedGradient[], n: number): WeightedGradient {
  let matrix: Float64Array = new Float64Array(n * n);
  let vector: Float64Array = new Float64Array(n);
  for (const part of parts) {
    matrix = plusScaled(matrix, part.weight, part.matrix);
    vector = plusScaled(vector, part.weight, part.vector);
  }
  return { matrix, vector, weight: 1 };
}

const minus = (a: WeightedGradient, b: WeightedGradient): WeightedGradient => ({
  matrix: plusScaled(a.matrix, -1, b.matrix),
  vector: plusScaled(a.vector, -1, b.vector),
  weight: a.weight,
});

/**
 * Returns noise and drift of other losses, from the gradients of all their outcomes at chosen points. Lower bounds: the definitions have
 * the maximum over the whole domain.
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
 * Returns the noise at the played point, estimated from the gradients of a batch of examples: `sum_b ||g_b - mean||^2 / (B - 1)`, unbiased.
 * Of x alone, no maximum over the domain.
 *
 * @param gradients one row per example, two or more
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
