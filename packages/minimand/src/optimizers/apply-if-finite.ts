import { numpy as np } from "@jax-js/jax";
import { leavesOf, mapTree, refTree, type Tree } from "../engine/tree.ts";
import { choose } from "./accumulate-gradients.ts";
import { zeroCount } from "./moments.ts";
import type { GradientTransformation } from "./transformation.ts";

/**
 * Skips steps whose gradients are not finite: where one entry is NaN or infinite, nothing moves, and the transformation's state stays
 * what it was.
 *
 * State: that of the transformation as `inner`, and how many steps were skipped as `skipped`, a 0-d array. A loss that is not finite
 * itself ends `fit` all the same.
 *
 * @param transformation usually a whole optimizer
 * @example
 * applyIfFinite(chain(clipByGlobalNorm(1), adamw(1e-3)))
 * @see optax.apply_if_finite
 */
export function applyIfFinite(transformation: GradientTransformation): GradientTransformation {
  return {
    init: (params) => ({ skipped: zeroCount(), inner: transformation.init(params) }),
    update(updates, state, params) {
      const s = state as { skipped: np.Array; inner: Tree };
      const finite = allFinite(updates);
      const [step, inner] = transformation.update(updates, refTree(s.inner), params);
      const made = mapTree((u) => np.where(finite.ref, u, 0), step);
      const skipped = s.skipped.add(np.where(finite.ref, 0, 1));
      const next = { skipped, inner: choose(finite, inner, s.inner) };
      finite.dispose();
      return [made, next];
    },
  };
}

/** Whether all entries are finite, a 0-d boolean. Looks at the tree. */
function allFinite(tree: Tree): np.Array {
  return leavesOf(tree)
    .map((x) => np.max(np.where(np.abs(x.ref).less(Number.POSITIVE_INFINITY), 0, 1)))
    .reduce((a, b) => np.maximum(a, b))
    .equal(0);
}
