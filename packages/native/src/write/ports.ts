import type { Jaxpr, numpy as np } from "@jax-js/jax";
import { cast } from "../lower/elementwise.ts";
import type { Graph, Tensor } from "../lower/graph.ts";
import { dtypeOf, type Variable } from "../lower/lower.ts";
import type { DType } from "../lower/rule.ts";
import { sizeOf, type View, viewOf } from "../lower/view.ts";
import type { Data, ElementType } from "../onnx/model.ts";

/** An input or output of a written program. */
export interface ArrayPort {
  name: string;
  dtype: DType;
  shape: readonly number[];
}

/** An input: `index` is its place among the constants of the trace, the arrays given, and those drawn, in this order. */
export interface ProgramInput extends ArrayPort {
  index: number;
}

export interface ProgramOutput extends ArrayPort {
  size: number;
  /** The result has the weak type of numbers of JavaScript. */
  weak: boolean;
}

/** A program as an ONNX file, and what passes through its ports. */
export interface Written {
  model: Uint8Array;
  fed: readonly ProgramInput[];
  results: readonly ProgramOutput[];
  /** Arrays that the engine draws first: a program of its own, run once for each list of input places. */
  draws: { jaxpr: Jaxpr; runs: readonly (readonly number[])[] } | null;
}

/** Values of a constant of the trace. */
export interface Value {
  data: Data;
  shape: readonly number[];
  dtype: string;
}

/** Returns values of constants; only read. */
export function valuesOf(consts: readonly np.Array[]): Value[] {
  return consts.map((c) => ({ data: c.ref.dataSync() as Data, shape: c.shape, dtype: c.dtype }));
}

/** Booleans are 32-bit integers in the engine. */
export function fedType(dtype: DType): Exclude<DType, "bool"> {
  return dtype === "bool" ? "int32" : dtype;
}

/** Returns the type that a result is fetched in. */
export function fetchedType(variable: Variable): DType {
  return fedType(dtypeOf(variable));
}

/** Returns an input of a graph, as the traced program sees it. */
export function inputOf(graph: Graph, name: string, { aval, ...rest }: Variable): View {
  const dtype = dtypeOf({ aval, ...rest });
  return viewOf(cast(graph, graph.input(name, fedType(dtype), aval.shape), dtype));
}

export function constantOf(graph: Graph, { data, shape, dtype }: Value): View {
  return dtype === "bool"
    ? viewOf(graph.constant("bool", shape, Uint8Array.from(data as Int32Array)))
    : viewOf(graph.constant(dtype as ElementType, shape, data));
}

/** Returns values as outputs of a graph: each in the type wanted, made by a node, under a name of its own. */
export function outputsOf(graph: Graph, values: readonly Tensor[], types: readonly DType[]): Tensor[] {
  const names = new Set<string>();
  return values.map((value, i) => {
    const tensor = cast(graph, value, types[i]);
    // An input as it came, or a value that is an output already, goes out through a node of its own.
    const own = graph.isComputed(tensor) && !names.has(tensor.name) ? tensor : graph.copy(tensor);
    names.add(own.name);
    return own;
  });
}

/** Returns the result that a tensor brings. */
export function resultOf({ name, shape }: Tensor, variable: Variable): ProgramOutput {
  return { name, dtype: dtypeOf(variable), shape, size: sizeOf(shape), weak: variable.aval.weakType };
}
