import { numpy as np } from "@jax-js/jax";
import { rangeError } from "../../engine/checks.ts";
import { smallestNormal } from "../../engine/numerics.ts";
import { readOptions } from "../../engine/options.ts";
import { leavesOf, mapTree, refTree, type Tree } from "../../engine/tree.ts";
import { type GradientMask, maskedLeaves } from "./gradient-mask.ts";

/** What {@link alignGradients} gives. */
export interface AlignedGradients {
  /** The gradient to descend along, a tree as the two given. */
  merged: Tree;
  /** Inner product of the two over the scope, a 0-d array. */
  dot: np.Array;
  /** 1 where the auxiliary gradient was projected, else 0. */
  conflict: np.Array;
}

/**
 * Gradient alignment: the auxiliary gradient loses what opposes the primary one, which is never changed.
 *
 * `merged = g1 + g2` where `<g1, g2> >= 0`, else `g1 + g2 - (<g1, g2> / |g1|^2) g1`, with all leaves of the scope
 * flattened together; so `<merged - g1, g1> >= 0` over the scope. Where `g1` is 0, or so small that its square isn't a normal
 * number of float32 (a norm below 1.1e-19), nothing is projected.
 *
 * With the scope `"all"` of the authors' code a conflict in a shared backbone also scales the step of a head that only the
 * primary loss reaches, by `1 + |<g1, g2>| / |g1|^2`; a mask of the backbone leaves such a head alone.
 *
 * @param primary gradient tree, zeros where its loss doesn't reach
 * @param auxiliary gradient tree of the same structure and shapes
 * @param options `scope`: `"all"` (default) or a mask; leaves outside of it are just added
 * @returns `merged`, `dot`, `conflict`. Consumes both trees.
 * @throws RangeError where the trees differ, TypeError where the mask doesn't fit the tree
 * @example
 * alignGradients({ w: np.array([1, 0]) }, { w: np.array([-1, 2]) }).merged // { w: [1, 2] }
 * @see Yang et al. 2024, arXiv 2411.08937, section 4; official code, `OptimGradAlign`
 */
export function alignGradients(
  primary: Tree,
  auxiliary: Tree,
  options: { scope?: "all" | GradientMask } = {},
): AlignedGradients {
  const { scope } = readOptions("alignGradients", options, { scope: ["all"] });
  const inScope = maskedLeaves(primary, scope === "all" ? true : scope);
  checkSameShapes(primary, auxiliary);
  const [dot, square] = [auxiliary, primary].map((other) =>
    innerProduct(refTree(primary), refTree(other), inScope),
  );
  const conflicting = dot.ref.less(0).mul(square.ref.greaterEqual(smallestNormal));
  const coefficient = np.where(conflicting.ref, dot.ref.div(np.where(conflicting.ref, square, 1)), 0);
  const flags = [...inScope];
  const merged = mapTree(
    (g1, g2) => (flags.shift() ? g1.ref.add(g2).sub(g1.mul(coefficient.ref)) : g1.add(g2)),
    primary,
    auxiliary,
  );
  coefficient.dispose();
  const conflict = np.where(conflicting, np.array(1, { dtype: dot.dtype }), 0);
  return { merged, dot, conflict };
}

/** `<a, b>` over the leaves in scope. Consumes both trees. */
export function innerProduct(a: Tree, b: Tree, inScope: readonly boolean[]): np.Array {
  const [left, right] = [leavesOf(a), leavesOf(b)];
  let sum: np.Array | undefined;
  inScope.forEach((meant, i) => {
    if (!meant) {
      left[i].dispose();
      right[i].dispose();
      return;
    }
    const part = left[i].mul(right[i]).sum();
    sum = sum === undefined ? part : sum.add(part);
  });
  return sum ?? np.array(0, { dtype: np.float32 });
}

function checkSameShapes(primary: Tree, auxiliary: Tree): void {
  const [a, b] = [leavesOf(primary), leavesOf(auxiliary)];
  if (a.length !== b.length) throw rangeError("auxiliary", `a tree of ${a.length} arrays`, b.length);
  a.forEach((leaf, i) => {
    if (leaf.shape.join() !== b[i].shape.join())
      throw rangeError("auxiliary", `an array of shape [${leaf.shape.join(", ")}]`, b[i]);
  });
}
