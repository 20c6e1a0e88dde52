import { tree } from "@jax-js/jax";

/** Gives out names that are not taken yet: as wanted, or with as many `_` behind as that needs. */
export function freshNames(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    while (taken.has(name)) name += "_";
    taken.add(name);
    return name;
  };
}

/**
 * Returns names of the leaves of a tree, in the engine's order, by their path: `layers.0.weight`.
 *
 * @param root the name of a tree that is a single leaf, put before paths that start with a position in a list
 */
export function leafNames(structure: tree.JsTreeDef, count: number, root: string): string[] {
  const names: string[] = [];
  const walk = (node: unknown, path: readonly string[]): void => {
    if (typeof node !== "number") {
      for (const [key, child] of Object.entries(node as object)) walk(child, [...path, key]);
      return;
    }
    const bare = path.length === 0 || /^\d+$/.test(path[0]);
    names[node] = (bare ? [root, ...path] : path).join(".");
  };
  walk(tree.unflatten(structure, Array.from({ length: count }, (_, i) => i) as never), []);
  return names;
}
