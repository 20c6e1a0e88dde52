import type { ElementType } from "../onnx/model.ts";
import { cast, literal } from "./elementwise.ts";
import type { Graph, Tensor } from "./graph.ts";
import type { Rule } from "./rule.ts";
import { broadcastTo, compact, materialise, rearrange, reshape, sizeOf, type View, viewOf } from "./view.ts";

/** Returns a value of zeros. */
export function zeros(graph: Graph, type: ElementType, shape: readonly number[]): View {
  return broadcastTo(viewOf(literal(graph, 0, type)), shape);
}

/** Returns the value at positions along one axis; the axes of the positions take the place of that axis. */
export function take(graph: Graph, x: View, axis: number, index: View): View {
  const shape = x.shape.toSpliced(axis, 1, ...index.shape);
  const own = x.axes[axis];
  if (own === null) {
    const axes = x.axes.toSpliced(axis, 1, ...index.axes.map(() => null));
    return { tensor: x.tensor, axes, shape };
  }
  const at = compact(graph, index);
  const indices = at.type === "int32" ? at : cast(graph, at, "int64");
  const tensor = graph.op("Gather", [x.tensor, indices], {
    shape: x.tensor.shape.toSpliced(own, 1, ...at.shape),
    attributes: { axis: own },
  });
  const grown = at.shape.length - 1;
  let next = own;
  const axes = x.axes
    .map((a) => (a !== null && a > own ? a + grown : a))
    .toSpliced(axis, 1, ...index.axes.map((a) => (a === null ? null : next++)));
  return { tensor, axes, shape };
}

/**
 * Entries at positions along several axes at once. Positions below zero count from the end; others outside an axis are
 * an error when the program runs.
 */
const gather: Rule = (graph, [x, ...indices], { axis, outDim }, [{ shape }]) => {
  const rank = Math.max(...indices.map((i) => i.shape.length));
  const indexShape = shape.slice(outDim, outDim + rank);
  const free = x.shape.flatMap((_, i) => (axis.includes(i) ? [] : [i]));
  // Along axes where the value is the same everywhere no position matters.
  const live = (axis as number[]).flatMap((a, n) =>
    x.axes[a] === null ? [] : [{ axis: a, index: broadcastTo(indices[n], indexShape) }],
  );
  const order = [...live.map((l) => l.axis), ...free];
  const front = rearrange(
    x,
    order,
    order.map((i) => x.shape[i]),
  );
  const taken =
    live.length === 0
      ? broadcastTo(front, [...indexShape, ...front.shape])
      : live.length === 1
        ? take(graph, front, 0, live[0].index)
        : takeJointly(
            graph,
            front,
            live.map((l) => l.index),
          );
  return [rearrange(taken, placeAt(outDim, rank, shape.length), shape)];
};

/** The order of axes that moves the first `rank` ones to `outDim`. */
function placeAt(outDim: number, rank: number, all: number): number[] {
  const axes = Array.from({ length: all }, (_, i) => i);
  const rest = axes.slice(rank);
  return [...rest.slice(0, outDim), ...axes.slice(0, rank), ...rest.slice(outDim)];
}

/** Entries at positions along the first axes. */
function takeJointly(graph: Graph, x: View, indices: readonly View[]): View {
  const free = x.shape.slice(indices.length);
  const data = compact(graph, x);
  const { tensor, axes } = stack(graph, indices);
  const rest = data.shape.slice(indices.length);
  const rank = tensor.shape.length - 1;
  const taken = graph.op("GatherND", [data, tensor], {
    type: data.type,
    shape: [...tensor.shape.slice(0, -1), ...rest],
  });
  let next = rank;
  return {
    tensor: taken,
    axes: [...axes, ...x.axes.slice(indices.length).map((a) => (a === null ? null : next++))],
    shape: [...indices[0].shape, ...free],
  };
}

/** Positions side by side in a new last axis, written out only where they vary. */
function stack(graph: Graph, indices: readonly View[]): { tensor: Tensor; axes: (number | null)[] } {
  const { shape } = indices[0];
  const varies = shape.flatMap((_, i) => (indices.some((index) => index.axes[i] !== null) ? [i] : []));
  const own = varies.map((i) => shape[i]);
  const columns = indices.map((index) => {
    const full = materialise(graph, rearrange(index, varies, own));
    return reshape(graph, cast(graph, full, "int64"), [...own, 1]);
  });
  const tensor = graph.op("Concat", columns, {
    shape: [...own, columns.length],
    attributes: { axis: own.length },
  });
  return { tensor, axes: shape.map((_, i) => (varies.includes(i) ? varies.indexOf(i) : null)) };
}

