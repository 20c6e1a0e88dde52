import type { ElementType } from "../onnx/model.ts";
import { cast, elementwise, isFloat, literal } from "./elementwise.ts";
import type { Graph, Tensor } from "./graph.ts";
import type { Aval, Rule } from "./rule.ts";
import { broadcastTo, compact, reshape, sameNumbers, sizeOf, type View, viewOf } from "./view.ts";
import { wrappingPower, wrappingReduce } from "./wrapping.ts";

const operations = { Add: "ReduceSum", Mul: "ReduceProd", Min: "ReduceMin", Max: "ReduceMax" } as const;
type Operation = keyof typeof operations;

/** How many integers have a sum below 2^53, up to where ONNX Runtime's own reductions are exact. */
const exactSums = 2 ** 21;

const reduce: Rule = (graph, [x], { op, axis, passesOverNaN = false, apart = false }, [{ shape, dtype }]) => {
  const reduced = new Set<number>(axis);
  const kept = x.shape.flatMap((_, i) => (reduced.has(i) ? [] : [i]));
  if (sizeOf(x.shape) === 0) return [broadcastTo(viewOf(identity(graph, op, dtype)), shape)];
  const own = x.axes.filter((a, i) => a !== null && reduced.has(i)) as number[];
  const repeats = sizeOf(x.shape.filter((_, i) => reduced.has(i) && x.axes[i] === null));
  const tensor =
    own.length > 0 ? reduceTensor(graph, op, x.tensor, own, dtype, { passesOverNaN, apart }) : x.tensor;
  const view: View = {
    tensor: repeat(graph, op, tensor, repeats, dtype),
    axes: kept.map((i) => x.axes[i]),
    shape,
    negative: x.negative,
  };
  return [view];
};

/** Reduced axes stay, with size 1: most results are broadcast back along them. */
function reduceTensor(
  graph: Graph,
  op: Operation,
  tensor: Tensor,
  axes: readonly number[],
  dtype: ElementType,
  { passesOverNaN = false, apart = false } = {},
): Tensor {
  // One number needs no axes.
  const keepdims = axes.length < tensor.shape.length;
  const shape = keepdims ? tensor.shape.map((size, i) => (axes.includes(i) ? 1 : size)) : [];
  const [rows, columns] = tensor.shape.slice(-2);
  const factors = op === "Add" && isFloat(dtype) && !keepdims ? graph.inputsOf("Mul", tensor) : undefined;
  // In one pass over memory.
  if (
    factors !== undefined &&
    factors[0].name === factors[1].name &&
    sameNumbers(factors[0].shape, tensor.shape)
  )
    return graph.op("ReduceSumSquare", [factors[0], graph.indices(axes)], {
      shape,
      attributes: { keepdims: 0 },
    });
  const downColumns = apart
    ? shape.length === 3 && axes.join() === "1"
    : shape.length === 2 && axes.join() === "0";
  // A sum down the columns is twice as fast as a product with ones.
  if (op === "Add" && isFloat(dtype) && downColumns && columns >= 16) {
    const ones = graph.op("Expand", [literal(graph, 1, dtype), graph.indices([1, rows])], {
      shape: [1, rows],
    });
    return graph.op("MatMul", [ones, tensor], { shape });
  }
  if (op === "Add" && isFloat(dtype) && apart && downColumns) {
    // The rows of all of them next to each other: ONNX Runtime then adds in the order in which it adds those of one.
    const [several, ...rest] = tensor.shape;
    const beside = graph.op("Transpose", [tensor], {
      shape: [rest[0], several, rest[1]],
      attributes: { perm: [1, 0, 2] },
    });
    const flat = reshape(graph, beside, [rest[0], several * rest[1]]);
    const sums = graph.op("ReduceSum", [flat, graph.indices([0])], {
      shape: [1, several * rest[1]],
      attributes: { keepdims: 1 },
    });
    return reshape(graph, sums, shape);
  }
  const count = sizeOf(axes.map((axis) => tensor.shape[axis]));
  const integers = dtype === "int32" || dtype === "uint32";
  if (integers && (op === "Mul" || (op === "Add" && count > exactSums)))
    return cast(graph, wrappingReduce(graph, op, cast(graph, tensor, "int32"), axes), dtype);
  const named = dtype !== "bool" ? op : op === "Add" ? "Max" : op === "Mul" ? "Min" : op;
  const extremum = named === "Min" || named === "Max";
  const reduced = (name: string, x: Tensor): Tensor =>
    graph.op(name, [x, graph.indices(axes)], { shape, attributes: { keepdims: Number(keepdims) } });
  const result = cast(graph, reduced(operations[named], cast(graph, tensor, viaOf(dtype, extremum))), dtype);
  if (!extremum || !isFloat(dtype) || passesOverNaN) return result;
  // ONNX Runtime's extrema pass over NaN.
  const nan = graph.op("IsNaN", [tensor], { type: "bool", shape: tensor.shape });
  const operands = [reduced("ReduceMax", nan), literal(graph, Number.NaN, dtype), result];
  return graph.op("Where", operands, { type: dtype, shape });
}

