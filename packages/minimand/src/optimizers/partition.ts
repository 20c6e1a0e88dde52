import type { numpy as np } from "@jax-js/jax";
import { rangeError, typeError } from "../engine/checks.ts";
import { didYouMean } from "../engine/suggest.ts";
import { disposeTree, type Tree, zerosLike } from "../engine/tree.ts";
import { mapWithPath } from "./kappa/kappa.ts";
import type { GradientTransformation } from "./transformation.ts";

/** What names a group: the array's shape (its values may be traced), and its path such as `layers.0.weight`. */
export type GroupOf = (param: np.Array, path: string) => string;

type Group = { [path: string]: Tree };

/**
 * Parameter groups: each array goes through the transformation of its group.
 *
 * A transformation sees the arrays of its group as an object by path, so that norms over "all" parameters (`clipByGlobalNorm`) are
 * over the group. A flat model's parameters are one array: see `flatTransformation`.
 *
 * @param transformations by name of the group; `setToZero()` freezes one
 * @param groupOf the name for an array; paths are keys and positions joined by dots
 * @throws RangeError for a name that is no group's, when the optimizer is started
 * @example
 * const groups = { head: adamw(1e-2), body: adamw(1e-4), frozen: setToZero() };
 * partition(groups, (_, path) => (path.startsWith("layers.0") ? "frozen" : path.startsWith("layers.3") ? "head" : "body"))
 * @see optax.partition, torch.optim's parameter groups
 */
export function partition(
  transformations: Readonly<Record<string, GradientTransformation>>,
  groupOf: GroupOf,
): GradientTransformation {
  const names = Object.keys(transformations);
  for (const name of names) {
    if (typeof transformations[name]?.update !== "function")
      throw typeError(`transformations.${name}`, "a gradient transformation", transformations[name]);
  }
  if (typeof groupOf !== "function") throw typeError("groupOf", "a function", groupOf);
  const nameOf = (param: np.Array, path: string): string => {
    const name = groupOf(param, path);
    if (names.includes(name)) return name;
    const expected = `one of ${names.map((n) => JSON.stringify(n)).join(", ")}`;
    const { message } = rangeError(`group of ${JSON.stringify(path)}`, expected, name);
    throw new RangeError(`${message}${didYouMean(String(name), names)}`);
  };
  /** The arrays of each group that has any, by the place of `like` in the tree. */
  const split = (tree: Tree, like: Tree): { [name: string]: Group } => {
    const groups: { [name: string]: Group } = {};
    mapWithPath(
      (path, param, leaf) => {
        const name = nameOf(param, path);
        groups[name] ??= {};
        groups[name][path] = leaf;
        return leaf;
      },
      like,
      tree,
    );
    return groups;
  };
  return {
    init(params) {
      const groups = split(params, params);
      const used = names.filter((name) => name in groups);
      return Object.fromEntries(used.map((name) => [name, transformations[name].init(groups[name])]));
    },
    update(updates, state, params) {
      const states = state as { [name: string]: Tree };
      const [ofUpdates, ofParams] = [split(updates, params), split(params, params)];
      const next: { [name: string]: Tree } = {};
      const found: { [name: string]: Group } = {};
      for (const name of Object.keys(states)) {
        const [group, after] = transformations[name].update(ofUpdates[name], states[name], ofParams[name]);
        found[name] = group as Group;
        next[name] = after;
      }
      return [mapWithPath((path, param) => found[nameOf(param, path)][path] as np.Array, params), next];
    },
  };
}

/**
 * A transformation of some arrays alone. The updates of the others go on as they came: in a chain that ends with a learning rate they
 * are steps along the gradient. To freeze them use {@link partition} with {@link setToZero}.
 *
 * @param mask whether an array goes through the transformation; paths are keys and positions joined by dots
 * @example
 * chain(masked(adaptiveGradientClip(0.01), (_, path) => !path.startsWith("layers.3")), sgd(0.1)) // all but the last layer
 * @see optax.masked
 */
export function masked(
  transformation: GradientTransformation,
  mask: (param: np.Array, path: string) => boolean,
): GradientTransformation {
  const groups = { masked: transformation, passed: passed() };
  return partition(groups, (param, path) => (mask(param, path) ? "masked" : "passed"));
}

function passed(): GradientTransformation {
  return {
    init: () => ({}),
    update(updates, state, params) {
      disposeTree(params);
      return [updates, state];
    },
  };
}

/**
 * No step at all, for parameters that are to stay as they are.
 *
 * @example
 * partition({ body: setToZero(), head: adam(1e-3) }, (_, path) => (path.startsWith("head") ? "head" : "body"))
 * @see optax.set_to_zero
 */
export function setToZero(): GradientTransformation {
  return {
    init: () => ({}),
    update(updates, state, params) {
      disposeTree(params);
      const zeros = zerosLike(updates);
      disposeTree(updates);
      return [zeros, state];
    },
  };
}
