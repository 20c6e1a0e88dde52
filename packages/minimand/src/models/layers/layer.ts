import type { numpy as np } from "@jax-js/jax";
import { isArrayLike, rangeError, typeError } from "../../engine/checks.ts";
import type { Tree } from "../../engine/tree.ts";
import type { Model } from "../model.ts";

/** A model that is a piece of others. Its name says in errors which one it is. */
export interface Layer extends Model {
  readonly name: string;
}

/** What a layer is that neither draws random numbers nor carries a state. */
interface PlainLayer<Params> {
  /** Consumes the key. */
  init(key: np.Array): Params;
  /** Consumes both. */
  apply(params: Params, x: np.Array): np.Array;
}

/** A layer of parameters and input alone. */
export function plainLayer<Params>(name: string, { init, apply }: PlainLayer<Params>): Layer {
  return {
    name,
    init: (key) => ({ params: init(key) as Tree, state: {} }),
    apply({ params, state }, x, { key, weights }) {
      const y = apply(params as Params, x);
      key?.dispose();
      weights?.dispose();
      return [y, state];
    },
  };
}

/** Parameters of a layer that has none. */
export function withoutParams(key: np.Array): Tree {
  key.dispose();
  return {};
}

/** Throws unless the input of a layer is a float array of the sizes that it was made for; null stands for any. */
export function checkInput(
  layer: string,
  x: np.Array,
  shape: readonly (number | null)[],
  axes: string,
): void {
  checkFloats(layer, x, axes);
  if (x.ndim === shape.length && shape.every((size, i) => size === null || size === x.shape[i])) return;
  throw rangeError(`x of ${layer}`, `shape ${axes}`, x);
}

/** Throws unless the input of a layer is a float array `[..., size]`. */
export function checkLastAxis(layer: string, x: np.Array, size: number): void {
  const axes = `[..., ${size}]`;
  checkFloats(layer, x, axes);
  if (x.ndim < 1 || x.shape[x.ndim - 1] !== size) throw rangeError(`x of ${layer}`, `shape ${axes}`, x);
}

/** Throws unless the input of a layer is a float array. */
export function checkFloats(layer: string, x: np.Array, axes: string): void {
  if (!isArrayLike(x) || !/^float/.test(x.dtype))
    throw typeError(`x of ${layer}`, `a float array ${axes}`, x);
}
