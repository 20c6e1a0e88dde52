import { checkNumber, rangeError, readOptions } from "minimand/engine";
import { checkBox } from "minimand/internals";
import type { LabelledBox } from "minimand/metrics";
import { centerStride } from "./center-detector.ts";

/** Options of {@link centerTargets}: the image that the boxes are in. */
export interface CenterTargetsOptions {
  /** Height and width of the image in pixels, multiples of 4. */
  height: number;
  width: number;
  /** Classes of objects. */
  classes: number;
}

/**
 * Returns what a {@link centerDetector} should output for an image with these boxes.
 *
 * A cell's numbers are, for each class, `Y = exp(-d^2 / (2 s^2))` with `d` the distance in cells from the cell that contains the centre of
 * a box of that class and `s = max(1, longer side in cells / 3)`, the largest over the boxes; then, in a cell with a centre, height and
 * width in cells and the centre's place in the cell, down and across, in [0, 1); last 1 there and 0 elsewhere. Of boxes whose centres are
 * in the same cell the last one gives the sizes.
 *
 * @param boxes of one image, in pixels, with centres inside it
 * @param options `height`, `width`, `classes`
 * @returns row-major `[height / 4, width / 4, classes + 5]`
 * @throws RangeError for sides that are no multiples of 4, boxes without an area or with a centre outside, and labels that are no class
 * @example
 * const box = { label: 0, left: 2, top: 0, right: 6, bottom: 4 }
 * const targets = centerTargets([box], { height: 4, width: 8, classes: 1 })
 * // The centre (2, 4) is at the left of the second cell, half way down.
 * targets // [0.6065, 0, 0, 0, 0, 0, 1, 1, 1, 0.5, 0, 1]
 * @see Zhou, Wang, Krahenbuhl 2019, Objects as Points, arXiv 1904.07850, section 3
 */
export function centerTargets(
  boxes: readonly LabelledBox[],
  options: CenterTargetsOptions,
): Float32Array<ArrayBuffer> {
  const { classes } = readOptions("centerTargets", options, {
    height: true,
    width: true,
    classes: { min: 1, integer: true },
  });
  const [rows, columns] = (["height", "width"] as const).map((name) => cellsOf(name, options[name]));
  const size = classes + 5;
  const targets = new Float32Array(rows * columns * size);
  for (const [i, box] of boxes.entries()) {
    checkBox(`boxes[${i}]`, box);
    const { label, left, top, right, bottom } = box;
    checkNumber(`boxes[${i}].label`, label, { min: 0, max: classes - 1, integer: true });
    const [x, y] = [(left + right) / 2 / centerStride, (top + bottom) / 2 / centerStride];
    if (!(x >= 0 && x < columns && y >= 0 && y < rows))
      throw rangeError(
        `boxes[${i}]`,
        `a centre inside of ${options.height} x ${options.width}`,
        `(${(top + bottom) / 2}, ${(left + right) / 2})`,
      );
    const [high, wide] = [(bottom - top) / centerStride, (right - left) / centerStride];
    const [row, column] = [Math.floor(y), Math.floor(x)];
    const spread = 2 * Math.max(1, high / 3, wide / 3) ** 2;
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const heat = Math.exp(-((r - row) ** 2 + (c - column) ** 2) / spread);
        const at = (r * columns + c) * size + label;
        targets[at] = Math.max(targets[at], heat);
      }
    targets.set([high, wide, y - row, x - column, 1], (row * columns + column) * size + classes);
  }
  return targets;
}

/** Returns the number of cells along a side of an image. */
export function cellsOf(name: string, length: number): number {
  checkNumber(name, length, { min: centerStride, integer: true });
  if (length % centerStride !== 0) throw rangeError(name, `a multiple of ${centerStride}`, length);
  return length / centerStride;
}
