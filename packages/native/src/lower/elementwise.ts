import { type ElementType, elementTypes } from "../onnx/model.ts";
import type { Graph, Tensor } from "./graph.ts";
import { type DType, dtypes, NoCounterpart, type Operand, type Rule } from "./rule.ts";
import { broadcastable, broadcastTo, reshape, sameNumbers, sizeOf, type View, variesAlong } from "./view.ts";

type Emit = (graph: Graph, tensors: readonly Tensor[], shape: readonly number[]) => Tensor;

/**
 * Applies an elementwise operation where its operands really vary: on the tensors as they are if all see them alike,
 * else on forms that ONNX broadcasts. Axes along which no operand varies stay unwritten in the result.
 */
export function elementwise(
  graph: Graph,
  inputs: readonly View[],
  shape: readonly number[],
  emit: Emit,
): View {
  const views = inputs.map((view) => broadcastTo(view, shape));
  const varying = views.filter((view) => variesAlong(view).length > 0);
  const [first] = varying;
  if (
    first !== undefined &&
    varying.every((v) => sameNumbers(v.axes, first.axes) && sameNumbers(v.tensor.shape, first.tensor.shape))
  ) {
    const tensors = views.map((view) => (varying.includes(view) ? view.tensor : scalar(graph, view)));
    return { tensor: emit(graph, tensors, first.tensor.shape), axes: first.axes, shape };
  }
  const tensors = views.map((view) => broadcastable(graph, view));
  const rank = Math.max(...tensors.map((t) => t.shape.length));
  const lead = shape.length - rank;
  const varies = shape.map((_, i) => views.some((view) => view.axes[i] !== null));
  const own = shape.map((size, i) => (varies[i] ? size : 1)).slice(lead);
  const tensor = emit(graph, tensors, own);
  return { tensor, axes: varies.map((v, i) => (v ? i - lead : null)), shape };
}

function scalar(graph: Graph, view: View): Tensor {
  return broadcastable(graph, { tensor: view.tensor, axes: [], shape: [] });
}

/** Casts without range checks: between types where every value that occurs has a counterpart. */
export function cast(graph: Graph, tensor: Tensor, type: ElementType): Tensor {
  if (tensor.type === type) return tensor;
  if (tensor.exact !== undefined && type === "float64")
    return reshape(graph, literal(graph, tensor.exact, type), tensor.shape);
  return graph.op("Cast", [tensor], { type, shape: tensor.shape, attributes: { to: elementTypes[type] } });
}

function castTo(graph: Graph, tensors: readonly Tensor[], type: ElementType): Tensor[] {
  return tensors.map((tensor) =>
    type === "int64" ? cast(graph, tensor, type) : convert(graph, tensor, type),
  );
}

/** JavaScript's conversions: numbers outside an integer's range become its nearest end, NaN becomes 0. */
function convert(graph: Graph, x: Tensor, to: DType): Tensor {
  if (!isFloat(x.type) || isFloat(to) || to === "bool") {
    // Between integers bits are kept; over int64 no conversion is out of range.
    return cast(graph, to === "uint32" || x.type === "uint32" ? cast(graph, x, "int64") : x, to);
  }
  const [low, high] = to === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  const { data, shape } = x;
  if (data?.length === 1) {
    const whole = Math.trunc(Math.min(Math.max(Number(data[0]), low), high)) || 0;
    return reshape(graph, literal(graph, whole, to), shape);
  }
  const wide = cast(graph, x, "float64");
  const number = graph.op("Equal", [wide, wide], { type: "bool", shape });
  const zero = literal(graph, 0, "float64");
  const given = graph.op("Where", [number, wide, zero], { type: "float64", shape });
  const ends = [literal(graph, low, "float64"), literal(graph, high, "float64")];
  const inside = graph.op("Clip", [given, ...ends], { shape });
  return cast(graph, cast(graph, inside, "int64"), to);
}

export const isFloat = (type: string): boolean => type === "float32" || type === "float64";
/** Types whose sign is left pending. */
const isSigned = (type: string): boolean => isFloat(type) || type === "int32";

/** Returns a number as a constant of a type. */
export function literal(graph: Graph, value: number, type: ElementType): Tensor {
  const data = {
    float32: () => Float32Array.of(value),
    float64: () => Float64Array.of(value),
    int32: () => Int32Array.of(value),
    uint32: () => Uint32Array.of(value),
    int64: () => BigInt64Array.of(BigInt(value)),
    bool: () => Uint8Array.of(value ? 1 : 0),
  }[type]();
  const rounded = type === "float32" && Math.fround(value) !== value && !Number.isNaN(value);
  return graph.constant(type, [], data, rounded ? value : undefined);
}

