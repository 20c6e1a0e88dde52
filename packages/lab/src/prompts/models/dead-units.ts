import type { numpy as np } from "@jax-js/jax";
import { checkFloats } from "minimand/internals";

/**
 * Returns the share of units that are 0 wherever they are looked at: those of a ReLU that died. Above 0.95 hardly anything passes a layer.
 *
 * @param outputs float `[..., size]`
 * @returns a scalar from 0 to 1, without a gradient
 * @throws TypeError for what is no float array
 * @example
 * deadUnitShare(np.array([[0, 1, 0], [0, 0, 0]])) // 0.6667
 */
export function deadUnitShare(outputs: np.Array): np.Array {
  checkFloats("deadUnitShare", outputs, "[..., size]");
  const { dtype, shape } = outputs;
  const alive = outputs
    .notEqual(0)
    .astype(dtype)
    .reshape([-1, shape[shape.length - 1]]);
  return alive.sum(0).equal(0).astype(dtype).mean();
}
