import { numpy as np } from "@jax-js/jax";
import { checkPictures } from "./checks.ts";

/** Added to the standard deviation, so that noise of a flat picture isn't blown up. */
const least = 1e-3;

/**
 * Scales each picture to mean 0 and standard deviation about 1, over all its pixels and channels: `y = (x - mean) / (sd + 1e-3)`.
 *
 * A detector that is fed so sees neither the exposure nor the contrast of a picture.
 *
 * @param x pictures, float `[batch, height, width, channels]`, consumed
 * @returns an array of the shape of x, differentiable; flat pictures become 0
 * @throws TypeError, RangeError for another dtype or rank
 * @example
 * standardizePictures(np.array([0.1, 0.3]).reshape([1, 1, 2, 1])) // [-0.9901, 0.9901]
 * @see LeCun, Bottou, Orr, Mueller 1998, Efficient backprop, section 4.3
 */
export function standardizePictures(x: np.Array): np.Array {
  checkPictures("x", x);
  const centred = x.ref.sub(x.mean([1, 2, 3], { keepdims: true }));
  const variance = np.square(centred.ref).mean([1, 2, 3], { keepdims: true });
  // The square root has no derivative at 0.
  return centred.div(np.sqrt(np.maximum(variance, 1e-12)).add(least));
}
