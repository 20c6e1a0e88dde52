import type { Light } from "./light.ts";
import { offset } from "./speckle.ts";

/** The usual filters that remove multiplicative noise from a picture, each of some width. */
export type FilterName = "gaussian" | "median";

/** Widths that are tried, the same number for each filter. Deviations of the Gaussian in pixels; sides of the median's square. */
export const filterWidths: Record<FilterName, readonly number[]> = {
  gaussian: [0.35, 0.5, 0.7, 1, 1.4, 2, 2.8],
  median: [1, 3, 5, 7, 9, 11, 13],
};

/** Filters a picture's light by a filter of some width. */
export const filters: Record<FilterName, (light: Light, width: number) => Light> = {
  gaussian: logGaussian,
  median: medianFilter,
};

/** Applies a Gaussian filter to the logarithm (with the offset); at the border only pixels inside count. */
function logGaussian({ width, height, values }: Light, deviation: number): Light {
  const logs = Float32Array.from(values, (x) => Math.log(x + offset));
  return { width, height, values: blur(logs, width, height, deviation).map((l) => Math.exp(l) - offset) };
}

/** Takes weighted means along rows, then columns, of the pixels inside. */
export function blur(values: Float32Array, width: number, height: number, deviation: number): Float32Array {
  const reach = gaussianReach(deviation);
  const weights = Array.from({ length: reach + 1 }, (_, d) => Math.exp(-((d / deviation) ** 2) / 2));
  const along = (
    from: Float32Array,
    lines: number,
    length: number,
    line: number,
    step: number,
  ): Float32Array => {
    const to = new Float32Array(from.length);
    for (let a = 0; a < lines; a++)
      for (let i = 0; i < length; i++) {
        let [sum, total] = [0, 0];
        for (let k = Math.max(0, i - reach); k <= Math.min(length - 1, i + reach); k++) {
          const weight = weights[Math.abs(k - i)];
          sum += weight * from[a * line + k * step];
          total += weight;
        }
        to[a * line + i * step] = sum / total;
      }
    return to;
  };
  return along(along(values, height, width, width, 1), width, height, 1, width);
}

function gaussianReach(deviation: number): number {
  return Math.ceil(3 * deviation);
}

/** Takes the median of a square around each pixel; at the border only pixels inside count. */
function medianFilter({ width, height, values }: Light, side: number): Light {
  const reach = (side - 1) / 2;
  const out = new Float32Array(values.length);
  const window = new Float32Array(side * side);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let count = 0;
      for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
        for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++)
          window[count++] = values[v * width + u];
      const sorted = window.subarray(0, count).sort();
      const middle = count >> 1;
      out[y * width + x] = count % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
  return { width, height, values: out };
}

/** Rows that a pixel depends on, above and below. */
export const filterReach: Record<FilterName, (width: number) => number> = {
  gaussian: gaussianReach,
  median: (side) => (side - 1) / 2,
};

/** The width of each filter at each level of noise. */
export interface ChosenWidths {
  levels: readonly number[];
  gaussian: readonly number[];
  median: readonly number[];
}

/** Returns the width that was chosen for the nearest level, by ratio. */
export function widthFor(chosen: ChosenWidths, filter: FilterName, level: number): number {
  const apart = chosen.levels.map((one) => Math.abs(Math.log(one / level)));
  return chosen[filter][apart.indexOf(Math.min(...apart))];
}
