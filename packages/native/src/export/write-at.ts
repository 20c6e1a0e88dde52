import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { cast } from "../lower/elementwise.ts";
import { Graph, type Tensor } from "../lower/graph.ts";
import { dtypeOf, lower } from "../lower/lower.ts";
import type { DType } from "../lower/rule.ts";
import { broadcastTo, materialise, type View, viewOf } from "../lower/view.ts";
import type { Constant, Data, Node, Port } from "../onnx/model.ts";
import { trace } from "../trace.ts";
import { leafNames } from "./names.ts";

/** An input of an exported model: its name, and the shape of an example. */
export interface InputDescription {
  name: string;
  shape: readonly number[];
  /** Default `float32`. */
  dtype?: DType;
}

/** A function to export: parameters and one array for each input, to an array or a tree of arrays. */
export type Apply<P> = (params: P, ...inputs: np.Array[]) => Tree;

/** A traced function as nodes. Its inputs are called `x0`, `x1`, ..., its parameters `p0`, `p1`, ... */
export interface Written {
  nodes: readonly Node[];
  /** Constants of the program; parameters are not among them. */
  constants: readonly Constant[];
  inputs: readonly Port[];
  outputs: readonly Port[];
  /** Names of the outputs for people: their paths in the result. */
  labels: readonly string[];
}

/** Traces a function at fixed shapes and writes it as nodes. */
export function writeAt<P>(apply: Apply<P>, params: P, inputs: readonly InputDescription[]): Written {
  const examples = inputs.map(({ shape, dtype = "float32" }) =>
    np.zeros([...shape], { dtype: dtype as never }),
  );
  const { program, consts, treedef } = traced(apply, [params, ...examples]);
  for (const example of examples) example.dispose();
  const values = consts.map((c) => ({ data: c.ref.dataSync() as Data, shape: c.shape, dtype: c.dtype }));
  for (const c of consts) c.dispose();
  const graph = new Graph();
  const own = program.inBinders.slice(consts.length);
  const count = own.length - inputs.length;
  const ports = own.map((v, i) =>
    viewOf(graph.input(i < count ? `p${i}` : `x${i - count}`, dtypeOf(v), v.aval.shape)),
  );
  const results = lower(graph, program, [...values.map((value) => constantOf(graph, value)), ...ports]);
  const tensors: Tensor[] = [];
  for (const [i, view] of results.entries()) {
    const tensor = cast(graph, materialise(graph, view), dtypeOf(program.outs[i]));
    // An input as it came, or a value that is an output already, goes out through a node of its own.
    const direct = graph.isComputed(tensor) && !tensors.includes(tensor);
    tensors.push(direct ? tensor : graph.copy(tensor));
  }
  const { nodes, constants, inputs: all } = graph.build(tensors);
  return {
    nodes,
    constants,
    inputs: all.slice(count),
    outputs: tensors.map(({ name, type, shape }) => ({ name, type, shape })),
    labels: leafNames(treedef, results.length, "output"),
  };
}

function traced<P>(apply: Apply<P>, args: readonly unknown[]): ReturnType<typeof trace> {
  try {
    return trace(apply as never, args);
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith("fn: "))
      throw new TypeError(error.message.replace("fn", "apply"));
    throw error;
  }
}

/** A constant of the program. One that is the same everywhere is a number, whatever shape it is seen in. */
function constantOf(
  graph: Graph,
  { data, shape, dtype }: { data: Data; shape: number[]; dtype: string },
): View {
  const type = dtype as DType;
  const values = type === "bool" ? Uint8Array.from(data as Int32Array) : data;
  const uniform = values.length > 0 && values.every((value: number | bigint) => Object.is(value, values[0]));
  return uniform
    ? broadcastTo(viewOf(graph.constant(type, [], values.slice(0, 1))), shape)
    : viewOf(graph.constant(type, shape, values));
}
