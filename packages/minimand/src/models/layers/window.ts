import { checkNumber, rangeError, typeError } from "../../engine/checks.ts";

/** A number for both axes of an image, or one for its height and one for its width. */
export type Pair = number | readonly [height: number, width: number];

/**
 * Pixels of zeros around an image. `valid`: none. `same`: as many as give `ceil(size / stride)` outputs, half of them (rounded
 * down) before the image. A number: on all four sides. Pairs: above and below, left and right.
 */
export type Padding =
  | "same"
  | "valid"
  | number
  | readonly [
      height: readonly [before: number, after: number],
      width: readonly [before: number, after: number],
    ];

/** How windows are placed along one axis: each has `size` entries, `dilation` apart, and the next starts `stride` further. */
export interface Window {
  size: number;
  stride: number;
  dilation: number;
  padding: "same" | readonly [before: number, after: number];
}

/** Windows along an axis of a known length. */
export interface PlacedWindow extends Window {
  padding: readonly [before: number, after: number];
  /** Length of the axis. */
  length: number;
  /** Number of windows. */
  count: number;
}

interface WindowOptions {
  size: Pair;
  stride?: Pair;
  padding?: Padding;
  dilation?: Pair;
}

/** The windows of both axes. @throws RangeError and TypeError for numbers that are no sizes; `name` is that of the size */
export function windowsOf(
  name: string,
  { size, stride = 1, padding = "valid", dilation = 1 }: WindowOptions,
): [Window, Window] {
  const sizes = checkedPair(name, size);
  const strides = checkedPair("stride", stride);
  const dilations = checkedPair("dilation", dilation);
  const paddings = checkedPadding(padding);
  const along = (i: 0 | 1): Window => ({
    size: sizes[i],
    stride: strides[i],
    dilation: dilations[i],
    padding: paddings === "same" ? "same" : paddings[i],
  });
  return [along(0), along(1)];
}

/** A pair of integers >= 1. */
export function checkedPair(name: string, pair: Pair): [number, number] {
  if (typeof pair === "number") return checkedPair(name, [pair, pair]);
  if (!Array.isArray(pair) || pair.length !== 2) throw typeError(name, "a number or [height, width]", pair);
  for (const value of pair) checkNumber(name, value, { min: 1, integer: true });
  return [pair[0], pair[1]];
}

function checkedPadding(padding: Padding): "same" | [readonly [number, number], readonly [number, number]] {
  if (padding === "same") return "same";
  if (padding === "valid") return checkedPadding(0);
  if (typeof padding === "number")
    return checkedPadding([
      [padding, padding],
      [padding, padding],
    ]);
  const isPair = (value: unknown): boolean => Array.isArray(value) && value.length === 2;
  if (!isPair(padding) || !padding.every(isPair))
    throw typeError("padding", '"same", "valid", a number, or [[before, after], [before, after]]', padding);
  for (const width of padding.flat()) checkNumber("padding", width, { min: 0, integer: true });
  return [padding[0], padding[1]];
}

/** Number of input pixels from the first to the last entry of a window, both counted. */
export function extentOf({ size, dilation }: Window): number {
  return dilation * (size - 1) + 1;
}

/** Cells of `stride` pixels from the first that a window touches to the last. */
export function reachOf(window: Window): number {
  return Math.floor((extentOf(window) - 1) / window.stride);
}

/** Windows on an axis; `count` is below 1 where the axis is too short for one. */
export function placeOn(window: Window, length: number): PlacedWindow {
  const { stride } = window;
  const extent = extentOf(window);
  if (window.padding === "same") {
    const count = Math.ceil(length / stride);
    const total = Math.max(0, (count - 1) * stride + extent - length);
    const before = Math.floor(total / 2);
    return { ...window, length, padding: [before, total - before], count };
  }
  const [before, after] = window.padding;
  const count = Math.floor((length + before + after - extent) / stride) + 1;
  return { ...window, length, padding: [before, after], count };
}

/**
 * Windows on both axes of images `[batch, height, width, channels]`.
 *
 * @throws RangeError with the layer's name where the images, with their padding, are smaller than a window
 */
export function placeOnImage(
  layer: string,
  x: { shape: number[] },
  [height, width]: readonly [Window, Window],
): [PlacedWindow, PlacedWindow] {
  const placed: [PlacedWindow, PlacedWindow] = [placeOn(height, x.shape[1]), placeOn(width, x.shape[2])];
  if (placed.some(({ count }) => count < 1)) {
    const least = placed.map((window) => {
      const [before, after] = window.padding;
      return Math.max(1, extentOf(window) - before - after);
    });
    throw rangeError(`x of ${layer}`, `images of at least ${least.join(" x ")} pixels`, x);
  }
  return placed;
}

/** `3x3` of windows of nine entries. */
export function sizeText([height, width]: readonly [Window, Window]): string {
  return `${height.size}x${width.size}`;
}
