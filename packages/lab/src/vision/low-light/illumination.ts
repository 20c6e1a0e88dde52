import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError, readOptions } from "minimand/engine";

/** Options of {@link unevenLight}. */
export interface UnevenLightOptions {
  /** How much light grows from the middle to the lower and to the right border; their sizes sum to at most 1. Default none. */
  tilt?: readonly [down: number, right: number];
  /** What is lost in the corners, from 0 to 1; default 0. */
  vignetting?: number;
}

/**
 * Returns a smooth field of light of mean 1 (before vignetting), for {@link lowLight}: `(1 + tilt . u) (1 - vignetting |u|^2 / 2)`, where
 * `u` runs from -1 to 1 between the outer pixels of each axis (0 on an axis of one).
 *
 * @param size `[height, width]`
 * @param options `tilt`, `vignetting`
 * @returns `[height, width]`, numbers >= 0
 * @throws TypeError, RangeError for a size that isn't two integers >= 1, and numbers out of range
 * @example
 * unevenLight([1, 3], { tilt: [0, 0.5] }) // [[0.5, 1, 1.5]]
 */
export function unevenLight(
  size: readonly [height: number, width: number],
  options: UnevenLightOptions = {},
): np.Array {
  const { tilt, vignetting } = readOptions("unevenLight", options, { tilt: [[0, 0]], vignetting: [0] });
  for (const [name, pair] of [
    ["size", size],
    ["tilt", tilt],
  ] as const)
    if (!Array.isArray(pair) || pair.length !== 2) throw rangeError(name, "two numbers", pair);
  for (const length of size) checkNumber("size", length, { min: 1, integer: true });
  for (const slope of tilt) checkNumber("tilt", slope);
  checkNumber("|tilt[0]| + |tilt[1]|", Math.abs(tilt[0]) + Math.abs(tilt[1]), { max: 1 });
  checkNumber("vignetting", vignetting, { min: 0, max: 1 });
  const [height, width] = size;
  const along = (i: number, length: number): number => (length === 1 ? 0 : (2 * i) / (length - 1) - 1);
  const field = Float32Array.from({ length: height * width }, (_, i) => {
    const [v, u] = [along(Math.floor(i / width), height), along(i % width, width)];
    return (1 + tilt[0] * v + tilt[1] * u) * (1 - (vignetting * (u * u + v * v)) / 2);
  });
  return np.array(field, { shape: [height, width] });
}
