import { lax, type numpy as np } from "@jax-js/jax";

/**
 * A value with a derivative of one's own: `value + sum_i g_i (x_i - x_i)`, everything but the first `x_i`
 * constant. Value `value`; derivative with respect to each `x_i` is `g_i`; second derivatives are 0.
 *
 * Shapes of `value`, `g_i` and `x_i` must broadcast to that of `value`. Inputs must be finite.
 *
 * @example
 * // round(x) with the derivative of x itself
 * const round = (x: np.Array) => surrogate(np.round(x.ref), [{ x, gradient: np.array(1) }])
 * grad(round)(np.array(1.7)) // 1
 * round(np.array(1.7)) // 2
 */
export function surrogate(value: np.Array, terms: readonly { x: np.Array; gradient: np.Array }[]): np.Array {
  let result = lax.stopGradient(value);
  for (const { x, gradient } of terms) {
    result = result.add(lax.stopGradient(gradient).mul(x.ref.sub(lax.stopGradient(x))));
  }
  return result;
}
