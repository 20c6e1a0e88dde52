import { lax, numpy as np } from "@jax-js/jax";
import { sigmoid } from "../../engine/numerics.ts";
import { oneOf, readOptions } from "../../engine/options.ts";

export { relu } from "../../engine/numerics.ts";

/** Of {@link gelu}. */
export interface GeluOptions {
  /** `none`: by the error function; `tanh`: by a hyperbolic tangent, within 5e-4 of it. Default `none`. */
  approximate?: "none" | "tanh";
}

/**
 * Gaussian error linear unit, elementwise: `x Phi(x) = x erfc(-x / sqrt 2) / 2`, with the normal distribution function `Phi`;
 * or `x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2`.
 *
 * The error function is the engine's approximation: values are within 6e-7 on [-5, 5], in float64, too.
 *
 * @param x any shape
 * @returns an array of the same shape
 * @throws RangeError for an approximation that is none
 * @example
 * gelu(np.array([-1, 0, 2])) // [-0.15866, 0, 1.95450]
 * gelu(np.array([-1, 0, 2]), { approximate: "tanh" }) // [-0.15881, 0, 1.95460]
 * @see Hendrycks, Gimpel 2016, arXiv 1606.08415, section 2
 */
export function gelu(x: np.Array, options: GeluOptions = {}): np.Array {
  const { approximate } = readOptions("gelu", options, { approximate: ["none", oneOf(["none", "tanh"])] });
  if (approximate === "none") return x.ref.mul(0.5).mul(lax.erfc(x.mul(-Math.SQRT1_2)));
  const cube = np.square(x.ref).mul(x.ref);
  const inner = cube
    .mul(0.044715)
    .add(x.ref)
    .mul(Math.sqrt(2 / Math.PI));
  return np.tanh(inner).add(1).mul(x).mul(0.5);
}

/**
 * Sigmoid linear unit (also called swish), elementwise: `x / (1 + exp(-x))`.
 *
 * @param x any shape
 * @returns an array of the same shape
 * @example
 * silu(np.array([-200, 0, 2])) // [0.0000, 0, 1.7616]
 * @see Elfwing et al. 2017, arXiv 1702.03118, equation 6; Ramachandran et al. 2017, arXiv 1710.05941
 */
export function silu(x: np.Array): np.Array {
  return x.ref.mul(sigmoid(x));
}