/**
 * The type in which ONNX Runtime reduces right: its sums of int32 stop at the ends of the range instead of wrapping
 * around, and it has none of unsigned numbers and booleans.
 */
function viaOf(dtype: ElementType, extremum: boolean): ElementType {
  if (dtype === "bool") return "int32";
  if (dtype === "uint32") return extremum ? "float64" : "int64";
  return dtype === "int32" && !extremum ? "int64" : dtype;
}

/** What reducing over `n` positions that all hold the same gives. */
function repeat(graph: Graph, op: Operation, tensor: Tensor, n: number, dtype: ElementType): Tensor {
  if (n === 1 || op === "Min" || op === "Max" || dtype === "bool") return tensor;
  const { shape } = tensor;
  if (op === "Mul" && !isFloat(dtype))
    return cast(graph, wrappingPower(graph, cast(graph, tensor, "int32"), n), dtype);
  if (dtype === "uint32") {
    const wide = cast(graph, tensor, "int64");
    return cast(graph, graph.op("Mul", [wide, literal(graph, n, "int64")], { shape }), "uint32");
  }
  return op === "Add"
    ? graph.op("Mul", [tensor, literal(graph, n, dtype)], { shape })
    : graph.op("Pow", [tensor, literal(graph, n, dtype)], { shape });
}

/** What reducing over nothing gives. */
function identity(graph: Graph, op: Operation, dtype: ElementType): Tensor {
  const ends: Record<string, [number, number]> = {
    int32: [-(2 ** 31), 2 ** 31 - 1],
    uint32: [0, 2 ** 32 - 1],
    bool: [0, 1],
  };
  const [low, high] = isFloat(dtype) ? [-Infinity, Infinity] : ends[dtype];
  return literal(graph, { Add: 0, Mul: 1, Min: high, Max: low }[op], dtype);
}

/**
 * The engine's `dot`: products of corresponding entries, summed along the last axis. Where the operands are repeated
 * along different axes it is a matrix product, and is written as one.
 */
const dot: Rule = (graph, inputs, params, [{ shape, dtype }]) => {
  const rank = shape.length;
  const k = Math.max(
    inputs[0].shape[inputs[0].shape.length - 1],
    inputs[1].shape[inputs[1].shape.length - 1],
  );
  const [a, b] = inputs.map((x) => broadcastTo(x, [...shape, k]));
  if (k === 0) return [broadcastTo(viewOf(literal(graph, 0, dtype)), shape)];
  if (dtype === "bool" || dtype === "uint32") {
    // Signed numbers have the same bits, and a count of what is true says whether any is.
    const signed = inputs.map((x) => ({ ...x, tensor: cast(graph, x.tensor, "int32") }));
    const [product] = dot(graph, signed, params, [{ shape, dtype: "int32" }]);
    return [{ ...product, tensor: cast(graph, product.tensor, dtype) }];
  }
  const axesOf = (test: (i: number) => boolean): number[] => shape.flatMap((_, i) => (test(i) ? [i] : []));
  const both = axesOf((i) => a.axes[i] !== null && b.axes[i] !== null);
  const onlyA = axesOf((i) => a.axes[i] !== null && b.axes[i] === null);
  const onlyB = axesOf((i) => a.axes[i] === null && b.axes[i] !== null);
  const negative = inputs.filter((x) => x.negative).length === 1;
  if (a.axes[rank] === null || b.axes[rank] === null || (onlyA.length === 0 && onlyB.length === 0))
    return [{ ...productThenSum(graph, [a, b], shape, k, dtype), negative }];

  if (params.apart && both.length === 0) {
    const product = productApart(graph, [a, b], { shape, dtype }, [onlyA, onlyB]);
    if (product !== undefined) return [{ ...product, negative }];
  }
  // In the order of the result, or of its transpose, so that the product need not be transposed.
  const reversed = onlyB[0] < onlyA[0];
  if (onlyB.length > 0 && onlyA.length > 0 && reversed !== (params.transposed === true))
    return dot(graph, [b, a], params, [{ shape, dtype }]);
  const sizes = (axes: readonly number[]): number[] => axes.map((i) => shape[i]);
  const [m, n] = [sizeOf(sizes(onlyA)), sizeOf(sizes(onlyB))];
  const cast2 = (x: View): View => ({ ...x, tensor: cast(graph, x.tensor, dtype) });
  const left = matrices(graph, cast2(a), both, onlyA, rank);
  const right = matrices(graph, cast2(b), both, onlyB, rank);
  const product = multiply(graph, left, right, sizes(both), m, n);
  const order = [...both, ...onlyA, ...onlyB];
  const tensor = reshape(graph, product, sizes(order));
  const axes = shape.map((size, i) => (order.includes(i) && size !== 1 ? order.indexOf(i) : null));
  return [{ tensor, axes, shape, negative }];
};

/**
 * A product of matrices that differ along the first axis with one that is the same for all of them, which need not be repeated; undefined
 * for another kind of product.
 */
