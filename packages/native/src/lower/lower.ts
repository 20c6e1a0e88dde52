import { angleRules } from "./angles.ts";
import { bitRules } from "./bits.ts";
import { convolutionRules } from "./convolution.ts";
import { elementwiseRules, literal } from "./elementwise.ts";
import type { Graph } from "./graph.ts";
import { indexingRules } from "./indexing.ts";
import { movementRules } from "./movement.ts";
import { poolingRules } from "./pooling.ts";
import { reduceRules } from "./reduce.ts";
import { type Aval, type DType, dtypes, NoCounterpart, type Rule } from "./rule.ts";
import { sortingRules } from "./sorting.ts";
import { plain, sizeOf, type View, viewOf } from "./view.ts";

/** Rules by name of the engine's primitive. */
export const rules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...angleRules,
  ...movementRules,
  ...reduceRules,
  ...indexingRules,
  ...sortingRules,
  ...convolutionRules,
  ...poolingRules,
  ...bitRules,
};

/** A step of the traced program has no counterpart in ONNX. */
export class UnsupportedPrimitiveError extends Error {
  override name = "UnsupportedPrimitiveError";
  readonly primitive: string;
  constructor(primitive: string, detail: string, where: string) {
    super(
      `${primitive}${detail}: expected a primitive that ONNX can express, got one that it can't, in ${where}`,
    );
    this.primitive = primitive;
  }
}

/** What is read of the engine's traced program. */
export interface Program {
  inBinders: readonly Variable[];
  eqns: readonly Equation[];
  outs: readonly Atom[];
}
export interface Variable {
  aval: { shape: number[]; dtype: string; weakType: boolean };
}
export type Atom = Variable | (Variable & { value: number });
export interface Equation {
  primitive: string;
  inputs: readonly Atom[];
  // biome-ignore lint/suspicious/noExplicitAny: the engine's own type of a primitive's parameters.
  params: Record<string, any>;
  outBinders: readonly Variable[];
  toString(): string;
}

/** Writes a traced program into a graph. @returns its outputs, as views of tensors of the graph */
export function lower(graph: Graph, program: Program, inputs: readonly View[]): View[] {
  const known = new Map<Variable, View>();
  for (const [i, binder] of program.inBinders.entries()) known.set(binder, inputs[i]);
  const read = (atom: Atom, type = dtypeOf(atom)): View =>
    "value" in atom ? viewOf(literal(graph, atom.value, type)) : known.get(atom)!;
  for (const eqn of program.eqns) {
    const rule = rules[eqn.primitive];
    if (rule === undefined) throw new UnsupportedPrimitiveError(eqn.primitive, "", String(eqn));
    const outputs = eqn.outBinders.map((v) => ({ shape: v.aval.shape, dtype: dtypeOf(v) }));
    if (outputs.every(({ shape }) => sizeOf(shape) === 0)) {
      for (const [i, binder] of eqn.outBinders.entries()) known.set(binder, nothing(graph, outputs[i]));
      continue;
    }
    let views: View[];
    try {
      // Numbers that the engine's simplification puts in place of values may be of another type than those.
      const wide = outputs[0].dtype === "float64" && eqn.primitive !== "cast";
      const given = eqn.inputs.map((atom) =>
        wide && dtypeOf(atom) === "float32" ? read(atom, "float64") : read(atom),
      );
      const signed = keepsSign(eqn.primitive, eqn.params);
      const inputs = signed ? given : given.map((view) => plain(graph, view));
      const avals = eqn.inputs.map((v) => ({
        shape: v.aval.shape,
        dtype: dtypeOf(v),
        weak: v.aval.weakType,
      }));
      views = rule(graph, inputs, eqn.params, outputs, avals);
    } catch (error) {
      if (!(error instanceof NoCounterpart)) throw error;
      throw new UnsupportedPrimitiveError(eqn.primitive, ` ${error.message}`, String(eqn));
    }
    for (const [i, binder] of eqn.outBinders.entries()) known.set(binder, views[i]);
  }
  return program.outs.map((atom) => plain(graph, read(atom)));
}

/** A value without elements: ONNX Runtime takes an axis that is repeated no times for one of size one here and there. */
const nothing = (graph: Graph, { shape, dtype }: Aval): View =>
  viewOf(graph.constant(dtype, shape, new Uint8Array(0)));

const signedPrimitives = new Set([
  "add",
  "mul",
  "neg",
  "dot",
  "transpose",
  "broadcast",
  "reshape",
  "stop_gradient",
]);

/** Whether a rule takes operands with a pending sign: that of a sum or product is that of its result. */
function keepsSign(primitive: string, params: Equation["params"]): boolean {
  return signedPrimitives.has(primitive) || (primitive === "reduce" && params.op === "Add");
}

/** Returns the type of a traced value; refuses what has no place here (float16). */
export function dtypeOf({ aval: { dtype } }: Variable): DType {
  const known = dtypes.find((name) => name === dtype);
  if (known === undefined) throw new TypeError(`dtype: expected one of ${dtypes.join(", ")}, got ${dtype}`);
  return known;
}
