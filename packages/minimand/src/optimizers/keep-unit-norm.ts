import type { numpy as np } from "@jax-js/jax";
import { rangeError } from "../engine/checks.ts";
import { disposeTree, type Tree } from "../engine/tree.ts";
import { projectUnitNorm } from "../losses/margin/directions.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * The last of a chain: sets the columns of one weight matrix to unit norm after every step.
 *
 * `u <- (p + u) / ||p + u|| - p`, column by column
 *
 * What is radial in the step is discarded, momentum included. It starts to hold with the first step, whatever the norms
 * before it; let no weight decay act on such weights.
 *
 * @param name of the weights `[features, classes]` in a tree of parameters that is an object
 * @returns a transformation that leaves all other parameters' updates as they are
 * @throws RangeError where the parameters have no matrix of that name
 * @example
 * chain(adam(1e-3), keepUnitNorm("centers"))
 * @see Pereira et al. 2021, arXiv 2102.03243, section 3
 */
export function keepUnitNorm(name: string): GradientTransformation {
  const check = (tree: Tree): void => {
    const found = (tree as { [key: string]: { ndim?: number } })[name];
    if (found?.ndim !== 2) throw rangeError("params", `an object with a matrix ${name}`, found ?? tree);
  };
  return {
    init(params) {
      check(params);
      return {};
    },
    update(updates, state, params) {
      check(params);
      const { [name]: weights, ...others } = params as { [key: string]: Tree };
      disposeTree(others);
      const all = updates as { [key: string]: Tree };
      const w = weights as np.Array;
      const moved = w.ref.add(all[name] as np.Array);
      return [{ ...all, [name]: projectUnitNorm(moved, 0).sub(w) }, state];
    },
  };
}