function productApart(
  graph: Graph,
  [a, b]: readonly View[],
  { shape, dtype }: Aval,
  [onlyA, onlyB]: readonly (readonly number[])[],
): View | undefined {
  const rank = shape.length;
  const free = [onlyA, onlyB].map((axes) => axes.filter((i) => i > 0));
  if (free.some((axes) => axes.length === 0) || !isFloat(dtype)) return undefined;
  // In the order of the result.
  const [left, right] = free[0][0] < free[1][0] ? [0, 1] : [1, 0];
  const sizes = (axes: readonly number[]): number[] => axes.map((i) => shape[i]);
  const of = (side: number): Matrices => {
    const x = [a, b][side];
    const batch = x.axes[0] === null ? [] : [0];
    return matrices(graph, { ...x, tensor: cast(graph, x.tensor, dtype) }, batch, free[side], rank);
  };
  const [m, n] = [sizeOf(sizes(free[left])), sizeOf(sizes(free[right]))];
  const product = multiply(graph, of(left), of(right), [shape[0]], m, n);
  const order = [0, ...free[left], ...free[right]];
  const axes = shape.map((size, i) => (order.includes(i) && size !== 1 ? order.indexOf(i) : null));
  return { tensor: reshape(graph, product, sizes(order)), axes, shape };
}

interface Matrices {
  tensor: Tensor;
  /** The summed axis comes before the free one. */
  transposed: boolean;
}

/** An operand as [...batch, free, summed], or [...batch, summed, free] where it is in that order already. */
function matrices(
  graph: Graph,
  x: View,
  batch: readonly number[],
  free: readonly number[],
  summed: number,
): Matrices {
  const pick = (order: readonly number[]): View => ({
    tensor: x.tensor,
    axes: order.map((i) => x.axes[i]),
    shape: order.map((i) => x.shape[i]),
  });
  const sizes = (axes: readonly number[]): number[] => axes.map((i) => x.shape[i]);
  const merged = sizeOf(sizes(free));
  const lies = free.every((i) => x.axes[i]! > x.axes[summed]!) && free.length > 0;
  const order = lies ? [...batch, summed, ...free] : [...batch, ...free, summed];
  const shape = lies
    ? [...sizes(batch), x.shape[summed], merged]
    : [...sizes(batch), merged, x.shape[summed]];
  return { tensor: reshape(graph, compact(graph, pick(order)), shape), transposed: lies };
}

/** The product of [...batch, m, k] and [...batch, n, k], each perhaps transposed: [...batch, m, n]. */
function multiply(
  graph: Graph,
  a: Matrices,
  b: Matrices,
  batch: readonly number[],
  m: number,
  n: number,
): Tensor {
  const shape = [...batch, m, n];
  // MatMul wants [m, k] and [k, n]; Gemm transposes by itself, but has no batches and no integers.
  if (!a.transposed && b.transposed) return graph.op("MatMul", [a.tensor, b.tensor], { shape });
  if (batch.length === 0 && isFloat(a.tensor.type)) {
    const attributes = { transA: a.transposed ? 1 : 0, transB: b.transposed ? 0 : 1 };
    return graph.op("Gemm", [a.tensor, b.tensor], { shape, attributes });
  }
  const swapped = ({ tensor }: Matrices): Tensor => {
    const rank = tensor.shape.length;
    const perm = [...new Array(rank - 2).keys(), rank - 1, rank - 2];
    return graph.op("Transpose", [tensor], { shape: perm.map((i) => tensor.shape[i]), attributes: { perm } });
  };
  const left = a.transposed ? swapped(a) : a.tensor;
  const right = b.transposed ? b.tensor : swapped(b);
  return graph.op("MatMul", [left, right], { shape });
}

/** Without a free axis on either side there is no matrix product: multiply, and sum what varies. */
function productThenSum(
  graph: Graph,
  views: readonly View[],
  shape: readonly number[],
  k: number,
  dtype: ElementType,
): View {
  const rank = shape.length;
  const [a, b] = views.map(({ axes, ...x }) => ({
    axes,
    shape: x.shape,
    tensor: cast(graph, x.tensor, dtype),
  }));
  const sumOf = (x: View): View => {
    const axis = x.axes[rank];
    const rest = { axes: x.axes.slice(0, rank), shape };
    if (axis === null) return { ...rest, tensor: x.tensor };
    return { ...rest, tensor: reduceTensor(graph, "Add", x.tensor, [axis], dtype) };
  };
  const times = (x: View, y: View): View =>
    elementwise(graph, [x, y], x.shape, (g, tensors, own) => g.op("Mul", tensors, { shape: own }));
  if (a.axes[rank] !== null && b.axes[rank] !== null) return sumOf(times(a, b));
  // One operand is the same all along the sum: it comes before it.
  const product = times(sumOf(a), sumOf(b));
  const varies = a.axes[rank] !== null || b.axes[rank] !== null;
  return varies ? product : { ...product, tensor: repeat(graph, "Add", product.tensor, k, dtype) };
}

/** Rules of sums, products and extrema along axes, and of products that are summed. */
export const reduceRules: Readonly<Record<string, Rule>> = { reduce, dot };
