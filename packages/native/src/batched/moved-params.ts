import type { Equation } from "../lower/lower.ts";

type Params = Equation["params"];

/** How an equation is made with a new first axis of its operands. */
type Moved = (
  params: Params,
  count: number,
) => {
  params: Params;
  /** Whether operands follow numpy's rules, or all have the same axes. */
  operands: "aligned" | "alike";
};

const along: Moved = (params) => ({ params, operands: "aligned" });
const later = (axis: readonly number[]): number[] => axis.map((i) => i + 1);

/** What works element by element, or along the last axis. */
const aligned = [
  ...["add", "idiv", "mod", "min", "max", "neg", "reciprocal", "floor", "ceil", "sqrt", "exp", "log"],
  ...["sin", "cos", "asin", "atan", "erf", "erfc", "cast", "compare", "where", "stop_gradient"],
  ...["bit_combine", "bit_shift", "bit_count", "bitcast", "sort", "argsort"],
];

/** By primitive: those without a line have no counterpart. */
export const movedParams: Readonly<Record<string, Moved>> = {
  ...Object.fromEntries(aligned.map((primitive) => [primitive, along])),
  mul: (params) => ({ params: { ...params, apart: true }, operands: "aligned" }),
  dot: (params) => ({ params: { ...params, apart: true }, operands: "aligned" }),
  reduce: (params) => ({ params: { ...params, apart: true, axis: later(params.axis) }, operands: "alike" }),
  flip: (params) => ({ params: { ...params, axis: later(params.axis) }, operands: "alike" }),
  transpose: (params) => ({ params: { ...params, perm: [0, ...later(params.perm)] }, operands: "alike" }),
  reshape: (params, count) => ({ params: { ...params, shape: [count, ...params.shape] }, operands: "alike" }),
  broadcast: (params, count) => ({
    params: { ...params, shape: [count, ...params.shape], axis: later(params.axis) },
    operands: "alike",
  }),
  pad: (params) => ({ params: { ...params, width: [[0, 0], ...params.width] }, operands: "alike" }),
  shrink: (params, count) => ({
    params: { ...params, slice: [[0, count], ...params.slice] },
    operands: "alike",
  }),
  split: (params) => ({ params: { ...params, axis: params.axis + 1 }, operands: "alike" }),
  concatenate: (params) => ({ params: { ...params, axis: params.axis + 1 }, operands: "alike" }),
};
