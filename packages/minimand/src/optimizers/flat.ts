import { numpy as np } from "@jax-js/jax";
import { keyOf } from "../engine/random.ts";
import { disposeTree, leavesOf, type Tree } from "../engine/tree.ts";
import type { FlatModel } from "../models/flat.ts";
import { blocks } from "./kappa/compose.ts";
import { checkKappa, type Kappa, type KappaChoice, kappaFor, mapWithPath } from "./kappa/kappa.ts";
import type { DecayMask } from "./scale.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Calls `look` for every array of a flat model's parameters, in the order in which the vector has them. */
function eachLeaf(model: FlatModel, look: (leaf: np.Array, path: string) => void): void {
  const { params, state } = model.init(keyOf(0));
  disposeTree(state);
  const tree = model.unflatten(params as np.Array);
  const places = new Map<np.Array, string>();
  mapWithPath((path, leaf) => {
    places.set(leaf, path);
    return leaf;
  }, tree);
  for (const leaf of leavesOf(tree)) look(leaf, places.get(leaf) as string);
  disposeTree(tree);
}

/**
 * A mask of weight decay for the vector of a {@link FlatModel}, from one for the arrays that it is made of.
 *
 * @param mask yes or no for each array, such as `matricesOnly`
 * @example
 * adamw(1e-3, { mask: flatMask(flat(mlp({ inputs: 8, hidden: [64], outputs: 2 })), matricesOnly) })
 */
export function flatMask(model: FlatModel, mask: (param: np.Array) => boolean): DecayMask {
  const parts: Float32Array[] = [];
  eachLeaf(model, (leaf) => {
    parts.push(new Float32Array(leaf.size).fill(Number(mask(leaf))));
  });
  const ones = Float32Array.from(parts.flatMap((part) => [...part]));
  return (param) => np.array(ones).astype(param.dtype);
}

/**
 * A kappa for the vector of a {@link FlatModel} that sees every array in its own shape: for matrix and group norms, and
 * for norms of one layer instead of all.
 *
 * @param choice a kappa, or one for each array, as for `lionK`
 * @example
 * lionK(1e-3, { kappa: flatKappa(flat(mlp({ inputs: 8, hidden: [64], outputs: 2 })), kappa.lp(1.5)) })
 */
export function flatKappa(model: FlatModel, choice: KappaChoice): Kappa {
  checkKappa(choice);
  const parts: { shape: number[]; kappa: Kappa }[] = [];
  eachLeaf(model, (leaf, path) => {
    parts.push({ shape: leaf.shape, kappa: kappaFor(choice, leaf, path) });
  });
  return blocks(parts);
}

/**
 * A transformation for the vector of a {@link FlatModel} that sees every array in its own shape: for those that look at more than single
 * entries (`lamb`, `muon`, `adaptiveGradientClip`), and for groups of parameters.
 *
 * @param transformation whose updates are trees of the model's own parameters
 * @example
 * flatTransformation(flat(mlp({ inputs: 8, hidden: [64], outputs: 2 })), muon(0.02))
 */
export function flatTransformation(
  model: FlatModel,
  transformation: GradientTransformation,
): GradientTransformation {
  return {
    init(params) {
      const tree = model.unflatten((params as np.Array).ref);
      const state = transformation.init(tree);
      disposeTree(tree);
      return state;
    },
    update(updates, state, params) {
      const [u, p] = [updates, params].map((vector): Tree => model.unflatten(vector as np.Array));
      const [moved, next] = transformation.update(u, state, p);
      return [np.concatenate(leavesOf(moved).map((leaf) => leaf.reshape([-1]))), next];
    },
  };
}
