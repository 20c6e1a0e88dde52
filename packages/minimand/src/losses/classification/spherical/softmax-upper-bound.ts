import { numpy as np } from "@jax-js/jax";
import { parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";
import { deviations } from "./deviations.ts";
import { upperBoundConstants } from "./spherical-loss-spec.ts";

/**
 * Bouchard's quadratic upper bound of cross-entropy, the member of the spherical family that replaces softmax.
 *
 * `-(D-2)^2 / (16 D lambda) - D xi / 2 - D lambda xi^2 + D log(1+e^xi) + mean f + lambda sum_k (f_k - mean f)^2 - f_y`
 * for D classes, with `lambda = (1/(1+e^-xi) - 1/2) / (2 xi)`.
 *
 * As a training loss it does badly (its companion paper found so too): the bound is loose wherever one class stands out.
 *
 * @param scores float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @param options `xi > 0`, a number, default 1
 * @returns one value per example, `[batch]`, never below cross-entropy
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN scores, `xi <= 0`
 * @example
 * softmaxUpperBoundLoss(np.array([[3, 1, 0, 0]]), np.array([0], { dtype: np.int32 })) // [0.9431]
 * @see Bouchard 2007, "Efficient bounds for the softmax function"; de Brébisson, Vincent 2015, arXiv 1511.05042
 */
export function softmaxUpperBoundLoss(
  scores: np.Array,
  labels: np.Array,
  options: LossOptions & { xi?: number } = {},
): np.Array {
  readLossOptions("softmaxUpperBoundLoss", options, { xi: true });
  const { lambda, offset } = upperBoundConstants(options.xi ?? 1);
  return overLabelStatistic(scores, labels, options, (f) => {
    const classes = f.shape[1];
    const c = deviations(f);
    const spread = np.square(c.ref).sum(-1, { keepdims: true });
    // As arrays, since the numbers of a compiled program are float32 and the gradient is a small difference.
    const curvature = parameter(lambda / classes ** 2, c);
    const share = parameter(1 / classes, c);
    return spread.mul(curvature).sub(c.mul(share)).add(offset(classes));
  });
}
