import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape } from "../../engine/checks.ts";
import { constantOf } from "../../engine/parameter.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";

/** Throws unless predictions and targets are float arrays `[batch]` without NaN, with weights that fit. */
export function checkExamples(predictions: np.Array, targets: np.Array, { weights }: LossOptions): void {
  checkFloatArray("predictions", predictions, 1, "[batch]");
  checkFloatArray("targets", targets, 1, "[batch]");
  checkShape("targets", targets, predictions.shape);
  checkWeights(weights, predictions.shape[0]);
  if (weights !== undefined) return;
  checkNoNaN("predictions", predictions);
  checkNoNaN("targets", targets);
}

/**
 * The body shared by all losses of residuals: checks the arguments, masks rows of weight 0, and applies `rho` to the
 * residuals `predictions - targets`. Targets are constants for differentiation.
 */
export function overResiduals(
  predictions: np.Array,
  targets: np.Array,
  options: LossOptions,
  rho: (residual: np.Array) => np.Array,
): np.Array {
  const { weights } = options;
  checkExamples(predictions, targets, options);
  const t = constantOf(maskRows(targets, weights), predictions.dtype);
  return weighted(rho(maskRows(predictions, weights).sub(t)), weights);
}
