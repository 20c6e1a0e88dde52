import { numpy as np } from "@jax-js/jax";
import {
  checkNoNaN,
  checkShape,
  isArrayLike,
  parameterIn,
  rangeError,
  typeError,
} from "../../engine/checks.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";

/** What a denoiser says of noisy data: the noise in them, or their velocity. */
export type Prediction = "eps" | "v";

/**
 * The loss of a denoiser: the mean squared error of what it says of noisy data.
 *
 * `mean_j (prediction_j - target_j)^2`; the target is the noise (eps-prediction), or the velocity that `diffusionSchedule` has
 * (v-prediction). {@link minSnrWeights} are given as `weights`.
 *
 * @param predictions float `[batch, ...]`
 * @param targets float, of the same shape; constants for differentiation
 * @param options `weights`
 * @returns one value >= 0 per example, `[batch]`
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN (values are checked outside of tracing only)
 * @example
 * denoisingLoss(np.array([[1, 3], [0, 0]]), np.array([[1, 1], [1, 1]])) // [2, 1]
 * @see Ho et al. 2020, arXiv 2006.11239, equation (14)
 */
export function denoisingLoss(predictions: np.Array, targets: np.Array, options: LossOptions = {}): np.Array {
  const { weights } = readLossOptions("denoisingLoss", options, {});
  if (!isArrayLike(predictions) || !/^float/.test(predictions.dtype))
    throw typeError("predictions", "a float array [batch, ...]", predictions);
  if (predictions.ndim < 2) throw rangeError("predictions", "a float array [batch, ...]", predictions);
  if (!isArrayLike(targets) || !/^float/.test(targets.dtype))
    throw typeError("targets", "a float array [batch, ...]", targets);
  checkShape("targets", targets, predictions.shape);
  const [batch] = predictions.shape;
  checkWeights(weights, batch);
  if (weights === undefined) {
    checkNoNaN("predictions", predictions);
    checkNoNaN("targets", targets);
  }
  const rows = (x: np.Array): np.Array => maskRows(x.reshape([batch, -1]), weights);
  const residuals = rows(predictions).sub(constantOf(rows(targets), predictions.dtype));
  return weighted(np.square(residuals).mean(-1), weights);
}

/** Options of {@link minSnrWeights}. */
export interface MinSnrOptions {
  /** From which ratio on times count less, `> 0`, default 5. */
  gamma?: Parameter;
  /** What the denoiser predicts, `eps` or `v`; default `eps`. */
  prediction?: Prediction;
}

/**
 * Weights by which all times of a denoiser's training count alike: those with little noise, where its loss is small and its gradients
 * contradict the others', less.
 *
 * `min(snr, gamma) / snr` for noise, `min(snr, gamma) / (snr + 1)` for velocities. 1 for noise where `snr <= gamma`.
 *
 * @param snr ratios of signal to noise > 0, `[batch]`, as `diffusionSchedule` has them
 * @returns weights `[batch]`, for {@link denoisingLoss}
 * @throws TypeError, RangeError for a gamma that isn't above 0, a prediction that is none
 * @example
 * minSnrWeights(np.array([0.5, 10])) // [1, 0.5]
 * minSnrWeights(np.array([1, 10]), { prediction: "v" }) // [0.5, 0.4545]
 * @see Hang et al. 2023, arXiv 2303.09556, section 3.4
 */
export function minSnrWeights(snr: np.Array, options: MinSnrOptions = {}): np.Array {
  const { gamma, prediction } = readOptions("minSnrWeights", options, {
    gamma: [5, parameterIn({ above: 0 })],
    prediction: ["eps", oneOf(["eps", "v"])],
  });
  const cut = np.minimum(snr.ref, operand(gamma, snr));
  return cut.div(prediction === "eps" ? snr : snr.add(1));
}