/** An operation on two operands of the result's type; unsigned numbers take the way over int64, booleans that over logic. */
function binary(op: string, logic: string | null, emit?: (type: DType) => Emit | undefined): Rule {
  return (graph, inputs, _params, [{ shape, dtype }]) => [
    elementwise(graph, inputs, shape, (g, tensors, own) => {
      const operands = castTo(g, tensors, dtype);
      if (dtype === "bool") {
        if (logic === null) throw new NoCounterpart("of booleans");
        return g.op(logic, operands, { shape: own });
      }
      const special = emit?.(dtype);
      if (special !== undefined) return special(g, operands, own);
      if (dtype !== "uint32") return g.op(op, operands, { shape: own });
      const wide = g.op(op, castTo(g, operands, "int64"), { shape: own });
      return cast(g, wide, "uint32");
    }),
  ];
}

/** A sum with a negative part is one subtraction; a sum of values padded next to each other is their concatenation. */
const addition: Rule = (graph, inputs, params, outputs) => {
  const [{ shape, dtype }] = outputs;
  if (!isSigned(dtype)) return binary("Add", "Or")(graph, inputs, params, outputs);
  const [a, b] = inputs;
  const negative = a.negative === true && b.negative === true;
  const [first, second] = a.negative && !b.negative ? [b, a] : [a, b];
  const difference = first.negative !== second.negative && (first.negative || second.negative);
  const sum = elementwise(graph, [first, second], shape, (g, tensors, own) => {
    const operands = castTo(g, tensors, dtype);
    if (difference) return g.op("Sub", operands, { shape: own });
    return joinPieces(g, operands[0], operands[1]) ?? g.op("Add", operands, { shape: own });
  });
  return [{ ...sum, negative }];
};

/** Gradients of slices of one vector come as a sum of padded parts, one long addition for each part. */
function joinPieces(graph: Graph, a: Tensor, b: Tensor): Tensor | undefined {
  const [first, second] = [a, b].map(({ name }) => graph.pieces.get(name));
  if (first === undefined || second === undefined || first.axis !== second.axis) return undefined;
  if (!sameNumbers(a.shape, b.shape)) return undefined;
  const { axis } = first;
  const parts = [...first.parts, ...second.parts].sort((p, q) => p.start - q.start);
  const all: Tensor[] = [];
  let end = 0;
  const fill = (upTo: number): void => {
    const sizes = a.shape.with(axis, upTo - end);
    if (upTo > end)
      all.push(graph.op("Expand", [literal(graph, 0, a.type), graph.indices(sizes)], { shape: sizes }));
  };
  for (const { start, tensor } of parts) {
    if (start < end) return undefined;
    fill(start);
    all.push(tensor);
    end = start + tensor.shape[axis];
  }
  fill(a.shape[axis]);
  const sum = graph.op("Concat", all, { shape: a.shape, attributes: { axis } });
  graph.pieces.set(sum.name, { axis, parts });
  return sum;
}

/** A product has the sign of its factors together. */
const product: Rule = (graph, inputs, params, outputs) => {
  const [{ shape, dtype }] = outputs;
  if (!isSigned(dtype)) return binary("Mul", "And")(graph, inputs, params, outputs);
  const result = elementwise(graph, inputs, shape, (g, tensors, own) =>
    multiplication(g, castTo(g, tensors, dtype), own, params.apart),
  );
  return [{ ...result, negative: inputs.filter((x) => x.negative).length === 1 }];
};

/**
 * `x * (1 / y)` is one division where `1 / y` is no smaller than the result, or (`apart`) than the part of it for one of several
 * values: each of them then is what it would be alone.
 */
function multiplication(
  graph: Graph,
  [a, b]: readonly Tensor[],
  shape: readonly number[],
  apart = false,
): Tensor {
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    const divisor = graph.inputsOf("Reciprocal", y)?.[0];
    const whole = sameNumbers(y.shape, shape) || (apart && sizeOf(y.shape) === sizeOf(shape.slice(1)));
    if (divisor !== undefined && whole) return graph.op("Div", [x, divisor], { shape });
  }
  return graph.op("Mul", [a, b], { shape });
}

/** ONNX Runtime's minima and maxima of int64 look at half of the bits on some machines; those of uint32 are right. */
const direct =
  (op: string): Emit =>
  (graph, operands, shape) =>
    graph.op(op, operands, { shape });

/** Truncated quotient; division of integers by zero, which would end the process, gives 0 as in the engine. */
const quotient: Emit = (graph, [a, b], shape) => {
  if (isFloat(a.type)) {
    const ratio = graph.op("Div", [a, b], { shape });
    const down = graph.op("Floor", [ratio], { shape });
    const up = graph.op("Ceil", [ratio], { shape });
    const negative = graph.op("Less", [ratio, literal(graph, 0, a.type)], { type: "bool", shape });
    return graph.op("Where", [negative, up, down], { type: a.type, shape });
  }
  return overInt64(graph, "Div", [a, b], shape);
};

