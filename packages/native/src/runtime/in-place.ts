import { type GeneratedKernels, isNumber } from "../generated/kernels.ts";
import { loopsOf } from "../generated/loops.ts";
import type { Variable } from "../lower/lower.ts";

/**
 * Maps outputs of generated kernels, by their places, to the inputs of the program whose memory they may take. These are inputs of the same
 * kind that are read in the same loop, at each place before it is written, and nowhere later.
 */
export function inPlace({ inputs, equations, outputs }: GeneratedKernels): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const pair = (read: typeof inputs, written: typeof outputs): void => {
    const left = read.filter(({ of }) => of === "program");
    for (const { variable, index } of written) {
      const found = left.findIndex((input) => kindOf(input.variable) === kindOf(variable));
      if (found < 0) continue;
      pairs.set(index, left[found].index);
      left.splice(found, 1);
    }
  };
  // All numbers are read before any is written.
  pair(
    inputs.filter(({ variable }) => isNumber(variable)),
    outputs.filter(({ variable }) => isNumber(variable)),
  );
  for (const loop of loopsOf(equations)) {
    const read = new Set(loop.flatMap((eqn) => eqn.inputs));
    const made = new Set(loop.flatMap((eqn) => eqn.outBinders));
    pair(
      inputs.filter(({ variable }) => read.has(variable) && !isNumber(variable)),
      outputs.filter(({ variable }) => made.has(variable)),
    );
  }
  return pairs;
}

const kindOf = ({ aval: { dtype, shape, weakType } }: Variable): string =>
  `${dtype} ${shape.reduce((a, b) => a * b, 1)} ${weakType}`;
