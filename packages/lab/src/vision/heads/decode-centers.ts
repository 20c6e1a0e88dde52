import { expit, rangeError, readOptions } from "minimand/engine";
import type { Detection } from "minimand/metrics";
import { centerStride } from "./center-detector.ts";
import { cellsOf } from "./center-targets.ts";

/** Options of {@link decodeCenters}. */
export interface DecodeCentersOptions {
  /** Height and width of the images in pixels, multiples of 4. */
  height: number;
  width: number;
  /** Classes of objects. */
  classes: number;
  /** Most boxes of an image; default 10. */
  top?: number;
  /** Least probability of a box, in [0, 1]; default 0. */
  threshold?: number;
}

/**
 * Returns the boxes that a {@link centerDetector} sees: the peaks of its heat maps, which no neighbour of the 3 x 3 around exceeds, the
 * likeliest first. No overlapping boxes have to be suppressed.
 *
 * @param output of the detector on the host, row-major `[batch, height / 4, width / 4, classes + 4]`: `await y.data()`
 * @param options `height` and `width` of the images, `classes`; at most `top` boxes an image, of a probability of at least `threshold`
 * @returns the boxes of each image, in pixels, with their probabilities as scores; a size below 0.01 of a cell is taken for that
 * @throws RangeError for sides that are no multiples of 4, and an output of another length or that isn't finite
 * @example
 * const one = [3, 1, 2, 0.5, 0.25] // the logit of its class, height and width in cells, place in the cell
 * const [[box]] = decodeCenters(one, { height: 4, width: 4, classes: 1 })
 * box // { label: 0, score: 0.9526, left: -3, top: 0, right: 5, bottom: 4 }
 * @see Zhou, Wang, Krahenbuhl 2019, Objects as Points, arXiv 1904.07850, section 4
 */
export function decodeCenters(output: ArrayLike<number>, options: DecodeCentersOptions): Detection[][] {
  const { classes, top, threshold } = readOptions("decodeCenters", options, {
    height: true,
    width: true,
    classes: { min: 1, integer: true },
    top: [10, { min: 1, integer: true }],
    threshold: [0, { min: 0, max: 1 }],
  });
  const [rows, columns] = (["height", "width"] as const).map((name) => cellsOf(name, options[name]));
  const channels = classes + 4;
  const length = rows * columns * channels;
  if (output.length % length !== 0)
    throw rangeError("output", `rows of ${length} numbers, one an image`, output.length);
  for (let i = 0; i < output.length; i++)
    if (!Number.isFinite(output[i])) throw rangeError(`output[${i}]`, "a finite number", output[i]);
  return Array.from({ length: output.length / length }, (_, image) => {
    const at = (row: number, column: number, channel: number): number =>
      output[image * length + (row * columns + column) * channels + channel];
    const isPeak = (row: number, column: number, label: number): boolean => {
      for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
        for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++)
          if (at(r, c, label) > at(row, column, label)) return false;
      return true;
    };
    const found: Detection[] = [];
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        for (let label = 0; label < classes; label++) {
          const score = expit(at(row, column, label));
          if (score < threshold || !isPeak(row, column, label)) continue;
          const [high, wide, down, across] = [0, 1, 2, 3].map((k) => at(row, column, classes + k));
          found.push({ label, score, ...boxAround(row + down, column + across, high, wide) });
        }
    return found.sort((a, b) => b.score - a.score).slice(0, top);
  });
}

/** A box in pixels by its centre and sides in cells. */
function boxAround(y: number, x: number, high: number, wide: number): Omit<Detection, "label" | "score"> {
  const [h, w] = [Math.max(0.01, high) / 2, Math.max(0.01, wide) / 2];
  return {
    left: centerStride * (x - w),
    top: centerStride * (y - h),
    right: centerStride * (x + w),
    bottom: centerStride * (y + h),
  };
}
