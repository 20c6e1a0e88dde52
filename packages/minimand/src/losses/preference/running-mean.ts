import { lax, numpy as np } from "@jax-js/jax";
import { checkFloatArray } from "../../engine/checks.ts";

/** A mean over batches: 0-d arrays. A tree, so that a state of training can hold it. */
export type RunningMean = { mean: np.Array; count: np.Array };

/**
 * The mean of all values so far, as {@link bcoPairLoss} may measure rewards from it.
 *
 * `mean + (sum of values - n mean) / (count + n)` for `n` new values; they are constants of the gradient.
 *
 * @param previous what the call before gave; undefined at first
 * @param values float `[n]`
 * @throws TypeError, RangeError for wrong dtypes and shapes
 * @example
 * const first = runningMean(undefined, np.array([1, 3]))
 * runningMean(first, np.array([5])) // { mean: 3, count: 3 }
 */
export function runningMean(previous: RunningMean | undefined, values: np.Array): RunningMean {
  checkFloatArray("values", values, 1, "[n]");
  const n = values.shape[0];
  const { mean, count } = previous ?? {
    mean: np.array(0, { dtype: values.dtype }),
    count: np.array(0, { dtype: values.dtype }),
  };
  const total = count.add(n);
  const moved = lax.stopGradient(values).sum().sub(mean.ref.mul(n)).div(total.ref);
  return { mean: mean.add(moved), count: total };
}
