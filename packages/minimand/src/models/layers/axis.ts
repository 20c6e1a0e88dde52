import { numpy as np } from "@jax-js/jax";
import { type PlacedWindow, reachOf } from "./window.ts";

/** Adds zeros before and after along one axis. */
export function padAxis(x: np.Array, axis: number, before: number, after: number): np.Array {
  if (before === 0 && after === 0) return x;
  return np.pad(
    x,
    x.shape.map((_, i) => (i === axis ? [before, after] : [0, 0]) as [number, number]),
  );
}

/** Entries from `start` to before `end` along one axis. */
export function sliceAxis(x: np.Array, axis: number, start: number, end: number): np.Array {
  if (start === 0 && end === x.shape[axis]) return x;
  return x.slice(...Array.from({ length: axis }, (): [] => []), [start, end]);
}

/** `length` entries along an axis: `before` zeros, then x from its start, cut or followed by zeros. */
export function fitAxis(x: np.Array, axis: number, before: number, length: number): np.Array {
  const zeros = Math.min(before, length);
  const kept = Math.min(x.shape[axis], length - zeros);
  return padAxis(sliceAxis(x, axis, 0, kept), axis, zeros, length - zeros - kept);
}

/** Numbers that the engine's kernels handle at a time. */
const lanes = 4;

/** The next multiple of 4: other numbers of columns are many times slower, and see {@link readsAcross}. */
export function toLanes(n: number): number {
  return Math.ceil(n / lanes) * lanes;
}

/**
 * Whether the engine has to read pixels across the ends of cells of `stride` pixels. It goes wrong there on wasm where a pixel
 * isn't a whole number of lanes.
 */
export function readsAcross({ stride, padding }: PlacedWindow): boolean {
  return stride > 1 && padding[0] > 0;
}

/** The axis with the zeros beyond the border, as long as windows of whole strides need it. */
export function fitWindows(x: np.Array, axis: number, window: PlacedWindow): np.Array {
  const { stride, padding, count } = window;
  return fitAxis(x, axis, padding[0], (count + reachOf(window)) * stride);
}

/**
 * The entries of windows along an axis made by {@link fitWindows}: for each place in a window an array `[..., windows, ...]` of the entries
 * there.
 */
export function entriesAlong(x: np.Array, axis: number, window: PlacedWindow): np.Array[] {
  const { size, stride, dilation, count } = window;
  const { shape } = x;
  // Cells of `stride` pixels: the next window's entry stands in the next cell.
  const cells = x.reshape(shape.toSpliced(axis, 1, count + reachOf(window), stride));
  const entries = Array.from({ length: size }, (_, i) => {
    const [cell, within] = [Math.floor((i * dilation) / stride), (i * dilation) % stride];
    const column = sliceAxis(cells.ref, axis + 1, within, within + 1);
    return sliceAxis(column, axis, cell, cell + count).reshape(shape.with(axis, count));
  });
  cells.dispose();
  return entries;
}
