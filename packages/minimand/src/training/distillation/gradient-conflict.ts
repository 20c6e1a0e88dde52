import { numpy as np } from "@jax-js/jax";
import { type Compile, compileWithJit } from "../../engine/compile.ts";
import { differentiate } from "../../engine/differentiate.ts";
import { readOptions } from "../../engine/options.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import { innerProduct } from "./align-gradients.ts";
import { type GradientMask, maskedLeaves } from "./gradient-mask.ts";

/** How two losses are compared, see {@link gradientConflict}. */
export interface GradientConflictOptions<Data extends Tree> {
  /** Scalars of the parameters and of data; traced. */
  primary: (params: Tree, data: Data) => np.Array;
  auxiliary: (params: Tree, data: Data) => np.Array;
  /** Parts of the parameters, by name. */
  groups: { readonly [name: string]: GradientMask };
  /** Default: the engine's `jit`. */
  compile?: Compile;
}

/**
 * A compiled report of how two losses pull at each group of parameters: the cosine of their gradients,
 * `<g1, g2> / (|g1| |g2|)`. Below 0 they conflict.
 *
 * @param options the two losses, and the groups as masks of the parameter tree
 * @returns `(params, data) => Promise<{ [group]: cosine }>`, which consumes both; null for a group that one of the losses doesn't reach.
 * Make it once and call it often; `dispose()` frees the program.
 * @throws TypeError, RangeError at the first call where a mask doesn't fit the parameters
 * @example
 * gradientConflict({ primary, auxiliary, groups: { backbone: [true, true, false], head: [false, false, true] } })
 * @see Yang et al. 2024, arXiv 2411.08937, section 3 (the conflict on a shared head)
 */
export function gradientConflict<Data extends Tree>(
  options: GradientConflictOptions<Data>,
): ((params: Tree, data: Data) => Promise<{ [group: string]: number | null }>) & { dispose(): void } {
  const { primary, auxiliary, groups, compile } = readOptions("gradientConflict", options, {
    primary: true,
    auxiliary: true,
    groups: true,
    compile: [compileWithJit],
  });
  const names = Object.keys(groups);
  const gradientOf = (loss: (params: Tree, data: Data) => np.Array) =>
    differentiate<Tree, [Data], Tree>((params, data) => [loss(params, data), []]);
  const [first, second] = [gradientOf(primary), gradientOf(auxiliary)];
  const program = compile((one: np.Array, params: Tree, data: Data): np.Array => {
    const [[valueA], a] = first(one.ref, refTree(params), refTree(data));
    const [[valueB], b] = second(one, params, data);
    disposeTree([valueA, valueB]);
    const parts = names.flatMap((name) => {
      const inScope = maskedLeaves(a, groups[name]);
      const product = (left: Tree, right: Tree) => innerProduct(refTree(left), refTree(right), inScope);
      return [product(a, b), product(a, a), product(b, b)];
    });
    disposeTree([a, b]);
    return np.stack(parts);
  });
  const report = async (params: Tree, data: Data): Promise<{ [group: string]: number | null }> => {
    const sums = await program(1 as never, params, data).data();
    return Object.fromEntries(
      names.map((name, i) => {
        const [dot, a, b] = sums.subarray(3 * i, 3 * i + 3);
        return [name, a > 0 && b > 0 ? dot / Math.sqrt(a * b) : null];
      }),
    );
  };
  return Object.assign(report, { dispose: () => program.dispose() });
}
