import type { Tree } from "../engine/tree.ts";
import { mapTree, refTree } from "../engine/tree.ts";

/**
 * A gradient transformation in the sense of optax. `init` looks at the parameters; `update` consumes its arguments
 * and returns the updates to *add* to the parameters, and the next state.
 */
export interface GradientTransformation {
  init(params: Tree): Tree;
  update(updates: Tree, state: Tree, params: Tree): [Tree, Tree];
}

/**
 * Applies several transformations one after another.
 *
 * @example
 * chain(clipByGlobalNorm(1), sgd(0.1))
 */
export function chain(...transformations: GradientTransformation[]): GradientTransformation {
  return {
    init: (params) => transformations.map((t) => t.init(params)),
    update(updates, state, params) {
      const states = state as Tree[];
      const next: Tree[] = [];
      let current = updates;
      transformations.forEach((t, i) => {
        const last = i === transformations.length - 1;
        [current, next[i]] = t.update(current, states[i], last ? params : refTree(params));
      });
      return [current, next];
    },
  };
}

/** Adds updates to parameters. Consumes both. */
export function applyUpdates<T extends Tree>(params: T, updates: Tree): T {
  return mapTree((p, u) => p.add(u), params, updates);
}
