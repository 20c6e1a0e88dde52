import { cast, isFloat, literal } from "./elementwise.ts";
import type { Graph, Tensor } from "./graph.ts";
import type { Rule } from "./rule.ts";
import {
  broadcastTo,
  compact,
  materialise,
  rearrange,
  reshape,
  sameNumbers,
  sizeOf,
  type View,
  variesAlong,
  viewOf,
} from "./view.ts";

const transpose: Rule = (_graph, [x], { perm }, [{ shape }]) => [rearrange(x, perm, shape)];

/** New axes are put in at `axis`; axes of size one are repeated. */
const broadcast: Rule = (_graph, [x], { axis }, [{ shape }]) => {
  const added = new Set<number>(axis);
  let old = 0;
  return [
    rearrange(
      x,
      shape.map((_, i) => (added.has(i) ? null : old++)),
      shape,
    ),
  ];
};

const reshapeRule: Rule = (graph, [x], _params, [{ shape }]) => {
  // Axes of size one come and go without a word.
  const old = x.shape.flatMap((size, i) => (size === 1 ? [] : [i]));
  const sizes = shape.filter((size) => size !== 1);
  if (
    sameNumbers(
      old.map((i) => x.shape[i]),
      sizes,
    )
  ) {
    let next = 0;
    return [
      rearrange(
        x,
        shape.map((size) => (size === 1 ? null : old[next++])),
        shape,
      ),
    ];
  }
  const { negative } = x;
  // A value that nowhere varies has one element in every shape.
  if (variesAlong(x).length === 0 && sizeOf(shape) > 0)
    return [broadcastTo({ tensor: reshape(graph, x.tensor, []), axes: [], shape: [], negative }, shape)];
  return [{ ...viewOf(reshape(graph, materialise(graph, x), shape)), negative }];
};

/** Applies an operation along one axis of the value, where that axis is the tensor's own or has to be written out. */
function along(
  graph: Graph,
  x: View,
  axis: number,
  size: number,
  emit: (tensor: Tensor, axis: number, shape: readonly number[]) => Tensor,
): View {
  const shape = x.shape.with(axis, size);
  const own = x.axes[axis];
  if (own !== null) {
    const tensor = emit(x.tensor, own, x.tensor.shape.with(own, size));
    // An axis of size one is not named any more.
    return { tensor, axes: size === 1 ? x.axes.with(axis, null) : x.axes, shape };
  }
  const written = viewOf(materialise(graph, x));
  return viewOf(emit(written.tensor, axis, written.tensor.shape.with(axis, size)));
}

const flip: Rule = (graph, [x], { axis }) => [
  (axis as number[]).reduce(
    (view, i) =>
      // What nowhere varies along an axis is its own mirror image.
      view.axes[i] === null
        ? view
        : along(graph, view, i, view.shape[i], (tensor, own, shape) =>
            graph.op(
              "Slice",
              [
                tensor,
                graph.indices([-1]),
                graph.indices([-(2 ** 31)]),
                graph.indices([own]),
                graph.indices([-1]),
              ],
              { shape },
            ),
          ),
    x,
  ),
];

const shrink: Rule = (graph, [x], { slice }) => [
  (slice as [number, number][]).reduce((view, [start, end], i) => {
    if (end - start === view.shape[i]) return view;
    if (view.axes[i] === null && end > start)
      return { tensor: view.tensor, axes: view.axes, shape: view.shape.with(i, end - start) };
    return along(graph, view, i, end - start, (tensor, own, shape) =>
      graph.op("Slice", [tensor, graph.indices([start]), graph.indices([end]), graph.indices([own])], {
        shape,
      }),
    );
  }, x),
];

const pad: Rule = (graph, [given], { width }) => {
  // Without axes of size one parts that are padded next to each other look alike.
  let axis = 0;
  const axes = given.axes.map((own) => (own === null ? null : axis++));
  const x: View = { tensor: compact(graph, given), axes, shape: given.shape };
  return [
    (width as [number, number][]).reduce((view, [before, after], i) => {
      if (before === 0 && after === 0) return view;
      return along(graph, view, i, view.shape[i] + before + after, (tensor, own, shape) => {
        const parts = [{ start: before, tensor }];
        // Zeros next to a matrix are quicker than a padding, which writes them everywhere first.
        if (tensor.shape.length === 2 && isFloat(tensor.type)) {
          const all = [before, after].map((n) => zeros(graph, tensor, tensor.shape.with(own, n)));
          const beside = [all[0], tensor, all[1]].filter((part) => part.shape[own] > 0);
          const joined = graph.op("Concat", beside, { shape, attributes: { axis: own } });
          graph.pieces.set(joined.name, { axis: own, parts });
          return joined;
        }
        // ONNX Runtime pads no unsigned integers.
        const type = tensor.type === "uint32" ? "int64" : tensor.type;
        // Widths of all axes: ONNX Runtime moves transpositions past a padding of some wrongly.
        const widths = [before, after].flatMap((n) => shape.map((_, j) => (j === own ? n : 0)));
        const operands = [cast(graph, tensor, type), graph.indices(widths), literal(graph, 0, type)];
        const padded = cast(graph, graph.op("Pad", operands, { shape }), tensor.type);
        graph.pieces.set(padded.name, { axis: own, parts });
        return padded;
      });
    }, x),
  ];
};

const zeros = (graph: Graph, { type }: Tensor, shape: readonly number[]): Tensor =>
  graph.op("Expand", [literal(graph, 0, type), graph.indices(shape)], { shape });

/** Parts of a tensor as outputs of one node. */
const split: Rule = (graph, [x], { axis, sizes }, outputs) => {
  const own = x.axes[axis];
  const [tensor, at, view]: [Tensor, number, View] =
    own === null ? written(graph, x, axis) : [x.tensor, own, x];
  const parts = graph.ops(
    "Split",
    [tensor, graph.indices(sizes)],
    (sizes as number[]).map((size) => ({ type: tensor.type, shape: tensor.shape.with(at, size) })),
    { axis: at },
  );
  return parts.map((part, i) => ({
    tensor: part,
    axes: sizes[i] === 1 ? view.axes.with(axis, null) : view.axes,
    shape: outputs[i].shape,
  }));
};

function written(graph: Graph, x: View, axis: number): [Tensor, number, View] {
  const view = viewOf(materialise(graph, x));
  return [view.tensor, axis, { ...view, axes: view.axes.with(axis, axis) }];
}

const concatenate: Rule = (graph, inputs, { axis }, [{ shape, dtype }]) => {
  const full = inputs.map((x) => materialise(graph, { ...x, tensor: cast(graph, x.tensor, dtype) }));
  const parts = full.filter((tensor) => tensor.shape[axis] > 0);
  if (parts.length < 2) return [viewOf(parts[0] ?? full[0])];
  return [viewOf(graph.op("Concat", parts, { shape, attributes: { axis } }))];
};

/** Rules of primitives that move values without changing them. */
export const movementRules: Readonly<Record<string, Rule>> = {
  transpose,
  broadcast,
  reshape: reshapeRule,
  flip,
  shrink,
  pad,
  split,
  concatenate,
};
