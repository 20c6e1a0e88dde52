import { typeError } from "minimand/engine";
import { cast, literal } from "../lower/elementwise.ts";
import { Graph, type Tensor } from "../lower/graph.ts";
import {
  type Atom,
  dtypeOf,
  lower,
  type Program,
  UnsupportedPrimitiveError,
  type Variable,
} from "../lower/lower.ts";
import { withoutRandomBits } from "../lower/prologue.ts";
import { materialise, reshape, sameNumbers, type View, viewOf } from "../lower/view.ts";
import { encodeModel } from "../onnx/model.ts";
import {
  constantOf,
  fedType,
  fetchedType,
  inputOf,
  outputsOf,
  type ProgramInput,
  resultOf,
  type Value,
  type Written,
} from "./ports.ts";
import { jaxprOf } from "./program.ts";

/** How many inputs of a step, after its constants, are carried, its own, and the same for all steps, in this order. */
interface LoopInputs {
  carried: number;
  own: number;
  fixed: number;
}

/**
 * Writes several steps of a traced program `(carry, x, fixed) => [carry, result]` as one loop. What is carried goes from step to step
 * inside ONNX Runtime, every step has an `x` of its own, and results are stacked along a new first axis.
 */
export function writeLoop(
  program: Program,
  consts: readonly Value[],
  { carried, own, fixed }: LoopInputs,
  steps: number,
): Written {
  const { prologue, rest } = withoutRandomBits(program);
  const first = consts.length;
  const carries = rest.inBinders.slice(first, first + carried);
  checkCarried(carries, rest.outs, prologue?.inputs ?? [], first);
  const drawn = rest.inBinders.length - program.inBinders.length;
  const afterSteps = first + carried + steps * own;
  /** Where the i-th input after the carried ones comes from, in each step. */
  const placesOf = (i: number): number[] =>
    Array.from({ length: steps }, (_, step) => {
      if (i < own) return first + carried + step * own + i;
      const later = i - own;
      return later < fixed ? afterSteps + later : afterSteps + fixed + step * drawn + (later - fixed);
    });

  const graph = new Graph();
  const body = new Graph("b");
  const iteration = body.input("b_iteration", "int64", []);
  const condition = body.input("b_condition", "bool", []);
  const fed: ProgramInput[] = [];
  const feed = (index: number, v: Variable): Tensor => {
    const port = { name: `x${index}`, dtype: dtypeOf(v), shape: v.aval.shape };
    fed.push({ ...port, index });
    return graph.input(port.name, fedType(port.dtype), port.shape);
  };
  const stackOf = (v: Variable, i: number): View => {
    const { shape } = v.aval;
    const parts = placesOf(i).map((index) => reshape(graph, feed(index, v), [1, ...shape]));
    const all = graph.op("Concat", parts, { shape: [steps, ...shape], attributes: { axis: 0 } });
    const mine = body.op("Gather", [body.outer(all), iteration], { shape, attributes: { axis: 0 } });
    return viewOf(cast(body, mine, dtypeOf(v)));
  };
  const inputAfterCarried = (v: Variable, i: number): View => {
    if (!read.has(v)) return viewOf(literal(body, 0, "bool"));
    if (i < own || i >= own + fixed) return stackOf(v, i);
    return viewOf(cast(body, body.outer(feed(placesOf(i)[0], v)), dtypeOf(v)));
  };
  const read = new Set<Atom>([...rest.eqns.flatMap((eqn) => eqn.inputs), ...rest.outs]);
  const start = carries.map((v, i) => feed(first + i, v));
  const views = [
    ...consts.map((value) => constantOf(body, value)),
    ...carries.map((v, i) => inputOf(body, `b_carry${i}`, v)),
    ...rest.inBinders.slice(first + carried).map(inputAfterCarried),
  ];
  const values = lower(body, rest, views).map((view) => materialise(body, view));
  const fetched = outputsOf(body, values, rest.outs.map(fetchedType));
  const outputs = [body.copy(condition), ...fetched];
  const loop = graph.loop(
    [graph.constant("int64", [], BigInt64Array.of(BigInt(steps))), literal(graph, 1, "bool"), ...start],
    { name: "step", ...body.build(outputs), outputs },
    fetched.map(({ type, shape }, i) => ({ type, shape: i < carried ? shape : [steps, ...shape] })),
  );
  const { nodes, constants, inputs } = graph.build(loop);
  return {
    model: encodeModel({ name: "program", nodes, constants, inputs, outputs: loop }),
    fed,
    // Stacked results are arrays, whatever each of them was.
    results: loop.map((tensor, i) => {
      const result = resultOf(tensor, rest.outs[i]);
      return i < carried ? result : { ...result, weak: false };
    }),
    draws: prologue && {
      jaxpr: jaxprOf(program, prologue),
      runs: Array.from({ length: steps }, (_, step) =>
        prologue.inputs.map((i) => (i < first + carried ? i : placesOf(i - first - carried)[step])),
      ),
    },
  };
}

/** Keys are drawn from before the first step, so they can't be passed from step to step. */
function checkCarried(
  carries: readonly Variable[],
  next: readonly Variable[],
  drawn: readonly number[],
  first: number,
): void {
  for (const [i, { aval }] of carries.entries()) {
    if (drawn.includes(first + i))
      throw new UnsupportedPrimitiveError("random_bits", " from a carried key", "a loop");
    const { shape, dtype } = next[i].aval;
    if (!sameNumbers(shape, aval.shape) || dtype !== aval.dtype)
      throw typeError("carry", `what a step hands on to be like what it is given, ${aval}`, next[i].aval);
  }
}
