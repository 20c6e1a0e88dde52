import { numpy as np } from "@jax-js/jax";
import { mapNamed } from "../models/tree-tensors.ts";

/** Every value of a state, by name. */
export function valuesOf(state: unknown): { [name: string]: unknown } {
  const values: { [name: string]: unknown } = {};
  mapNamed(state, (leaf, name) => {
    values[name] = leaf instanceof np.Array ? [leaf.dtype, leaf.shape, [...leaf.ref.dataSync()]] : leaf;
  });
  return values;
}
