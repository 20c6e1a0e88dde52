import type { Atom, Equation, Program, Variable } from "../lower/lower.ts";
import { sizeOf } from "../lower/view.ts";

/**
 * The end of a program, for generated kernels: equations on the elements of vectors, each by itself, and on the numbers that they share.
 */
export interface GeneratedKernels {
  /** What is read, by its place among the inputs of the program or the outputs of its head. */
  inputs: readonly { variable: Variable; of: "program" | "head"; index: number }[];
  equations: readonly Equation[];
  /** What is written, by its place among the outputs of the program. */
  outputs: readonly { variable: Variable; index: number }[];
}

/** A program in two parts. */
export interface Split {
  /** The part before the generated kernels. Its first outputs are some of the program's, the rest is for the generated kernels. */
  head: Program;
  /** The places of those first outputs in the program. */
  kept: readonly number[];
  generated: GeneratedKernels;
}

export const isLiteral = (atom: Atom): atom is Variable & { value: number } => "value" in atom;
export const sizeOfValue = ({ aval }: Variable): number => sizeOf(aval.shape);
/** Whether a value is one number, the same for all elements of what it is combined with. */
export const isNumber = (variable: Variable): boolean => sizeOfValue(variable) === 1;
