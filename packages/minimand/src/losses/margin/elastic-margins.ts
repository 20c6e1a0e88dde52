import { lax, numpy as np, random } from "@jax-js/jax";
import {
  checkFloatArray,
  checkNumber,
  checkShape,
  parameterIn,
  peek,
  rangeError,
  typeError,
} from "../../engine/checks.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { constantOf, type Parameter, parameter } from "../../engine/parameter.ts";

/** The law of the margins: normal, with mean and standard deviation. */
export interface ElasticLaw {
  /** Default 0.5. */
  mean?: Parameter;
  /** Default 0.05. */
  std?: Parameter;
  /** Keeps the draws within one standard deviation of the mean; default false. */
  clampDraws?: boolean;
}

/** Where the margins of a step come from: a key and a law to draw them from, or the draws themselves, `[batch]`. */
export type ElasticDraws =
  | ({ key: np.Array; draws?: undefined } & ElasticLaw)
  | { draws: np.Array; key?: undefined; mean?: undefined; std?: undefined; clampDraws?: undefined };

/** Which example gets which draw: by the paper's rule, or as the released code indexes them. */
export type ElasticRule = "paper" | "official-code";

/**
 * Margins of one step, one per example.
 *
 * `M_i ~ N(mean, std^2)`, independent
 *
 * @param key of the step; inside a compiled function it must be an argument
 * @param n number of examples
 * @param law `mean` (default 0.5), `std >= 0` (default 0.05), `clampDraws`
 * @returns float32 `[n]`; the same key gives the same margins
 * @throws RangeError for `n < 1`, a negative `std`, a mean that is not finite
 * @example
 * elasticMargins(keyOf(1, step), 128, { mean: 0.3, std: 0.0175 })
 * @see Boutros et al. 2021, arXiv 2109.09416, section 3.2
 */
export function elasticMargins(key: np.Array, n: number, law: ElasticLaw = {}): np.Array {
  const { mean, std, clampDraws } = readOptions("elasticMargins", law, {
    mean: [0.5, parameterIn({})],
    std: [0.05, parameterIn({ min: 0 })],
    clampDraws: [false],
  });
  checkNumber("n", n, { min: 1, integer: true });
  const normal = random.normal(key, [n]);
  const kept = clampDraws ? np.clip(normal, -1, 1) : normal;
  return kept.mul(parameter(std, kept)).add(parameter(mean, kept));
}

/**
 * The '+' variants of ElasticFace: deals the draws of a batch out again by the cosines of the targets.
 *
 * `paper`: the k-th largest cosine gets the k-th smallest draw, so the hardest example gets the largest margin.
 * `official-code`: example i gets the draw of rank `argsort(-t)_i` instead of the rank of `t_i`, as the released code
 * indexes it; the two agree only where that permutation is its own inverse. Ties go by position.
 *
 * Ranks are counted by comparison, n^2 of them, as the engine can't sort within a gradient.
 *
 * @param draws float `[batch]`
 * @param cosTarget cosines between each example and its class centre, float `[batch]`
 * @param options `rule`, default `paper`; `weights` `[batch]`: rows of weight 0 take no part (their margin is 0, their
 * draws are not dealt out)
 * @returns margins `[batch]` of the dtype of the cosines, constants for the gradient
 * @throws TypeError, RangeError for wrong dtypes and shapes, an unknown rule
 * @example
 * assignElasticMargins(np.array([0.5, 0.45, 0.55]), np.array([0.1, 0.9, 0.5])) // [0.55, 0.45, 0.5]
 * @see Boutros et al. 2021, arXiv 2109.09416, section 3.2 ("ElasticFace+")
 */
export function assignElasticMargins(
  draws: np.Array,
  cosTarget: np.Array,
  options: { rule?: ElasticRule; weights?: np.Array } = {},
): np.Array {
  const { rule, weights } = readOptions("assignElasticMargins", options, {
    rule: ["paper", oneOf(["paper", "official-code"])],
    weights: true,
  });
  checkFloatArray("cosTarget", cosTarget, 1, "[batch]");
  const [n] = cosTarget.shape;
  checkFloatArray("draws", draws, 1, "[batch]");
  checkShape("draws", draws, [n]);
  if (weights !== undefined) checkShape("weights", weights, [n]);
  const t = lax.stopGradient(cosTarget);
  const m = constantOf(lax.stopGradient(draws), t.dtype);
  const counted = weights === undefined ? null : weights.notEqual(0);
  const drawRank = ranks(m.ref, counted);
  const cosRank = ranks(t.neg(), counted);
  // The rank among the draws that each example takes.
  let wanted = cosRank;
  if (rule === "official-code") {
    // argsort(-t) at place p is the place of the example of rank p; places count the rows that take part.
    const place = ranks(np.arange(n).astype(m.dtype), counted);
    wanted = select(place.ref, cosRank, place, counted);
  }
  const margins = select(wanted, drawRank, m, counted);
  if (counted === null) return margins;
  return np.where(counted, margins, 0);
}

/** How many entries that count come before each: the smaller ones, and equal ones to the left. As floats. */
function ranks(x: np.Array, counted: np.Array | null): np.Array {
  const n = x.shape[0];
  const [own, other] = [x.ref.reshape([n, 1]), x.reshape([1, n])];
  const left = np
    .arange(n)
    .reshape([1, n])
    .less(np.arange(n).reshape([n, 1]));
  const before = np.where(other.ref.equal(own.ref), left, other.less(own));
  const shown = counted === null ? before : before.mul(counted.ref.reshape([1, n]));
  return np.where(shown, 1, 0).astype(np.float32).sum(-1);
}

/** `values_j` where `keys_j` equals `wanted_i`, among the entries that count. */
function select(wanted: np.Array, keys: np.Array, values: np.Array, counted: np.Array | null): np.Array {
  const n = wanted.shape[0];
  const equal = wanted.reshape([n, 1]).equal(keys.reshape([1, n]));
  const shown = counted === null ? equal : equal.mul(counted.ref.reshape([1, n]));
  return np.where(shown, values.reshape([1, n]), 0).sum(-1);
}

/** The margins drawn or given, `[batch]`, checked. */
export function drawnMargins(source: ElasticDraws, n: number, kind: "elastic-arc" | "elastic-cos"): np.Array {
  const { key, draws } = source;
  if ((key === undefined) === (draws === undefined))
    throw typeError("margin", "either key or draws", key === undefined ? "neither" : "both");
  if (key !== undefined) {
    const { mean = kind === "elastic-arc" ? 0.5 : 0.35, std, clampDraws } = source;
    return elasticMargins(key, n, { mean, std, clampDraws });
  }
  checkFloatArray("margin.draws", draws, 1, "[batch]");
  checkShape("margin.draws", draws, [n]);
  const limit = kind === "elastic-arc" ? Math.PI : 2;
  const values = peek(draws);
  for (let i = 0; values !== null && i < n; i++) {
    if (!(Math.abs(values[i]) < limit))
      throw rangeError(`margin.draws[${i}]`, `a margin between -${limit} and ${limit}`, values[i]);
  }
  return draws;
}
