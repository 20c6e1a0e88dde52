import { type DType, lax, numpy as np } from "@jax-js/jax";

/**
 * A scalar of a method (temperature, margin, learning rate): a JavaScript number, or a 0-d array.
 *
 * As an array it may be an input of a traced function, so that one compiled program serves every value.
 * Arrays are consumed, as everywhere; numbers are also checked against their range.
 */
export type Parameter = number | np.Array;

/**
 * The parameter as a 0-d array of the dtype of `like` (which is only looked at, not consumed).
 *
 * @example
 * const x = np.array([1, 2])
 * x.mul(parameter(3, x)) // [3, 6]
 */
export function parameter(value: Parameter, like: { dtype: DType }): np.Array {
  return typeof value === "number" ? np.array(value, { dtype: like.dtype }) : constantOf(value, like.dtype);
}

/**
 * An input that isn't differentiated, in the given dtype. The engine has no derivative of a cast.
 *
 * @example
 * constantOf(np.array([1, 0], { dtype: np.int32 }), np.float32).dtype // "float32"
 */
export function constantOf(value: np.Array, dtype: DType): np.Array {
  return value.dtype === dtype ? value : lax.stopGradient(value).astype(dtype);
}
