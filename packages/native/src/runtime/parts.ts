import { several as severalOf } from "../batched/several.ts";
import { splitProgram } from "../generated/find.ts";
import type { GeneratedKernels, Split } from "../generated/kernels.ts";
import { dtypeOf } from "../lower/lower.ts";
import { type Traced, trace } from "../lower/trace.ts";
import { sizeOf } from "../lower/view.ts";
import { finish, type OnnxProgram } from "../write/onnx-program.ts";
import type { ProgramOutput } from "../write/ports.ts";
import { writeProgram } from "../write/program.ts";
import { runsGenerated } from "./pass.ts";

/** A program for this machine. */
export interface Parts {
  /** What ONNX Runtime computes. */
  program: OnnxProgram;
  /** What comes after it, where that is compiled on its own. */
  ending: Ending | null;
}

export interface Ending {
  generated: GeneratedKernels;
  /** Where the program is one for several values: how many, and which of its inputs there are several of. */
  several?: { count: number; inputs: readonly boolean[] };
  /** The places that the first results of ONNX Runtime have among those of the whole. */
  kept: readonly number[];
  /** Those of the whole. */
  results: readonly ProgramOutput[];
}

export function resultsOf({ program, ending }: Parts): readonly ProgramOutput[] {
  return ending?.results ?? program.results;
}

/** A traced function, and in two parts where an end of it is faster by itself. */
export interface Pieces {
  /** Owned by whoever has the pieces. */
  traced: Traced;
  split: Split | null;
}

/** Traces a function, and looks for such an end. */
export function toPieces(fn: (...args: never[]) => unknown, args: readonly unknown[]): Pieces {
  const traced = trace(fn, args);
  return { traced, split: runsGenerated() ? splitProgram(traced.program) : null };
}

/** Writes what is not such an end as ONNX; for several values of some arguments at once, which have a new first axis then. */
export function toParts(
  { traced, split }: Pieces,
  several?: { count: number; args: readonly boolean[] },
): Parts {
  const whole = split?.head ?? traced.program;
  const inputs = several && [...traced.consts.map(() => false), ...several.args];
  const own = { ...traced, consts: traced.consts.map((c) => c.ref) };
  const written = finish(own, (consts) =>
    writeProgram(several ? severalOf(whole, inputs!, several.count) : whole, consts),
  );
  if (split === null) return { program: written, ending: null };
  const { kept, generated } = split;
  const results = new Array<ProgramOutput>(kept.length + generated.outputs.length);
  for (const [i, index] of kept.entries()) results[index] = written.results[i];
  for (const { variable, index } of generated.outputs) {
    const { shape: one, weakType } = variable.aval;
    const shape = several ? [several.count, ...one] : one;
    results[index] = {
      name: `y${index}`,
      dtype: dtypeOf(variable),
      shape,
      size: sizeOf(shape),
      weak: weakType,
    };
  }
  const ending = {
    generated,
    kept,
    results,
    ...(several && { several: { count: several.count, inputs: inputs! } }),
  };
  return { program: written, ending };
}
