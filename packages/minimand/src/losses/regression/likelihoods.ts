import { lax, numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape, peek, rangeError } from "../../engine/checks.ts";
import { exp } from "../../engine/numerics.ts";
import { constantOf, type Parameter } from "../../engine/parameter.ts";
import { readLossOptions } from "../loss-options.ts";
import { operand } from "../operand.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";
import { checkExamples } from "./per-example.ts";

/**
 * Negative log-likelihood of counts of a Poisson distribution, less what doesn't depend on the prediction (`log y!`).
 *
 * `e^f - y f` with the log-rate `f`; smallest at `f = log y`
 *
 * @param predictions logarithms of the rates, float `[batch]`
 * @param targets counts or other numbers >= 0, float `[batch]`
 * @returns one value per example, `[batch]`, which may be negative
 * @throws TypeError, RangeError as `squaredError`, and for targets below 0 (values are checked outside of tracing only)
 * @example
 * poissonNll(np.array([0, 1]), np.array([2, 2])) // [1, 0.7183]
 * @see McCullagh, Nelder 1989, Generalized Linear Models, section 6.2; torch.nn.PoissonNLLLoss with `log_input`
 */
export function poissonNll(predictions: np.Array, targets: np.Array, options: LossOptions = {}): np.Array {
  readLossOptions("poissonNll", options, {});
  const [f, y] = examples(predictions, targets, options, { min: 0 });
  return weighted(exp(f.ref).sub(y.mul(f)), options.weights);
}

/**
 * Negative log-likelihood of positive numbers of a Gamma distribution, less what doesn't depend on the prediction
 * (`(1 - shape) log y - shape log shape + log Gamma(shape)`).
 *
 * `shape (y e^-f + f)` with the log-mean `f`; smallest at `f = log y`. The standard deviation is the mean over `sqrt(shape)`.
 *
 * @param predictions logarithms of the means, float `[batch]`
 * @param targets > 0, float `[batch]`
 * @param options `shape` > 0, default 1: the exponential distribution
 * @returns one value per example, `[batch]`, which may be negative
 * @throws TypeError, RangeError as `squaredError`, for targets that aren't above 0 (values are checked outside of tracing only), and for
 *   a shape that isn't
 * @example
 * gammaNll(np.array([0, 1]), np.array([2, 2])) // [2, 1.7358]
 * @see McCullagh, Nelder 1989, Generalized Linear Models, section 8.3
 */
export function gammaNll(
  predictions: np.Array,
  targets: np.Array,
  options: LossOptions & { shape?: Parameter } = {},
): np.Array {
  const { shape } = readLossOptions("gammaNll", options, { shape: [1, { above: 0 }] });
  const [f, y] = examples(predictions, targets, options, { above: 0 });
  return weighted(y.mul(exp(f.ref.neg())).add(f).mul(operand(shape, f)), options.weights);
}

/** Below this variance the squared residual isn't divided by less: PyTorch's `eps`. */
const smallestVariance = 1e-6;

/**
 * Negative log-likelihood of numbers of a normal distribution with mean and log-variance predicted, less `log(2 pi) / 2`.
 *
 * `(s + (y - m)^2 e^-s) / 2` with mean `m` and log-variance `s`; smallest at `m = y`, and there at `s = log((y - m)^2)`
 *
 * For variances below 1e-6 value and gradient are those of 1e-6 (the slope of s stays, so that it can come back).
 *
 * @param predictions mean and log-variance, float `[batch, 2]`: a network of two outputs
 * @param targets float `[batch]`
 * @returns one value per example, `[batch]`, which may be negative
 * @throws TypeError, RangeError for wrong dtypes and shapes, NaN (values are checked outside of tracing only)
 * @example
 * gaussianNll(np.array([[0, 0], [0, 2]]), np.array([2, 2])) // [2, 1.2707]
 * @see Nix, Weigend 1994, Estimating the mean and variance of the target probability distribution; torch.nn.GaussianNLLLoss
 */
export function gaussianNll(predictions: np.Array, targets: np.Array, options: LossOptions = {}): np.Array {
  const { weights } = readLossOptions("gaussianNll", options, {});
  checkFloatArray("predictions", predictions, 2, "[batch, 2]");
  const [batch, outputs] = predictions.shape;
  if (outputs !== 2) throw rangeError("predictions", "a float array [batch, 2]", predictions);
  checkFloatArray("targets", targets, 1, "[batch]");
  checkShape("targets", targets, [batch]);
  checkWeights(weights, batch);
  if (weights === undefined) {
    checkNoNaN("predictions", predictions);
    checkNoNaN("targets", targets);
  }
  const p = maskRows(predictions, weights);
  const y = constantOf(maskRows(targets, weights), p.dtype);
  const isMean = np.array([[true, false]]);
  const residual = np.where(isMean.ref, p.ref, 0).sum(-1).sub(y);
  const free = np.where(isMean, 0, p).sum(-1);
  const floor = lax.stopGradient(np.maximum(free.ref, Math.log(smallestVariance)).sub(free.ref));
  const s = free.add(floor);
  const values = np.square(residual).mul(np.exp(s.ref.neg())).add(s).mul(0.5);
  return weighted(values, weights);
}

/** Checked predictions and targets, whose values lie within bounds where they count and can be seen. */
function examples(
  predictions: np.Array,
  targets: np.Array,
  options: LossOptions,
  bounds: { min: number } | { above: number },
): [np.Array, np.Array] {
  const { weights } = options;
  checkExamples(predictions, targets, options);
  const counts = weights === undefined ? null : peek(weights);
  const values = weights === undefined || counts !== null ? peek(targets) : null;
  for (let i = 0; values !== null && i < values.length; i++) {
    if (counts !== null && Number(counts[i]) === 0) continue;
    const inside = "min" in bounds ? values[i] >= bounds.min : values[i] > bounds.above;
    if (!inside) throw rangeError("targets", "min" in bounds ? "numbers >= 0" : "numbers > 0", values[i]);
  }
  return [maskRows(predictions, weights), constantOf(maskRows(targets, weights), predictions.dtype)];
}
