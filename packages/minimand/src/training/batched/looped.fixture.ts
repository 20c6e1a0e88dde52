import { numpy as np } from "@jax-js/jax";
import { type Compile, compileWithJit } from "../../engine/compile.ts";
import { disposeTree, leavesOf, mapTree, refTree, type Tree } from "../../engine/tree.ts";

/** The engine's `jit` with a `together` that takes the several apart, runs one after the other and joins what they give. */
export function loopedCompiler({
  admits = () => true,
}: {
  admits?: () => boolean;
} = {}): Compile & { counts: number[] } {
  const counts: number[] = [];
  const at = (tree: Tree, i: number): Tree =>
    mapTree((x) => {
      const size = x.size / x.shape[0];
      const part = (x.ref.dataSync() as Float32Array).slice(i * size, (i + 1) * size);
      return np.array(part, { shape: x.shape.slice(1), dtype: x.dtype });
    }, tree);
  const joined = <T extends Tree>([first, ...rest]: T[]): T =>
    mapTree((...leaves) => np.stack(leaves), first, ...rest);
  const together: Compile["together"] = (f) => {
    const program = compileWithJit(f);
    const run: ReturnType<NonNullable<Compile["together"]>> = Object.assign(
      (carry: never, xs: never[], fixed: never) => {
        if (!admits()) return null;
        const [{ shape }] = leavesOf(carry);
        counts.push(shape[0]);
        const ends = Array.from({ length: shape[0] }, (_, i) => {
          let current = at(carry, i);
          const told = xs.map((x) => {
            const [next, tells] = program(current as never, refTree(x), at(fixed, i) as never);
            current = next;
            return tells;
          });
          return { current, told };
        });
        disposeTree([carry, ...xs, fixed]);
        return [
          joined(ends.map(({ current }) => current)),
          joined(xs.map((_, step) => joined(ends.map(({ told }) => told[step])))),
        ];
      },
      { dispose: () => program.dispose() },
    ) as never;
    return run as never;
  };
  const single: Compile = (f) => compileWithJit(f);
  return Object.assign(single, { together, counts });
}