const remainder: Emit = (graph, [a, b], shape) =>
  isFloat(a.type)
    ? graph.op("Mod", [a, b], { shape, attributes: { fmod: 1 } })
    : overInt64(graph, "Mod", [a, b], shape, { fmod: 1 });

/** Integer division in int64, where nothing overflows; 0 for a divisor of 0. */
function overInt64(
  graph: Graph,
  op: string,
  [a, b]: readonly Tensor[],
  shape: readonly number[],
  attributes: Record<string, number> = {},
): Tensor {
  const [x, y] = castTo(graph, [a, b], "int64");
  const zero = literal(graph, 0, "int64");
  const none = graph.op("Equal", [y, zero], { type: "bool", shape: y.shape });
  const safe = graph.op("Where", [none, literal(graph, 1, "int64"), y], { type: "int64", shape: y.shape });
  const result = graph.op(op, [x, safe], { shape, attributes });
  return cast(graph, graph.op("Where", [none, zero, result], { type: "int64", shape }), a.type);
}

/** Functions of one operand. They exist for float32 and float64 unless said otherwise. */
function unary(op: string, only?: "float32"): Rule {
  return (graph, inputs, _params, [{ shape, dtype }]) => [
    elementwise(graph, inputs, shape, (g, [x], own) => {
      if (!isFloat(dtype)) throw new NoCounterpart(`of ${dtype}`);
      return only === undefined || dtype === only
        ? g.op(op, [x], { shape: own })
        : cast(g, g.op(op, [cast(g, x, only)], { shape: own }), dtype);
    }),
  ];
}

/** A sign is kept pending: most end in a subtraction or meet another one. */
const negation: Rule = (graph, [x], _params, [{ shape, dtype }]) => {
  if (dtype === "bool") throw new NoCounterpart("of booleans");
  if (isSigned(dtype)) return [{ ...x, negative: !x.negative }];
  return [
    elementwise(graph, [x], shape, (g, [tensor], own) =>
      cast(g, g.op("Neg", [cast(g, tensor, "int64")], { shape: own }), dtype),
    ),
  ];
};

/** `1 - erf(x)`: exact enough where the engine's own `erfc` is, which is 1e-7 absolutely. */
const erfc: Rule = (graph, inputs, _params, [{ shape, dtype }]) => [
  elementwise(graph, inputs, shape, (g, [x], own) => {
    const y = g.op("Erf", [cast(g, x, "float32")], { shape: own });
    return cast(g, g.op("Sub", [literal(g, 1, "float32"), y], { shape: own }), dtype);
  }),
];

const conversion: Rule = (graph, inputs, { dtype }, [{ shape }]) => [
  elementwise(graph, inputs, shape, (g, [x]) => {
    const to = dtypes.find((name) => name === dtype);
    if (to === undefined) throw new NoCounterpart(`to ${dtype}`);
    return convert(g, x, to);
  }),
];

const comparisons = { less: "Less", less_equal: "LessOrEqual", equal: "Equal", not_equal: "Equal" } as const;

const comparison: Rule = (graph, inputs, { op }, [{ shape }], avals = []) => [
  elementwise(graph, inputs, shape, (g, tensors, own) => {
    const type = promoted(avals);
    // ONNX Runtime compares no unsigned integers, and has no order of booleans.
    const ordered = op === "less" || op === "less_equal";
    const via = type === "uint32" ? "int64" : type === "bool" && ordered ? "int32" : type;
    const operands = castTo(g, castTo(g, tensors, type), via);
    const result = g.op(comparisons[op as keyof typeof comparisons], operands, { type: "bool", shape: own });
    return op === "not_equal" ? g.op("Not", [result], { shape: own }) : result;
  }),
];

const order = ["bool", "uint32", "int32", "float32", "float64"] as const;

/** The engine's common type of two operands: numbers of JavaScript take that of what they meet, unless it is bool. */
function promoted([a, b]: readonly Operand[]): DType {
  const join = (x: DType, y: DType): DType => (order.indexOf(x) > order.indexOf(y) ? x : y);
  if (a.weak === b.weak) return join(a.dtype, b.dtype);
  return join(a.weak ? b.dtype : a.dtype, "uint32");
}

const choice: Rule = (graph, inputs, _params, [{ shape, dtype }]) => [
  elementwise(graph, inputs, shape, (g, [condition, a, b], own) => {
    const operands = castTo(g, [a, b], dtype);
    if (isFloat(dtype) && isZero(operands[0])) {
      if (isSmallerThanZero(g, condition, operands[1])) return g.op("Relu", [operands[1]], { shape: own });
      const passed = rectified(g, condition);
      // A cast is quicker than a comparison, and nothing but the rectifier needs what is rectified.
      if (passed !== undefined)
        return g.op("Where", [cast(g, passed, "bool"), operands[1], operands[0]], {
          type: dtype,
          shape: own,
        });
    }
    // ONNX Runtime chooses among signed integers and floats only.
    const via = dtype === "bool" ? "int32" : dtype === "uint32" ? "int64" : dtype;
    const [whether, ...chosen] = unnegated(g, cast(g, condition, "bool"), castTo(g, operands, via));
    const all = [whether, ...chosen].map((x) => inShortRows(g, x, own));
    return cast(g, g.op("Where", all, { type: via, shape: own }), dtype);
  }),
];

