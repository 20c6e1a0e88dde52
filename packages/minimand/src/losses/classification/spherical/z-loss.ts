import { numpy as np } from "@jax-js/jax";
import { softplus } from "../../../engine/numerics.ts";
import type { Parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { again, operand } from "../../operand.ts";
import { type LossOptions, overLabelStatistic } from "../../per-example.ts";
import { deviations } from "./deviations.ts";

/** Options of {@link zLoss}. */
export interface ZLossOptions extends LossOptions {
  /** Softness, > 0; default 1. As it grows, the loss becomes the hinge `max(0, b - z_y)`; small, it becomes linear. */
  a?: Parameter;
  /** Position: the standardised score beyond which the loss fades; default 0. Tuned with `a` for the top-k that counts. */
  b?: Parameter;
  /** Added to the variance of the scores, >= 0; default 1e-12. */
  eps?: number;
}

/**
 * The Z-loss: softplus of the standardised score of the label. Shifts and positive scales of the scores change nothing,
 * as they change no ranking.
 *
 * `softplus(a (b - z_y)) / a` with `z = (f - mean f) / sqrt(var f + eps)`, mean and variance over the classes.
 *
 * `z_y` is at most `sqrt(classes - 1)`, where the gradient vanishes; the gradient grows like one over the standard
 * deviation of the scores, so start from scores that differ (weights of variance 1 / inputs, say), not from zeros.
 *
 * Not the penalty on the logarithm of the softmax normaliser that carries the same name.
 *
 * @param scores float `[batch, classes]`
 * @param labels int32 `[batch]`, or distributions `[batch, classes]`
 * @returns one value > 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes, shapes, labels, NaN scores, `a <= 0`, a non-finite `b`, `eps < 0`
 * @example
 * zLoss(np.array([[3, 1, 0, 0]]), np.array([0], { dtype: np.int32 })) // [0.1784]
 * @see de Brébisson, Vincent 2016, arXiv 1604.08859
 */
export function zLoss(scores: np.Array, labels: np.Array, options: ZLossOptions = {}): np.Array {
  const { a, b, eps } = readLossOptions("zLoss", options, {
    a: [1, { above: 0 }],
    b: [0, {}],
    eps: [1e-12, { min: 0 }],
  });
  return overLabelStatistic(
    scores,
    labels,
    options,
    (f) => standardized(f, eps),
    (z) => {
      const softness = operand(a, z);
      return softplus(z.neg().add(operand(b, z)).mul(again(softness))).div(softness);
    },
  );
}

/** `(f - mean f) / sqrt(var f + eps)` over the last axis; the variance of centred scores doesn't cancel. */
function standardized(f: np.Array, eps: number): np.Array {
  const classes = f.shape[f.ndim - 1];
  const c = deviations(f);
  const variance = np.mean(np.square(c.ref), -1, { keepdims: true });
  return c.div(np.sqrt(variance.add(eps * classes ** 2)));
}
