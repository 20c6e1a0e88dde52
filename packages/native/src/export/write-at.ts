import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { Graph } from "../lower/graph.ts";
import { dtypeOf, lower } from "../lower/lower.ts";
import type { DType } from "../lower/rule.ts";
import { trace } from "../lower/trace.ts";
import { broadcastTo, materialise, type View, viewOf } from "../lower/view.ts";
import type { Body } from "../onnx/model.ts";
import { constantOf, outputsOf, type Value, valuesOf } from "../write/ports.ts";
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

/** A function as a part of a model. */
export type Fragment = Omit<Body, "name">;

/**
 * A traced function. Its inputs are called `x0`, `x1`, ..., its parameters, which are not among the constants, `p0`, `p1`, ...
 */
export interface TracedFragment extends Fragment {
  /** Names of the outputs for people: their paths in the result. */
  labels: readonly string[];
}

/** Traces a function at fixed shapes and writes it as nodes. */
export function writeAt<P>(apply: Apply<P>, params: P, inputs: readonly InputDescription[]): TracedFragment {
  const examples = inputs.map(({ shape, dtype = "float32" }) =>
    np.zeros([...shape], { dtype: dtype as never }),
  );
  const { program, consts, treedef } = traced(apply, [params, ...examples]);
  for (const example of examples) example.dispose();
  const values = valuesOf(consts);
  for (const c of consts) c.dispose();
  const graph = new Graph();
  const own = program.inBinders.slice(consts.length);
  const count = own.length - inputs.length;
  const ports = own.map((v, i) =>
    viewOf(graph.input(i < count ? `p${i}` : `x${i - count}`, dtypeOf(v), v.aval.shape)),
  );
  const views = lower(graph, program, [...values.map((value) => smallConstantOf(graph, value)), ...ports]);
  const results = views.map((view) => materialise(graph, view));
  const outputs = outputsOf(graph, results, program.outs.map(dtypeOf));
  const { nodes, constants, inputs: all } = graph.build(outputs);
  return {
    nodes,
    constants,
    inputs: all.slice(count),
    outputs: outputs.map(({ name, type, shape }) => ({ name, type, shape })),
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
function smallConstantOf(graph: Graph, value: Value): View {
  const { data, shape } = value;
  const uniform = data.length > 0 && data.every((number: number | bigint) => Object.is(number, data[0]));
  return uniform
    ? broadcastTo(constantOf(graph, { ...value, data: data.slice(0, 1), shape: [] }), shape)
    : constantOf(graph, value);
}
