import type { numpy as np } from "@jax-js/jax";
import { disposeTree, mapTree, parameter, type Tree } from "minimand/engine";

/** `t * factor`, leaf by leaf. Consumes both. */
export function times(t: Tree, factor: np.Array): Tree {
  const scaled = mapTree((x) => x.mul(parameter(factor.ref, x)), t);
  disposeTree(factor);
  return scaled;
}

/** `a + b`, leaf by leaf. Consumes both. */
export function plus(a: Tree, b: Tree): Tree {
  return mapTree((x, y) => x.add(y), a, b);
}

/** `a - b`, leaf by leaf. Consumes both. */
export function minus(a: Tree, b: Tree): Tree {
  return mapTree((x, y) => x.sub(y), a, b);
}
