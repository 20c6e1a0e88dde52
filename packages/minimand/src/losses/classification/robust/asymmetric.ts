import { numpy as np } from "@jax-js/jax";
import { checkParameter } from "../../../engine/checks.ts";
import { log, logSoftmax } from "../../../engine/numerics.ts";
import { type Parameter, parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";

/** Parameters of the asymmetric losses {@link agce} and {@link aul}. */
export interface AsymmetricOptions extends LossOptions {
  a?: Parameter;
  q?: Parameter;
}

/**
 * Asymmetric generalised cross-entropy.
 *
 * `((a + 1)^q - (a + p_y)^q) / q`, with `p = softmax(f)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `a > 0`, default 1; `q > 0`, default 2
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `a <= 0`, `q <= 0`
 * @example
 * agce(np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [0.875]
 * @see Zhou et al. 2021, arXiv 2106.03110, section 4
 */
export function agce(logits: np.Array, labels: np.Array, options: AsymmetricOptions = {}): np.Array {
  const { a, q } = readLossOptions("agce", options, { a: [1, { above: 0 }], q: [2] });
  // (a + 1)^q (1 - (1 - (1 - p) / (a + 1))^q) / q
  return ofMiss(logits, labels, options, { base: typeof a === "number" ? a + 1 : a.add(1), q, sign: -1 });
}

/**
 * Asymmetric unhinged loss.
 *
 * `((a - p_y)^q - (a - 1)^q) / q`, with `p = softmax(f)`.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `a > 1`, default 1.5; `q > 0`, default 0.9
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `a <= 1`, `q <= 0`
 * @example
 * aul(np.array([[0, 0]]), np.array([0], { dtype: np.int32 }), { a: 2, q: 2 }) // [0.625]
 * @see Zhou et al. 2021, arXiv 2106.03110, section 4
 */
export function aul(logits: np.Array, labels: np.Array, options: AsymmetricOptions = {}): np.Array {
  const { a, q } = readLossOptions("aul", options, { a: [1.5, { above: 1 }], q: [0.9] });
  // (a - 1)^q ((1 + (1 - p) / (a - 1))^q - 1) / q
  return ofMiss(logits, labels, options, { base: typeof a === "number" ? a - 1 : a.sub(1), q, sign: 1 });
}

interface PowerDifference {
  base: Parameter;
  q: Parameter;
  sign: 1 | -1;
}

/** The difference of powers at `1 - p_y`. */
function ofMiss(logits: np.Array, labels: np.Array, options: LossOptions, power: PowerDifference): np.Array {
  checkParameter("q", power.q, { above: 0 });
  return overLabelStatistic(logits, labels, options, logSoftmax, (logP) =>
    powerDifference(np.expm1(logP).neg(), power),
  );
}

/** `sign base^q ((1 + sign miss / base)^q - 1) / q`, without cancellation at `miss = 0`. */
function powerDifference(miss: np.Array, { base, q, sign }: PowerDifference): np.Array {
  if (typeof base === "number" && typeof q === "number") {
    const growth = np.expm1(np.log1p(miss.mul(sign / base)).mul(q));
    return growth.mul((sign * base ** q) / q);
  }
  const b = parameter(base, miss);
  const order = parameter(q, miss);
  const scale = np.exp(log(b.ref).mul(order.ref)).div(order.ref).mul(sign);
  return np.expm1(np.log1p(miss.mul(sign).div(b)).mul(order)).mul(scale);
}
