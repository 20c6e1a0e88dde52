import { numpy as np, tree } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { eager } from "../lower/eager-rules.ts";
import { type Traced, trace } from "../lower/trace.ts";
import { writeLoop } from "./loop.ts";
import { type Value, valuesOf, type Written } from "./ports.ts";
import { writeProgram } from "./program.ts";

/** A function written as an ONNX program for arguments of one kind, for any runtime. */
export interface OnnxProgram extends Written {
  /** Values of the first inputs. Owned by whoever has the program. */
  consts: np.Array[];
  /** The structure of what the function returns; its leaves are the `results`. */
  treedef: tree.JsTreeDef;
}

/**
 * Traces a function and writes it as an ONNX program. Needs no ONNX Runtime.
 *
 * A runtime feeds the inputs in `fed` with what {@link programInputs} gives for them, fetches the `results`, and puts them
 * together with `treedef`.
 *
 * @param fn only computes with arrays
 * @param args trees of arrays (only looked at) and numbers, like those that the program will be given
 * @throws UnsupportedPrimitiveError naming the primitive and the equation where ONNX can't express the function; TypeError
 *   where it reads values while it is traced or has a dtype other than float32, float64, int32, uint32 and bool
 * @example
 * const { model, fed, results } = toOnnxProgram((x: np.Array) => x.ref.mul(x), [np.array([1, 2, 3])]);
 */
export function toOnnxProgram(fn: (...args: never[]) => unknown, args: readonly Tree[]): OnnxProgram {
  const traced = trace(fn, args);
  return finish(traced, (consts) => writeProgram(traced.program, consts));
}

/**
 * Writes several steps of a function `(carry, x, fixed) => [carry, result]` as one program, whose arguments are what is carried, what each
 * step is given, and what all of them are given; else like {@link toOnnxProgram}.
 */
export function toOnnxLoop(
  fn: (...args: never[]) => unknown,
  [carry, xs, fixed]: readonly [Tree, readonly Tree[], Tree],
): OnnxProgram {
  const traced = trace(fn, [carry, xs[0], fixed]);
  const [carried, own, same] = [carry, xs[0], fixed].map((part) => tree.leaves(part as never).length);
  return finish(traced, (consts) =>
    writeLoop(traced.program, consts, { carried, own, fixed: same }, xs.length),
  );
}

/** Frees the constants of a trace that can't be written. */
export function finish({ consts, treedef }: Traced, write: (consts: Value[]) => Written): OnnxProgram {
  try {
    return { ...write(valuesOf(consts)), consts, treedef };
  } catch (error) {
    for (const constant of consts) constant.dispose();
    throw error;
  }
}

/**
 * Returns all inputs of a program, at the places that `fed` speaks of: its constants, the leaves of the arguments, and what the engine
 * draws from the random keys among them. Constants and arguments are as they were; what is drawn is the caller's.
 */
export function programInputs(
  { consts, draws }: OnnxProgram,
  leaves: readonly (np.Array | number)[],
): (np.Array | number)[] {
  const inputs = [...consts, ...leaves];
  for (const places of draws?.runs ?? []) {
    const keys = places.map((i) => shared(inputs[i]));
    inputs.push(...eager.jit(keys, { jaxpr: draws!.jaxpr }));
  }
  return inputs;
}

function shared(x: np.Array | number): np.Array {
  return typeof x === "number" ? np.array(x) : x.ref;
}
