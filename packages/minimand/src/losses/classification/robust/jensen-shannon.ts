import { numpy as np } from "@jax-js/jax";
import { logSoftmax } from "../../../engine/numerics.ts";
import { type Parameter, parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { again } from "../../operand.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";

/** Options of {@link jensenShannonLoss}. */
export interface JensenShannonOptions extends LossOptions {
  /** The weight pi of the label, between 0 and 1, default 0.5. */
  pi1?: Parameter;
}

/**
 * Generalised Jensen-Shannon divergence between the label and the predicted probabilities, scaled.
 *
 * `[pi KL(e_y || m) + (1 - pi) KL(p || m)] / (-(1 - pi) log(1 - pi))` with `m = pi e_y + (1 - pi) p`, `p = softmax(f)`. Tends
 * to cross-entropy for `pi -> 0` and to half of the mean absolute error for `pi -> 1`; bounded in between.
 *
 * @param logits float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `pi1`: the weight pi of the label, between 0 and 1, default 0.5
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN logits, `pi1` outside (0, 1)
 * @example
 * jensenShannonLoss(np.array([[0, 0]]), np.array([0], { dtype: np.int32 })) // [0.6226]
 * @see Englesson, Azizpour 2021, arXiv 2105.04522, equation (5)
 */
export function jensenShannonLoss(
  logits: np.Array,
  labels: np.Array,
  options: JensenShannonOptions = {},
): np.Array {
  const { pi1 } = readLossOptions("jensenShannonLoss", options, {
    pi1: [0.5, { above: 0, below: 1 }],
  });
  return overLabelStatistic(logits, labels, options, logSoftmax, (logP) => {
    const { pi, rest, logRest } = weightsOf(pi1, logP);
    const p = np.exp(logP.ref);
    const miss = np.expm1(logP.ref).neg();
    // log m_y = log(1 - (1 - pi)(1 - p_y)); off the label every ratio p_k / m_k is 1 / (1 - pi).
    const logM = np.log1p(miss.ref.mul(again(rest)).neg());
    const ofPrediction = p.mul(logP.sub(logM.ref)).sub(miss.mul(again(logRest)));
    const unscaled = ofPrediction.mul(again(rest)).sub(logM.mul(pi));
    return typeof rest === "number"
      ? unscaled.div(-rest * (logRest as number))
      : unscaled.div(rest.neg().mul(logRest));
  });
}

/** pi, 1 - pi and log(1 - pi). */
function weightsOf(pi1: Parameter, like: np.Array): { pi: Parameter; rest: Parameter; logRest: Parameter } {
  if (typeof pi1 === "number") return { pi: pi1, rest: 1 - pi1, logRest: Math.log1p(-pi1) };
  const pi = parameter(pi1, like);
  return { pi: pi.ref, rest: pi.ref.neg().add(1), logRest: np.log1p(pi.neg()) };
}
