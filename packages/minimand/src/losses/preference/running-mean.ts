import { lax, numpy as np } from "@jax-js/jax";
import { checkFloatArray } from "../../engine/checks.ts";
import { smallestNormal } from "../../engine/numerics.ts";
import { constantOf } from "../../engine/parameter.ts";
import { checkWeights, maskRows } from "../per-example.ts";

/** A mean over batches: 0-d arrays. A tree, so that a state of training can hold it. */
export type RunningMean = { mean: np.Array; count: np.Array };

/**
 * The mean of all values so far, as {@link bcoPairLoss} may measure rewards from it.
 *
 * `mean + (sum_i w_i v_i - n mean) / (count + n)`, `n = sum_i w_i`, for new values `v`; they are constants of the gradient.
 *
 * @param previous what the call before gave; undefined at first
 * @param values float `[n]`
 * @param weights numbers `[n]`, default all 1; 0 leaves a value out, as those of padding
 * @throws TypeError, RangeError for wrong dtypes and shapes, negative weights
 * @example
 * const first = runningMean(undefined, np.array([1, 3]))
 * runningMean(first, np.array([5, 99]), np.array([1, 0])) // { mean: 3, count: 3 }
 */
export function runningMean(
  previous: RunningMean | undefined,
  values: np.Array,
  weights?: np.Array,
): RunningMean {
  checkFloatArray("values", values, 1, "[n]");
  checkWeights(weights, values.shape[0]);
  const { dtype } = values;
  const zero = (): np.Array => np.array(0, { dtype });
  const { mean, count } = previous ?? { mean: zero(), count: zero() };
  const v = maskRows(lax.stopGradient(values), weights);
  const w = weights === undefined ? np.ones(v.shape, { dtype }) : constantOf(weights, dtype);
  const n = w.ref.sum();
  const total = count.add(n.ref);
  const moved = v.mul(w).sum().sub(mean.ref.mul(n)).div(np.maximum(total.ref, smallestNormal));
  return { mean: mean.add(moved), count: total };
}
