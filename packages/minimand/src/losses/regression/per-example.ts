import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNoNaN, checkShape } from "../../engine/checks.ts";
import { constantOf } from "../../engine/parameter.ts";
import { checkWeights, type LossOptions, maskRows, weighted } from "../per-example.ts";

/**
 * The body shared by all regression losses: checks the arguments, masks rows of weight 0, and applies `rho` to the
 * residuals `predictions - targets`. Targets are constants for differentiation.
 */
export function overResiduals(
  predictions: np.Array,
  targets: np.Array,
  options: LossOptions,
  rho: (residual: np.Array) => np.Array,
): np.Array {
  const { weights } = options;
  checkFloatArray("predictions", predictions, 1, "[batch]");
  checkFloatArray("targets", targets, 1, "[batch]");
  checkShape("targets", targets, predictions.shape);
  checkWeights(weights, predictions.shape[0]);
  if (weights === undefined) {
    checkNoNaN("predictions", predictions);
    checkNoNaN("targets", targets);
  }
  const t = constantOf(maskRows(targets, weights), predictions.dtype);
  return weighted(rho(maskRows(predictions, weights).sub(t)), weights);
}
