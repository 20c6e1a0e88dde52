import type { Graph } from "./graph.ts";
import type { View } from "./view.ts";

/** Types that values of a traced program have here. */
export const dtypes = ["float32", "float64", "int32", "uint32", "bool"] as const;
export type DType = (typeof dtypes)[number];

/** Shape and type of a result, as the engine's trace gives it. */
export interface Aval {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** What is known of an argument. */
export interface Operand extends Aval {
  /** A number of JavaScript, whose type gives way to others. */
  readonly weak: boolean;
}

/** How a primitive of the engine becomes operations of a graph. */
export type Rule = (
  graph: Graph,
  inputs: readonly View[],
  // biome-ignore lint/suspicious/noExplicitAny: the engine's own type of a primitive's parameters.
  params: Readonly<Record<string, any>>,
  outputs: readonly Aval[],
  /** Of the inputs, where the engine's promotion of types matters. */
  avals?: readonly Operand[],
) => View[];

/** A rule for a case (a type, a parameter) that ONNX can't express; the caller names the primitive. */
export class NoCounterpart extends Error {}
