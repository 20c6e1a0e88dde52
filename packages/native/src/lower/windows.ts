import type { Graph } from "./graph.ts";
import { take } from "./indexing.ts";
import { movementRules } from "./movement.ts";
import type { DType } from "./rule.ts";
import { rearrange, sizeOf, type View, viewOf } from "./view.ts";

/** Applies the rule of a movement primitive. */
function move(
  graph: Graph,
  primitive: "reshape" | "pad" | "shrink",
  x: View,
  params: Record<string, unknown>,
  shape: readonly number[],
): View {
  return movementRules[primitive](graph, [x], params, [{ shape, dtype: x.tensor.type as DType }])[0];
}

export function reshapeView(graph: Graph, x: View, shape: readonly number[]): View {
  return move(graph, "reshape", x, {}, shape);
}

/** Adds zeros before and after along one axis; negative numbers cut off. */
export function padAxis(graph: Graph, x: View, axis: number, before: number, after: number): View {
  const size = x.shape[axis];
  const kept: [number, number] = [Math.max(0, -before), size - Math.max(0, -after)];
  const cut = x.shape.with(axis, kept[1] - kept[0]);
  const slice = x.shape.map((n, i) => (i === axis ? kept : [0, n]));
  const shrunk = move(graph, "shrink", x, { slice }, cut);
  const added = [Math.max(0, before), Math.max(0, after)];
  const width = x.shape.map((_, i) => (i === axis ? added : [0, 0]));
  return move(graph, "pad", shrunk, { width }, cut.with(axis, cut[axis] + added[0] + added[1]));
}

/** Puts `step - 1` zeros between neighbours along one axis. */
export function dilateAxis(graph: Graph, x: View, axis: number, step: number): View {
  const n = x.shape[axis];
  if (step === 1 || n < 2) return x;
  const apart = reshapeView(graph, x, x.shape.toSpliced(axis, 1, n, 1));
  const spread = padAxis(graph, apart, axis + 1, 0, step - 1);
  const merged = reshapeView(graph, spread, x.shape.with(axis, n * step));
  return padAxis(graph, merged, axis, 0, 1 - step);
}

/** Windows along one axis: `count` of them, `stride` apart, each with `size` entries that are `dilation` apart. */
export interface Windows {
  count: number;
  size: number;
  stride: number;
  dilation: number;
}

/** Returns the value with two axes in place of one: windows, and entries of a window. */
export function windowsAlong(graph: Graph, x: View, axis: number, windows: Windows): View {
  const { count, size, stride, dilation } = windows;
  const shape = x.shape.toSpliced(axis, 1, count, size);
  const around = (...places: (number | null)[]): View =>
    rearrange(x, x.shape.map((_, i): number | null => i).toSpliced(axis, 1, ...places), shape);
  if (x.axes[axis] === null) return around(null, null);
  if (size === 1 && stride === 1 && count === x.shape[axis]) return around(axis, null);
  if (size === stride && dilation === 1)
    return reshapeView(graph, padAxis(graph, x, axis, 0, count * size - x.shape[axis]), shape);
  const positions = Int32Array.from(
    { length: count * size },
    (_, i) => Math.floor(i / size) * stride + (i % size) * dilation,
  );
  return take(graph, x, axis, viewOf(graph.constant("int32", [count, size], positions)));
}

/**
 * Returns the transpose of {@link windowsAlong}: two axes (windows, and entries of a window) become one of size `n`, where entry j of
 * window i is added at `i * stride + j`.
 */
export function overlapAdd(
  graph: Graph,
  x: View,
  axis: number,
  { count, size, stride }: Windows,
  n: number,
  sum: (x: View, axis: number) => View,
): View {
  if (size <= stride) {
    const spaced = padAxis(graph, x, axis + 1, 0, stride - size);
    const merged = reshapeView(graph, spaced, x.shape.toSpliced(axis, 2, count * stride));
    return padAxis(graph, merged, axis, 0, n - count * stride);
  }
  const order = x.shape.map((_, i) => i).with(axis, axis + 1);
  order[axis + 1] = axis;
  const turned = rearrange(
    x,
    order,
    order.map((i) => x.shape[i]),
  );
  const spread = dilateAxis(graph, turned, axis + 1, stride);
  // Rows one longer than the result, read again as rows of its size: row j is moved j to the right.
  const rows = padAxis(graph, spread, axis + 1, 0, n + 1 - spread.shape[axis + 1]);
  const flat = reshapeView(graph, rows, x.shape.toSpliced(axis, 2, size * (n + 1)));
  const cut = padAxis(graph, flat, axis, 0, -size);
  return sum(reshapeView(graph, cut, x.shape.toSpliced(axis, 2, size, n)), axis);
}

/** Axes `from` to the end merged into one. */
export function mergeFrom(graph: Graph, x: View, from: number): View {
  return reshapeView(graph, x, [...x.shape.slice(0, from), sizeOf(x.shape.slice(from))]);
}
