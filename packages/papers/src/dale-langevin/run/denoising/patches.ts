import { randomSource } from "minimand/engine";
import type { Light } from "./light.ts";
import { addSpeckle, offset } from "./speckle.ts";
import { cell, inCells, levels } from "./speckle-network.ts";

/** Photographs for training, and those for the test. */
export const learnedFrom = ["china", "flower", "coffee", "brick", "grass"] as const;
export const heldOut = ["camera", "chelsea", "gravel", "rocket"] as const;

/** Pixels along the side of a patch. */
export const patch = 40;

/** Light of half the size: means of 2 x 2 pixels. */
export function halved({ width, height, values }: Light): Light {
  const [w, h] = [width >> 1, height >> 1];
  const at = (y: number, x: number): number => values[y * width + x];
  return {
    width: w,
    height: h,
    values: Float32Array.from({ length: w * h }, (_, i) => {
      const [y, x] = [2 * Math.floor(i / w), 2 * (i % w)];
      return (at(y, x) + at(y, x + 1) + at(y + 1, x) + at(y + 1, x + 1)) / 4;
    }),
  };
}

/** Patches with noise and without, in cells, the offset added; and the time of each patch's noise. */
export interface Patches {
  noisy: Float32Array;
  clean: Float32Array;
  times: Float32Array;
}

/**
 * Draws patches from anywhere in pictures, turned and mirrored, half of them darker; each with noise of a level of its own.
 *
 * @param pictures the channels of each; all are drawn equally often
 * @param level of the noise of a row; default: spread over all levels
 */
export function drawPatches(
  pictures: readonly (readonly Light[])[],
  { rows, seed, level }: { rows: number; seed: number; level?: number },
): Patches {
  const next = randomSource(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const size = patch * patch;
  const [noisy, clean] = [new Float32Array(rows * size), new Float32Array(rows * size)];
  const times = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const channels = pictures[below(pictures.length)];
    const { width, height, values } = channels[below(channels.length)];
    const corner = below(height - patch + 1) * width + below(width - patch + 1);
    const [isTurned, isFlipped, isMirrored] = [next() < 0.5, next() < 0.5, next() < 0.5];
    const gain = next() < 0.5 ? 1 : 0.3 + 0.7 * next();
    const light = new Float32Array(size);
    for (let y = 0; y < patch; y++)
      for (let x = 0; x < patch; x++) {
        const [v, u] = isTurned ? [x, y] : [y, x];
        const at = corner + (isFlipped ? patch - 1 - v : v) * width + (isMirrored ? patch - 1 - u : u);
        light[y * patch + x] = gain * values[at];
      }
    const own = level ?? levels.least + (levels.most - levels.least) * ((row + next()) / rows);
    const { values: speckled } = addSpeckle({ width: patch, height: patch, values: light }, own, next);
    times[row] = own ** 2;
    for (let y = 0; y < patch; y++)
      for (let x = 0; x < patch; x++) {
        const to = row * size + inCells(y, x, patch / cell);
        clean[to] = light[y * patch + x] + offset;
        noisy[to] = speckled[y * patch + x] + offset;
      }
  }
  return { noisy, clean, times };
}
