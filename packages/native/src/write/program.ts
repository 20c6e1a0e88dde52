import { Jaxpr } from "@jax-js/jax";
import { Graph } from "../lower/graph.ts";
import { dtypeOf, lower, type Program } from "../lower/lower.ts";
import { type Parts, withoutRandomBits } from "../lower/prologue.ts";
import { materialise } from "../lower/view.ts";
import { encodeModel } from "../onnx/model.ts";
import { constantOf, fetchedType, inputOf, outputsOf, resultOf, type Value, type Written } from "./ports.ts";

/** Writes a traced program, whose first inputs are the given constants. */
export function writeProgram(program: Program, consts: readonly Value[]): Written {
  const { prologue, rest } = withoutRandomBits(program);
  const graph = new Graph();
  const inputs = rest.inBinders.map((v, i) =>
    i < consts.length ? constantOf(graph, consts[i]) : inputOf(graph, `x${i}`, v),
  );
  const values = lower(graph, rest, inputs).map((view) => materialise(graph, view));
  const outputs = outputsOf(graph, values, rest.outs.map(fetchedType));
  const { nodes, constants, inputs: ports } = graph.build(outputs);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  return {
    model: encodeModel({
      name: "program",
      nodes,
      constants,
      inputs: ports.filter(({ name }) => used.has(name)),
      outputs,
    }),
    fed: rest.inBinders.flatMap((v, index) =>
      used.has(`x${index}`) ? [{ name: `x${index}`, index, dtype: dtypeOf(v), shape: v.aval.shape }] : [],
    ),
    results: outputs.map((tensor, i) => resultOf(tensor, rest.outs[i])),
    draws: prologue && { jaxpr: jaxprOf(program, prologue), runs: [prologue.inputs] },
  };
}

/** Returns the first part of a program as one of the engine's own. */
export function jaxprOf(program: Program, { inputs, eqns, outs }: NonNullable<Parts["prologue"]>): Jaxpr {
  return new Jaxpr(inputs.map((i) => program.inBinders[i]) as never, eqns as never, outs as never);
}