/** Updates put, or added, into zeros; those that would fall outside are left out. */
const scatter: Rule = (graph, [updates, ...indices], params, [{ shape, dtype }]) => {
  const { axis, outDim, op, uniqueIndices } = params as {
    axis: number[];
    outDim: number;
    op: string;
    uniqueIndices: boolean;
  };
  if (sizeOf(updates.shape) === 0) return [zeros(graph, dtype, shape)];
  const accumulate = op !== "update" && !uniqueIndices;
  const rank = Math.max(...indices.map((i) => i.shape.length));
  const indexShape = updates.shape.slice(outDim, outDim + rank);
  const free = shape.flatMap((_, i) => (axis.includes(i) ? [] : [i]));
  const order = [...axis, ...free];
  const sizes = order.map((i) => shape[i]);
  // Placing undoes itself: where each axis comes from is where it goes.
  const rest = updates.shape.flatMap((_, i) => (i >= outDim && i < outDim + rank ? [] : [i]));
  const from = [...indexShape.map((_, i) => outDim + i), ...rest];
  const given = materialise(
    graph,
    rearrange(
      updates,
      from,
      from.map((i) => updates.shape[i]),
    ),
  );
  // Sums of booleans are "any", of unsigned numbers the same bits as of signed ones.
  const via = dtype === "bool" || dtype === "uint32" ? "int32" : dtype;
  const values = cast(graph, given, via);
  const at = positions(
    graph,
    indices.map((index) => broadcastTo(index, indexShape)),
    axis.map((a) => shape[a]),
  );
  // What falls outside is put into one more row, which is cut off.
  const rows = at.outside ? sizes.with(0, sizes[0] + 1) : sizes;
  const target = materialise(graph, zeros(graph, via, rows));
  const placed = accumulate
    ? addAt(graph, target, at.tensor, values)
    : graph.op("ScatterND", [target, at.tensor, values], { shape: rows });
  const kept = at.outside
    ? graph.op("Slice", [placed, graph.indices([0]), graph.indices([sizes[0]]), graph.indices([0])], {
        shape: sizes,
      })
    : placed;
  const back = shape.map((_, i) => order.indexOf(i));
  return [rearrange(viewOf(cast(graph, kept, dtype)), back, shape)];
};

/**
 * Adds to a tensor at positions, which are side by side along the last axis. ScatterND could, but with several threads it loses sums of
 * equal positions; ScatterElements goes through them in order.
 */
function addAt(graph: Graph, target: Tensor, at: Tensor, values: Tensor): Tensor {
  const indexed = at.shape[at.shape.length - 1];
  const sizes = target.shape.slice(0, indexed);
  const strides = sizes.map((_, i) => sizeOf(sizes.slice(i + 1)));
  const [places, width] = [sizeOf(sizes), sizeOf(target.shape.slice(indexed))];
  const count = sizeOf(at.shape) / indexed;
  const weighted = graph.op("Mul", [reshape(graph, at, [count, indexed]), graph.indices(strides)], {
    shape: [count, indexed],
  });
  const linear = graph.op("ReduceSum", [weighted, graph.indices([1])], {
    shape: [count, 1],
    attributes: { keepdims: 1 },
  });
  const indices = graph.op("Expand", [linear, graph.indices([count, width])], { shape: [count, width] });
  const operands = [reshape(graph, target, [places, width]), indices, reshape(graph, values, [count, width])];
  const sums = graph.op("ScatterElements", operands, {
    shape: [places, width],
    attributes: { axis: 0, reduction: "add" },
  });
  return reshape(graph, sums, target.shape);
}

/** Positions side by side; those that are outside on any axis become the row after the last. */
function positions(
  graph: Graph,
  indices: readonly View[],
  sizes: readonly number[],
): { tensor: Tensor; outside: boolean } {
  const columns = indices.map((index) => cast(graph, materialise(graph, index), "int64"));
  const { shape } = columns[0];
  const known = columns.map(({ data }) => data);
  const outside = !known.every((data, n) => data?.every((i) => i >= 0 && i < sizes[n]));
  const join = (all: readonly Tensor[]): Tensor =>
    graph.op(
      "Concat",
      all.map((t) => reshape(graph, t, [...shape, 1])),
      { shape: [...shape, all.length], attributes: { axis: shape.length } },
    );
  if (!outside) return { tensor: join(columns), outside };
  const test = (op: string, a: Tensor, bound: number): Tensor =>
    graph.op(op, [a, literal(graph, bound, "int64")], { type: "bool", shape });
  const inside = columns
    .flatMap((column, n) => [test("GreaterOrEqual", column, 0), test("Less", column, sizes[n])])
    .reduce((a, b) => graph.op("And", [a, b], { shape }));
  const moved = columns.map((column, n) =>
    graph.op("Where", [inside, column, literal(graph, n === 0 ? sizes[0] : 0, "int64")], {
      type: "int64",
      shape,
    }),
  );
  return { tensor: join(moved), outside };
}

/** Rules of primitives that read or write at positions which are data. */
export const indexingRules: Readonly<Record<string, Rule>> = { gather, scatter };
