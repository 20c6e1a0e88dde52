import type { Tree } from "minimand/engine";
import { dtypeOf } from "../lower/lower.ts";
import { trace } from "../lower/trace.ts";
import { sizeOf } from "../lower/view.ts";
import { splitTail } from "../tail/find.ts";
import type { Tail } from "../tail/tail.ts";
import { finish, type OnnxProgram } from "../write/onnx-program.ts";
import type { ProgramOutput } from "../write/ports.ts";
import { writeProgram } from "../write/program.ts";
import { runsTails } from "./pass.ts";

/** A program for this machine. */
export interface Parts {
  /** What ONNX Runtime computes. */
  program: OnnxProgram;
  /** What comes after it, where that is compiled on its own. */
  ending: Ending | null;
}

export interface Ending {
  tail: Tail;
  /** The places that the first results of ONNX Runtime have among those of the whole. */
  kept: readonly number[];
  /** Those of the whole. */
  results: readonly ProgramOutput[];
}

export function resultsOf({ program, ending }: Parts): readonly ProgramOutput[] {
  return ending?.results ?? program.results;
}

/** Traces a function and writes it as ONNX, but for an end that is faster by itself. */
export function toParts(fn: (...args: never[]) => unknown, args: readonly Tree[]): Parts {
  const traced = trace(fn, args);
  const split = runsTails() ? splitTail(traced.program) : null;
  const program = split?.head ?? traced.program;
  const written = finish(traced, (consts) => writeProgram(program, consts));
  if (split === null) return { program: written, ending: null };
  const { kept, tail } = split;
  const results = new Array<ProgramOutput>(kept.length + tail.outputs.length);
  for (const [i, index] of kept.entries()) results[index] = written.results[i];
  for (const { variable, index } of tail.outputs) {
    const { shape, weakType } = variable.aval;
    results[index] = {
      name: `y${index}`,
      dtype: dtypeOf(variable),
      shape,
      size: sizeOf(shape),
      weak: weakType,
    };
  }
  return { program: written, ending: { tail, kept, results } };
}
