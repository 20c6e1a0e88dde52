import { numpy as np } from "@jax-js/jax";
import { entriesAlong, fitAxis, fitWindows, readsAcross, sliceAxis, toLanes } from "./axis.ts";
import { joined, shiftedProducts, type Tap } from "./shifted-products.ts";
import { extentOf, type PlacedWindow, reachOf } from "./window.ts";

type Windows = readonly [height: PlacedWindow, width: PlacedWindow];

/*
 * Images are cut into cells of stride x stride pixels, and the numbers of a cell lie in one row: a convolution with a stride is
 * one without, of cells. All padding comes before the cutting, and nothing is cut off within a cell: on wasm the engine
 * computes wrong places of what is padded, or sliced, across the ends of axes that were merged.
 */

/**
 * `y_{n, i, j, o} = sum_{a, b, c} x_{n, i s + a d - p, j s + b d - p, c} K_{a, b, c, o}`, with zeros beyond the border; in groups
 * the channels of a group meet the outputs of that group alone. Consumes both.
 *
 * @param x `[batch, height, width, inputs]`
 * @param kernel `[height, width, inputs / groups, outputs]`
 * @returns `[batch, windows, windows, outputs]`
 */
export function convolve(x: np.Array, kernel: np.Array, windows: Windows, groups: number): np.Array {
  const [batch, height, width, inputs] = x.shape;
  const outputs = kernel.shape[3];
  const [own, each] = [inputs / groups, outputs / groups];
  if (own === 1 && groups > 1) return convolveChannels(x, kernel, windows);

  const pitch = windows.map((window) => {
    const { stride, count, length, padding } = window;
    if (stride > 1) return count + reachOf(window);
    // The zeros behind a line are those before the next one.
    return Math.max(count, length + Math.max(...padding));
  });
  const [{ stride: high }, { stride: wide }] = windows;
  const [down, across] = windows.map((window) => Math.min(window.stride, extentOf(window)));
  const deep = windows.some(readsAcross) ? toLanes(own) : own;
  const fitted = windows.reduce(
    (image, { padding, stride }, i) => fitAxis(image, i + 1, padding[0], pitch[i] * stride),
    x.reshape([batch, height, width, groups, own]),
  );
  const cells = fitAxis(fitted, 4, 0, deep).reshape([batch, pitch[0], high, pitch[1], wide, groups, deep]);
  const rows = sliceAxis(sliceAxis(cells, 2, 0, down), 4, 0, across)
    .transpose([5, 0, 1, 3, 2, 4, 6])
    .reshape([groups, batch * pitch[0] * pitch[1], down * across * deep]);

  const taps = tapsOf(windows, {
    kernel: fitAxis(kernel.reshape([...kernel.shape.slice(0, 3), groups, each]), 2, 0, deep),
    // Outputs are brought to whole lanes, but for a single product, which would read the padding instead of numbers.
    padded: 4,
    used: [down, across],
    lead: [0, 0],
    rows: (i, j) => i * pitch[1] + j,
    turned: [1, 0, 2],
    joinedAlong: 1,
  });
  const product = sliceAxis(shiftedProducts(rows, taps), 2, 0, each)
    .reshape([groups, batch, pitch[0], pitch[1], each])
    .transpose([1, 2, 3, 0, 4])
    .reshape([batch, pitch[0], pitch[1], outputs]);
  return windows.reduce((image, { count }, i) => sliceAxis(image, i + 1, 0, count), product);
}

/** Each channel by itself: products with single numbers, which need no matrix. */
function convolveChannels(x: np.Array, kernel: np.Array, windows: Windows): np.Array {
  const channels = x.shape[3];
  const outputs = kernel.shape[3];
  const [height, width] = windows;
  const deep = windows.some(readsAcross) ? toLanes(channels) : channels;
  const each = kernel.reshape([height.size, width.size, channels, outputs / channels]);
  const apart = fitAxis(each, 2, 0, deep);
  const fitted = fitAxis(fitWindows(fitWindows(x, 1, height), 2, width), 3, 0, deep);
  const terms = entriesAlong(fitted, 1, height).flatMap((line, i) =>
    entriesAlong(line, 2, width).map((entry, j) =>
      entry.reshape([...entry.shape, 1]).mul(apart.ref.slice(i, j)),
    ),
  );
  apart.dispose();
  const sum = terms.reduce((a, b) => a.add(b));
  return sliceAxis(sum, 3, 0, channels).reshape([...sum.shape.slice(0, 3), outputs]);
}

/**
 * The adjoint of {@link convolve} in its first argument: `<convolve(x), y> = <x, convolveTransposed(y)>` for all x and y.
 * Consumes both.
 *
 * @param y `[batch, windows, windows, outputs of the convolution]`
 * @param kernel that of the convolution
 * @returns `[batch, height, width, inputs of the convolution]`
 */
