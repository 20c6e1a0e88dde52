import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, rangeError } from "minimand/engine";

/** Throws unless an array is float `[batch, height, width, channels]` and none of them is 0. */
export function checkPictures(argument: string, x: unknown): asserts x is np.Array {
  const axes = "[batch, height, width, channels]";
  checkFloatArray(argument, x, 4, axes);
  if (x.size === 0) throw rangeError(argument, `at least one pixel, ${axes}`, x);
}
