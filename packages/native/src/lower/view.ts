import type { Graph, Tensor } from "./graph.ts";

/**
 * A value of the traced program: a tensor of the graph seen through transpositions, repetitions and axes of size one,
 * none of which has been written out. `axes[i]` is the tensor's axis along axis `i` of the value, or null where all
 * positions of that axis hold the same. Axes of the tensor of size 1 are never named.
 */
export interface View {
  readonly tensor: Tensor;
  readonly axes: readonly (number | null)[];
  readonly shape: readonly number[];
  /** The value is the negative of what the tensor holds. Only rules of signed primitives see such views. */
  readonly negative?: boolean;
}

/** Returns a tensor as it is. */
export function viewOf(tensor: Tensor): View {
  return { tensor, axes: tensor.shape.map((size, i) => (size === 1 ? null : i)), shape: tensor.shape };
}

/** Returns the view with other axes: `order[i]` is the old axis at place `i`, or null for a new one. */
export function rearrange(view: View, order: readonly (number | null)[], shape: readonly number[]): View {
  return { ...view, axes: order.map((axis) => (axis === null ? null : view.axes[axis])), shape };
}

/** Numpy's rule: the view seen in a shape with more leading axes, or with its axes of size one repeated. */
export function broadcastTo(view: View, shape: readonly number[]): View {
  const missing = shape.length - view.shape.length;
  return rearrange(
    view,
    shape.map((_, i) => (i < missing ? null : i - missing)),
    shape,
  );
}

/** Returns the value without a pending sign. */
export function plain(graph: Graph, { tensor, axes, shape, negative = false }: View): View {
  return { tensor: negative ? negated(graph, tensor) : tensor, axes, shape };
}

function negated(graph: Graph, { exact, ...tensor }: Tensor): Tensor {
  const { type, shape, data } = tensor;
  if (exact === undefined || data === undefined) return graph.op("Neg", [tensor], { shape });
  return graph.constant(type, shape, Float32Array.of(-exact), -exact);
}

/** Axes along which values differ. */
export function variesAlong({ axes }: View): number[] {
  return axes.flatMap((axis, i) => (axis === null ? [] : [i]));
}

export function sameNumbers(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

export function reshape(graph: Graph, tensor: Tensor, shape: readonly number[]): Tensor {
  if (sameNumbers(tensor.shape, shape)) return tensor;
  // A reshape of a reshape is one of the first.
  const first = graph.inputsOf("Reshape", tensor)?.[0];
  if (first !== undefined) return reshape(graph, first, shape);
  if (tensor.data !== undefined) return graph.constant(tensor.type, shape, tensor.data, tensor.exact);
  // Without allowzero a 0 would mean "as before".
  const attributes: Record<string, number> = shape.includes(0) ? { allowzero: 1 } : {};
  return graph.op("Reshape", [tensor, graph.indices(shape)], { shape, attributes });
}

/** Returns the tensor with exactly the varying axes of the view, in their order there. */
export function compact(graph: Graph, view: View): Tensor {
  const order = view.axes.filter((axis) => axis !== null);
  const { tensor } = view;
  const sizes = order.map((axis) => tensor.shape[axis]);
  if (order.every((axis, i) => i === 0 || axis > order[i - 1])) return reshape(graph, tensor, sizes);
  const narrow = reshape(
    graph,
    tensor,
    tensor.shape.filter((_, axis) => order.includes(axis)),
  );
  const rank = (axis: number): number => order.filter((other) => other < axis).length;
  return transposed(graph, narrow, order.map(rank));
}

/** A transposed product of several matrices is that of the transposed ones in turn, which ONNX Runtime need not write out. */
function transposed(graph: Graph, tensor: Tensor, perm: readonly number[]): Tensor {
  const { length } = perm;
  const lastTwo = [...new Array(length - 2).keys(), length - 1, length - 2];
  const factors = length > 2 && sameNumbers(perm, lastTwo) ? graph.inputsOf("MatMul", tensor) : undefined;
  const shape = perm.map((axis) => tensor.shape[axis]);
  if (factors === undefined) return graph.op("Transpose", [tensor], { shape, attributes: { perm } });
  const [left, right] = factors.map((factor) => {
    const { length } = factor.shape;
    const own = [...new Array(length - 2).keys(), length - 1, length - 2];
    const before = graph.inputsOf("Transpose", factor, { perm: own })?.[0];
    return before ?? transposed(graph, factor, own);
  });
  return graph.op("MatMul", [right, left], { shape });
}

/** Returns a tensor that numpy's rules broadcast to the view: size 1 along repeated axes, leading ones left out. */
export function broadcastable(graph: Graph, view: View): Tensor {
  const varies = variesAlong(view);
  const [first = view.shape.length] = varies;
  const shape = view.shape.map((size, i) => (view.axes[i] === null ? 1 : size)).slice(first);
  const inOrder = varies.every((i, n) => n === 0 || view.axes[i]! > view.axes[varies[n - 1]]!);
  // Leading ones of the tensor itself do no harm; it is left alone then.
  const own = view.tensor.shape;
  if (inOrder && own.length <= view.shape.length) {
    const leading = own.length - shape.length;
    if (leading >= 0 && sameNumbers(own.slice(leading), shape) && own.slice(0, leading).every((s) => s === 1))
      return view.tensor;
  }
  return reshape(graph, compact(graph, view), shape);
}

/** Returns the view written out in full. */
export function materialise(graph: Graph, view: View): Tensor {
  const tensor = broadcastable(graph, view);
  if (sizeOf(tensor.shape) === sizeOf(view.shape)) return reshape(graph, tensor, view.shape);
  return graph.op("Expand", [tensor, graph.indices(view.shape)], { shape: view.shape });
}