/**
 * ONNX Runtime's choice goes row by row where an operand is one column, which for short rows takes longer than writing that
 * column out; and the same column is often written out for several choices.
 */
function inShortRows(graph: Graph, x: Tensor, shape: readonly number[]): Tensor {
  const width = shape[shape.length - 1];
  const isColumn = x.shape.length > 1 && x.shape[x.shape.length - 1] === 1 && sizeOf(x.shape) > 1;
  if (!isColumn || width === 1 || width > 16) return x;
  const rows = [...x.shape.slice(0, -1), width];
  // A product with ones is the quicker way to write it out.
  if (isFloat(x.type)) {
    const ones = graph.op("Expand", [literal(graph, 1, x.type), graph.indices([1, width])], {
      shape: [1, width],
    });
    return graph.op("MatMul", [x, ones], { shape: rows });
  }
  return graph.op("Expand", [x, graph.indices(rows)], { shape: rows });
}

/** Whether a condition is `x <= 0`; then `where(x <= 0, 0, x)` is the rectifier, NaN included. */
function isSmallerThanZero(graph: Graph, condition: Tensor, x: Tensor): boolean {
  const [left, right] = graph.inputsOf("LessOrEqual", condition) ?? [];
  return left?.name === x.name && isZero(right);
}

/** The rectified `x`, where it is there already, of a condition `x <= 0`: it is zero, and false, where that holds; and NaN is true. */
function rectified(graph: Graph, condition: Tensor): Tensor | undefined {
  const [left, right] = graph.inputsOf("LessOrEqual", condition) ?? [];
  return right !== undefined && isZero(right) ? graph.known("Relu", left) : undefined;
}

/** A choice by what isn't so is one by what is, the other way round. */
function unnegated(
  graph: Graph,
  condition: Tensor,
  operands: readonly Tensor[],
): readonly [Tensor, ...Tensor[]] {
  const shaped = graph.inputsOf("Reshape", condition)?.[0];
  const inner = graph.inputsOf("Not", shaped ?? condition)?.[0];
  if (inner === undefined) return [condition, ...operands];
  return [reshape(graph, inner, condition.shape), ...operands.toReversed()];
}

function isZero({ data }: Tensor): boolean {
  return data?.length === 1 && data[0] === 0;
}

const bitwise: Rule = (graph, inputs, { op }, [{ shape, dtype }]) => [
  elementwise(graph, inputs, shape, (g, tensors, own) => {
    const names = { and: "And", or: "Or", xor: "Xor" } as const;
    const name = names[op as keyof typeof names];
    const operands = castTo(g, tensors, dtype);
    return g.op(dtype === "bool" ? name : `Bitwise${name}`, operands, { shape: own });
  }),
];

/** Shifts take the low five bits of their second operand, and fill with zeros. */
const shift: Rule = (graph, inputs, { op }, [{ shape, dtype }]) => [
  elementwise(graph, inputs, shape, (g, [x, by], own) => {
    const bits = g.op("BitwiseAnd", [cast(g, by, "uint32"), literal(g, 31, "uint32")], { shape: by.shape });
    const direction = op === "shl" ? "LEFT" : "RIGHT";
    const shifted = g.op("BitShift", [cast(g, x, "uint32"), bits], { shape: own, attributes: { direction } });
    return cast(g, shifted, dtype);
  }),
];

const same: Rule = (_graph, [x]) => [x];

/** Rules of primitives that act on each element by itself. */
export const elementwiseRules: Readonly<Record<string, Rule>> = {
  add: addition,
  mul: product,
  idiv: binary("Div", null, () => quotient),
  mod: binary("Mod", null, () => remainder),
  min: binary("Min", "And", (type) => (type === "uint32" ? direct("Min") : undefined)),
  max: binary("Max", "Or", (type) => (type === "uint32" ? direct("Max") : undefined)),
  neg: negation,
  reciprocal: unary("Reciprocal"),
  floor: unary("Floor"),
  ceil: unary("Ceil"),
  sqrt: unary("Sqrt"),
  exp: unary("Exp"),
  log: unary("Log"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  erf: unary("Erf", "float32"),
  erfc,
  cast: conversion,
  compare: comparison,
  where: choice,
  bit_combine: bitwise,
  bit_shift: shift,
  stop_gradient: same,
};
