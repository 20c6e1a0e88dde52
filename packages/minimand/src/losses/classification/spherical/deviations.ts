import type { numpy as np } from "@jax-js/jax";

/**
 * The number of classes times the deviation of each score from their mean, `D f_k - sum_j f_j`, over the last axis.
 *
 * Deviations themselves would need the factor 1 / D, which a compiled program keeps in float32 whatever the dtype of the
 * scores; they would then no longer sum to 0 in float64, nor would a gradient that passes through them.
 */
export function deviations(f: np.Array): np.Array {
  return f.ref.mul(f.shape[f.ndim - 1]).sub(f.sum(-1, { keepdims: true }));
}
