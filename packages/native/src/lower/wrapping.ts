import type { Graph, Tensor } from "./graph.ts";

/*
 * Sums and products of int32 that wrap around, as the engine's do: ONNX Runtime's own reductions, of int64 too, go through
 * float64 and stop at the ends of the range. Its `Add` and `Mul` wrap.
 */

/** Reduces along axes, which stay with size 1: one half with the other, until one entry is left. */
export function wrappingReduce(graph: Graph, op: "Add" | "Mul", x: Tensor, axes: readonly number[]): Tensor {
  return axes.reduce((all, axis) => {
    let rest = all;
    while (rest.shape[axis] > 1) rest = halved(graph, op, rest, axis);
    return rest;
  }, x);
}

function halved(graph: Graph, op: "Add" | "Mul", x: Tensor, axis: number): Tensor {
  const size = x.shape[axis];
  const half = size >> 1;
  const part = (start: number, end: number): Tensor => {
    const shape = x.shape.with(axis, end - start);
    return graph.op("Slice", [x, graph.indices([start]), graph.indices([end]), graph.indices([axis])], {
      shape,
    });
  };
  const shape = x.shape.with(axis, half);
  const pairs = graph.op(op, [part(0, half), part(half, 2 * half)], { shape });
  if (size % 2 === 0) return pairs;
  return graph.op("Concat", [pairs, part(2 * half, size)], {
    shape: x.shape.with(axis, half + 1),
    attributes: { axis },
  });
}

/** Returns the product of `n` times the same. */
export function wrappingPower(graph: Graph, x: Tensor, n: number): Tensor {
  if (n === 1) return x;
  const times = (a: Tensor, b: Tensor): Tensor => graph.op("Mul", [a, b], { shape: x.shape });
  const root = wrappingPower(graph, x, n >> 1);
  const square = times(root, root);
  return n % 2 === 0 ? square : times(square, x);
}
