import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, peek, rangeError, typeError } from "minimand/engine";

/** Numbers of an array on the host, and how to make an array of its shape and dtype of others. */
export interface HostImages {
  shape: readonly [batch: number, height: number, width: number, channels: number];
  values: ArrayLike<number>;
  /** An array like the one that was read. */
  arrayOf(values: Float64Array<ArrayBuffer>): np.Array;
}

/**
 * Reads images for arithmetic on the host. Consumes them.
 *
 * @throws TypeError for what is traced or lives on a GPU, RangeError for another shape and for numbers that aren't finite or outside `least`
 *   to `most`
 */
export function hostImages(
  argument: string,
  x: np.Array,
  [least, most]: readonly [number, number],
): HostImages {
  checkFloatArray(argument, x, 4, "[batch, height, width, channels]");
  const values = peek(x);
  if (values === null)
    throw typeError(
      argument,
      "an array on wasm or cpu outside compiled functions, since light is drawn on the host",
      x,
    );
  for (let i = 0; i < values.length; i++) {
    if (!(Number.isFinite(values[i]) && values[i] >= least && values[i] <= most))
      throw rangeError(argument, numbersWithin(least, most), values[i]);
  }
  const { dtype } = x;
  const shape = [...x.shape] as [number, number, number, number];
  x.dispose();
  return {
    shape,
    values,
    arrayOf: (made) => np.array(dtype === np.float64 ? made : Float32Array.from(made), { shape, dtype }),
  };
}

function numbersWithin(least: number, most: number): string {
  if (most < Infinity) return `numbers from ${least} to ${most}`;
  return least === -Infinity ? "finite numbers" : `finite numbers >= ${least}`;
}
