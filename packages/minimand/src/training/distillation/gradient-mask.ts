import { isArrayLike, rangeError, typeError } from "../../engine/checks.ts";
import { leavesOf, type Tree } from "../../engine/tree.ts";

/**
 * Which leaves of a tree are meant: `true` or `false` for everything below, or a mask for each part of a list or an object.
 * Parts that an object doesn't name are not meant.
 *
 * @example
 * const backboneOfMlp: GradientMask = { student: [true, true, false] };
 */
export type GradientMask = boolean | readonly GradientMask[] | { readonly [key: string]: GradientMask };

/** Whether each leaf is meant, in the order of `leavesOf(tree)`. Only looks at the tree. */
export function maskedLeaves(tree: Tree, mask: GradientMask): boolean[] {
  return (leavesOf(flags(tree, mask)) as unknown as number[]).map((flag) => flag === 1);
}

/** The tree with 1 or 0 for each leaf. */
function flags(tree: Tree, mask: GradientMask): Tree {
  if (isArrayLike(tree) || typeof tree === "number") {
    if (typeof mask !== "boolean") throw typeError("mask", "true or false for an array", mask);
    return Number(mask);
  }
  if (Array.isArray(tree)) {
    if (typeof mask === "boolean") return tree.map((part) => flags(part, mask));
    if (!Array.isArray(mask) || mask.length !== tree.length)
      throw typeError("mask", `true, false, or a list of ${tree.length} masks`, mask);
    return tree.map((part, i) => flags(part, mask[i]));
  }
  if (Array.isArray(mask)) throw typeError("mask", "true, false, or a mask for each key", mask);
  const named = mask as boolean | { readonly [key: string]: GradientMask };
  if (typeof named !== "boolean") {
    const unknown = Object.keys(named).find((key) => !(key in tree));
    if (unknown !== undefined)
      throw rangeError("mask", `keys among ${Object.keys(tree).join(", ")}`, unknown);
  }
  return Object.fromEntries(
    Object.entries(tree).map(([key, part]) => [
      key,
      flags(part, typeof named === "boolean" ? named : (named[key] ?? false)),
    ]),
  );
}
