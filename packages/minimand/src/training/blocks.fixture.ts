import { numpy as np } from "@jax-js/jax";
import { type Compile, compileWithJit, type Loop } from "../engine/compile.ts";
import { mapTree, refTree, type Tree } from "../engine/tree.ts";

/** A compiler whose loops make their steps one by one and stack what they give; `admits` is asked before each block. */
export function compilerOfBlocks(admits: () => boolean): Compile {
  const loop = <C extends Tree, X extends Tree, F extends Tree, R extends Tree>(
    f: (carry: C, x: X, fixed: F) => [C, R],
  ): Loop<C, X, F, R> => {
    const program = compileWithJit(f);
    const run = (carry: C, xs: X[], fixed: F): [C, R] | null => {
      if (!admits()) return null;
      let current = carry;
      const results = xs.map((x) => {
        const [next, result] = program(current, x, refTree(fixed));
        current = next;
        return result;
      });
      const [first, ...rest] = results;
      return [current, mapTree((...leaves) => np.stack(leaves), first, ...rest)];
    };
    return Object.assign(run, { dispose: () => program.dispose() });
  };
  const single: Compile = (f) => compileWithJit(f);
  return Object.assign(single, { loop });
}
