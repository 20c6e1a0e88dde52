import { numpy as np } from "@jax-js/jax";
import type { Tensor } from "minimand";
import { keyOf, leavesOf, mapTree } from "minimand/engine";
import { readSafetensors } from "minimand/models";
import { DataError } from "../data-error.ts";
import type { Network, Trained } from "../train/network.ts";
import { tensorOf } from "./tensor-of.ts";

/** Returns the parameters of an own model as one vector, and what its state holds, leaf by leaf. Looks only. */
export function ownTensors({ params, state }: Trained): Record<string, Tensor> {
  const tensor = (leaf: np.Array): Tensor => ({
    shape: leaf.shape,
    data: Float32Array.from(leaf.ref.dataSync()),
  });
  const states = leavesOf(state).map((leaf, i) => [`state.${i}`, tensor(leaf)]);
  return { params: tensor(params as np.Array), ...Object.fromEntries(states) };
}

/**
 * Returns the parameters and the state of an own model, from its saved weights.
 *
 * @throws DataError where there are others than the model has
 */
export function ownVariables(weights: Uint8Array, { model }: Network): Trained {
  const { tensors } = readSafetensors(weights);
  const { params, state } = model.init(keyOf(0));
  const read = (name: string, { shape, dtype }: np.Array): np.Array =>
    np.array(tensorOf(tensors, name, shape) as Float32Array<ArrayBuffer>, { shape }).astype(dtype);
  const names = leavesOf(state).map((_, i) => `state.${i}`);
  const unknown = Object.keys(tensors).find((name) => name !== "params" && !names.includes(name));
  if (unknown !== undefined)
    throw new DataError(`model.safetensors: expected the tensors of the own model, got '${unknown}' as well`);
  let next = 0;
  const replaced = (name: string, leaf: np.Array): np.Array => {
    try {
      return read(name, leaf);
    } finally {
      leaf.dispose();
    }
  };
  return {
    params: replaced("params", params as np.Array),
    state: mapTree((leaf) => replaced(names[next++], leaf), state),
  };
}
