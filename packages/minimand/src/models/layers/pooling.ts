import { numpy as np } from "@jax-js/jax";
import { rangeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { entriesAlong, fitAxis, fitWindows, readsAcross, sliceAxis, toLanes } from "./axis.ts";
import { checkInput, type Layer, plainLayer, withoutParams } from "./layer.ts";
import {
  type Padding,
  type Pair,
  type PlacedWindow,
  placeOnImage,
  sizeText,
  type Window,
  windowsOf,
} from "./window.ts";

/** Of {@link avgPool} and {@link maxPool}. */
export interface PoolOptions {
  /** Size of the windows. */
  size: Pair;
  /** Default the size: windows lie side by side. */
  stride?: Pair;
  /** Pixels beyond the border that windows may cover, fewer than their size; default `valid`: none. */
  padding?: Padding;
}

/**
 * The mean of windows of images: `y_{n,i,j,c} = mean of x_{n,a,b,c} over the pixels (a, b) of window (i, j)`. Only pixels inside
 * the image are counted, as with PyTorch's `count_include_pad=False`.
 *
 * An axis of length `n` becomes `floor((n + p_before + p_after - size) / stride) + 1` long.
 *
 * @returns a layer from `[batch, height, width, channels]` to the same rank, without parameters
 * @throws RangeError for sizes that are no integers >= 1, a padding as large as the window, and from `apply` for images that
 *   are smaller than a window
 * @example
 * const layer = avgPool({ size: 2 })
 * layer.name // "avgPool(2x2)"
 * const x = np.array([1, 2, 3, 4, 5, 6, 7, 8]).reshape([1, 2, 4, 1])
 * layer.apply({ params: {}, state: {} }, x, { training: false })[0] // [3.5, 5.5]
 * @see LeCun et al. 1998, Proceedings of the IEEE 86(11), section II.B
 */
export function avgPool(options: PoolOptions): Layer {
  return pool("avgPool", options, (x, windows) => {
    const sum = alongBoth(x, windows, (entries) => entries.reduce((a, b) => a.add(b)));
    const [rows, columns] = windows.map(pixelsInside);
    const counts = rows.flatMap((row) => columns.map((column) => row * column));
    return sum.div(np.array(counts, { shape: [1, rows.length, columns.length, 1], dtype: sum.dtype }));
  });
}

/**
 * The largest number in windows of images: `y_{n,i,j,c} = max of x_{n,a,b,c} over the pixels (a, b) of window (i, j)`. Pixels
 * beyond the border don't count. Of equal ones the first, row after row, has the gradient, as in PyTorch.
 *
 * An axis of length `n` becomes `floor((n + p_before + p_after - size) / stride) + 1` long.
 *
 * @returns a layer from `[batch, height, width, channels]` to the same rank, without parameters
 * @throws RangeError as {@link avgPool}
 * @example
 * const layer = maxPool({ size: 2 })
 * layer.name // "maxPool(2x2)"
 * const x = np.array([1, 2, 3, 4, 5, 6, 7, 8]).reshape([1, 2, 4, 1])
 * layer.apply({ params: {}, state: {} }, x, { training: false })[0] // [6, 8]
 * @see Riesenhuber, Poggio 1999, Nature Neuroscience 2(11)
 */
export function maxPool(options: PoolOptions): Layer {
  return pool("maxPool", options, (x, windows) =>
    alongBoth(x, windows, (entries, axis, window) =>
      entries
        .map((entry, place) => belowAllOutside(entry, axis, window, place))
        .reduce((a, b) => np.maximum(a, b)),
    ),
  );
}

/**
 * The mean of each channel over the whole image.
 *
 * @returns a layer from `[batch, height, width, channels]` to `[batch, channels]`, without parameters
 * @example
 * const x = np.array([1, 10, 3, 30]).reshape([1, 1, 2, 2])
 * globalAveragePool().apply({ params: {}, state: {} }, x, { training: false })[0] // [2, 20]
 * @see Lin, Chen, Yan 2014, arXiv 1312.4400, section 3.2
 */
export function globalAveragePool(): Layer {
  const name = "globalAveragePool()";
  return plainLayer(name, {
    init: withoutParams,
    apply(_, x) {
      checkInput(name, x, [null, null, null, null], "[batch, height, width, channels]");
      return x.mean([1, 2]);
    },
  });
}

/** Reduces windows along the lines of images first, so that of equal numbers those of the upper line come first. */
function alongBoth(
  x: np.Array,
  [height, width]: readonly [PlacedWindow, PlacedWindow],
  reduce: (entries: np.Array[], axis: number, window: PlacedWindow) => np.Array,
): np.Array {
  const channels = x.shape[3];
  const deep = [height, width].some(readsAcross) ? toLanes(channels) : channels;
  const fitted = fitAxis(fitWindows(fitWindows(x, 1, height), 2, width), 3, 0, deep);
  const lines = reduce(entriesAlong(fitted, 2, width), 2, width);
  return sliceAxis(reduce(entriesAlong(lines, 1, height), 1, height), 3, 0, channels);
}

function pool(
  kind: string,
  options: PoolOptions,
  reduce: (x: np.Array, windows: [PlacedWindow, PlacedWindow]) => np.Array,
): Layer {
  const {
    size,
    stride = size,
    padding,
  } = readOptions(kind, options, { size: true, stride: true, padding: true });
  const windows = windowsOf("size", { size, stride, padding });
  windows.forEach(checkCovers);
  const name = `${kind}(${sizeText(windows)})`;
  return plainLayer(name, {
    init: withoutParams,
    apply(_, x) {
      checkInput(name, x, [null, null, null, null], "[batch, height, width, channels]");
      return reduce(x, placeOnImage(name, x, windows));
    },
  });
}

/** Throws where a window could lie outside the image. */
function checkCovers({ size, padding }: Window): void {
  if (padding === "same") return;
  for (const width of padding)
    if (width >= size) throw rangeError("padding", `less than the size of a window, ${size}`, width);
}

/** For each window along an axis, how many of its entries are inside. */
function pixelsInside(window: PlacedWindow): number[] {
  return Array.from(
    { length: window.count },
    (_, i) =>
      Array.from({ length: window.size }, (_, place) => isInside(window, i, place)).filter(Boolean).length,
  );
}

function isInside({ stride, dilation, padding, length }: PlacedWindow, i: number, place: number): boolean {
  const at = i * stride + place * dilation - padding[0];
  return at >= 0 && at < length;
}

/** `-Infinity` in place of what an entry of the windows finds outside the image. */
function belowAllOutside(entry: np.Array, axis: number, window: PlacedWindow, place: number): np.Array {
  const inside = Array.from({ length: window.count }, (_, i) => isInside(window, i, place));
  if (inside.every(Boolean)) return entry;
  const shape = entry.shape.map((_, i) => (i === axis ? window.count : 1));
  return np.where(np.array(inside, { shape, dtype: np.bool }), entry, -Infinity);
}