export function convolveTransposed(
  y: np.Array,
  kernel: np.Array,
  windows: Windows,
  groups: number,
): np.Array {
  const [batch, , , outputs] = y.shape;
  const own = kernel.shape[2];
  const each = outputs / groups;
  const [{ stride: high }, { stride: wide }] = windows;
  // The cells are those of the result: pixel y_i meets the cells from i - ahead to i - ahead + behind.
  const ahead = windows.map(({ stride, padding }) => Math.ceil(padding[0] / stride));
  const lead = windows.map(({ stride, padding }, i) => ahead[i] * stride - padding[0]);
  const behind = windows.map((window, i) => Math.floor((lead[i] + extentOf(window) - 1) / window.stride));
  const cells = windows.map(({ length, stride }) => Math.ceil(length / stride));
  const pitch = windows.map(({ count }, i) => Math.max(cells[i] + ahead[i], count + behind[i]));
  const rows = windows
    .reduce((image, _, i) => fitAxis(image, i + 1, behind[i], pitch[i]), y)
    .reshape([batch, pitch[0], pitch[1], groups, each])
    .transpose([3, 0, 1, 2, 4])
    .reshape([groups, batch * pitch[0] * pitch[1], each]);

  const first = (ahead[0] + behind[0]) * pitch[1] + ahead[1] + behind[1];
  const taps = tapsOf(windows, {
    kernel: kernel.reshape([...kernel.shape.slice(0, 3), groups, each]),
    padded: (high * wide * own) % toLanes(1) === 0 ? null : 2,
    used: [high, wide],
    lead,
    rows: (i, j) => first - i * pitch[1] - j,
    turned: [1, 2, 0],
    joinedAlong: 2,
  });
  const product = shiftedProducts(rows, taps);
  const deep = product.shape[2] / (high * wide);
  const apart = product.reshape([groups, batch, pitch[0], pitch[1], high, wide, deep]);
  const kept = sliceAxis(sliceAxis(sliceAxis(apart, 2, 0, cells[0]), 3, 0, cells[1]), 6, 0, own);
  const whole = kept
    .transpose([1, 2, 4, 3, 5, 0, 6])
    .reshape([batch, cells[0] * high, cells[1] * wide, groups * own]);
  return windows.reduce((image, { length }, i) => sliceAxis(image, i + 1, 0, length), whole);
}

interface KernelInCells {
  /** `[height, width, inputs, groups, outputs]` */
  kernel: np.Array;
  /** The axis of the kernel that is brought to whole lanes where there are several products. */
  padded: number | null;
  /** Pixels of a cell, from its first, that the kernel may meet. */
  used: readonly number[];
  /** Pixels of the first cell before the kernel starts. */
  lead: readonly number[];
  /** How many rows further the cell (i, j) lies. */
  rows: (i: number, j: number) => number;
  /** The order of groups, columns and outputs among the axes `[inputs, groups, outputs]`. */
  turned: readonly number[];
  /** Which of these has the pixels of a cell one behind the other. */
  joinedAlong: number;
}

/** A product for every cell that holds entries of the kernel. Consumes the kernel. */
function tapsOf([height, width]: Windows, options: KernelInCells): Tap[] {
  const { padded, used, lead, rows, turned, joinedAlong } = options;
  const [lines, columns] = [cellsOf(height, lead[0], used[0]), cellsOf(width, lead[1], used[1])];
  const several = padded !== null && lines.length * columns.length > 1 && options.kernel.shape[padded] > 1;
  const { shape } = options.kernel;
  const kernel = several ? fitAxis(options.kernel, padded, 0, toLanes(shape[padded])) : options.kernel;
  const empty = turned.map((axis) => kernel.shape[axis + 2]);
  const taps = lines.flatMap((line) =>
    columns.map((column): Tap => {
      const entries = line.entries.flatMap((i) =>
        column.entries.map((j) =>
          i === null || j === null
            ? np.zeros(empty, { dtype: kernel.dtype })
            : kernel.ref.slice(i, j).transpose([...turned]),
        ),
      );
      return { rows: rows(line.cell, column.cell), weight: joined(entries, joinedAlong) };
    }),
  );
  kernel.dispose();
  return taps;
}

/** The cells along an axis that hold entries of the kernel, and which: null for a pixel without one. */
function cellsOf(
  { size, stride, dilation }: PlacedWindow,
  lead: number,
  used: number,
): { cell: number; entries: (number | null)[] }[] {
  const cells = new Map<number, (number | null)[]>();
  for (let i = 0; i < size; i++) {
    const at = lead + i * dilation;
    const cell = Math.floor(at / stride);
    const entries = cells.get(cell) ?? Array.from({ length: used }, () => null);
    cells.set(cell, entries.with(at % stride, i));
  }
  return Array.from(cells, ([cell, entries]) => ({ cell, entries }));
}
