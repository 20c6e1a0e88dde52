import { checkNumber } from "minimand/engine";
import { checkVector } from "../../vectors.ts";

/** `clip(y / z + 1, 0, 1)`: 0 below -z, 1 above 0. */
export function rampOf(y: number, z: number): number {
  return Math.min(1, Math.max(0, y / z + 1));
}

/**
 * Returns a step that rises over `[-z, 0]`: `clip(y / z + 1, 0, 1)`, the reward of `policyCover` for seldom seen features.
 *
 * @throws TypeError, RangeError for numbers that are not finite, `z` <= 0
 *
 * @example
 * ramp([-0.2, -0.05, 0], { z: 0.1 }) // [0, 0.5, 1]
 * @see arXiv 2107.08346, PolicyCover
 */
export function ramp(y: ArrayLike<number>, { z }: { z: number }): Float64Array {
  checkVector("y", y);
  checkNumber("z", z, { above: 0 });
  return Float64Array.from(y, (value) => rampOf(value, z));
}
