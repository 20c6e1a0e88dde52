import { normal } from "minimand/engine";
import { encodedOf, type Light, linearOf } from "./light.ts";

/** Added to linear light, so that black has a logarithm: a step of 8 bits, small enough that noise stays multiplicative. */
export const offset = 1 / 255;

/** Linear light of the 256 numbers that a file of 8 bits can hold. */
const stored = Float32Array.from({ length: 256 }, (_, i) => linearOf(i / 255));

/**
 * Multiplies light by log-normal noise, `x exp(level z)`, as a file of 8 bits would store it: clipped at white, and rounded.
 *
 * @param next random numbers in [0, 1)
 */
export function addSpeckle({ width, height, values }: Light, level: number, next: () => number): Light {
  return {
    width,
    height,
    values: values.map(
      (x) => stored[Math.round(255 * encodedOf(Math.min(1, x * Math.exp(level * normal(next)))))],
    ),
  };
}

/**
 * Estimates the level of multiplicative log-normal noise from a picture alone: the median of the absolute diagonal Haar coefficients of its
 * logarithm, `(a - b - c + d) / 2` of 2 x 2 pixels, divided by .6745.
 *
 * Blocks with a pixel that is white, or darker than the offset, are left out: noise is cut off or rounded away there, and the offset would weaken what is
 * left. What the picture itself has of such detail counts as noise, so that the level of a textured picture with little noise is too high.
 *
 * @returns null where no block is left
 * @see Donoho, Johnstone 1994, Ideal spatial adaptation by wavelet shrinkage, section 4.2, on the median
 */
export function speckleLevel(channels: readonly Light[]): number | null {
  const details: number[] = [];
  const blocks = channels.reduce((sum, { width, height }) => sum + (width * height) / 4, 0);
  // A million blocks are enough for a median.
  const step = 2 * Math.max(1, Math.ceil(Math.sqrt(blocks / 2 ** 20)));
  for (const { width, height, values } of channels) {
    const at = (i: number): number => Math.log(values[i]);
    for (let y = 0; y + 1 < height; y += step)
      for (let x = 0; x + 1 < width; x += step) {
        const i = y * width + x;
        const block = [i, i + 1, i + width, i + width + 1];
        if (block.some((k) => values[k] < offset || values[k] >= 1)) continue;
        const [a, b, c, d] = block.map(at);
        details.push(Math.abs(a - b - c + d) / 2);
      }
  }
  if (details.length === 0) return null;
  const sorted = Float64Array.from(details).sort();
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return median / 0.6745;
}
