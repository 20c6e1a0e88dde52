import { numpy as np } from "@jax-js/jax";
import type { Tensor } from "minimand";
import { keyOf, leavesOf, mapTree } from "minimand/engine";
import { readSafetensors } from "minimand/models";
import { DataError } from "../data-error.ts";
import { discard, type Network, type Trained } from "../train/network.ts";
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
 * Returns the parameters and the state of an own model's members, from its saved weights.
 *
 * @param prefixes what the names of a member's tensors begin with
 * @throws DataError where there are others than the model has
 */
export function ownVariables(weights: Uint8Array, network: Network, prefixes: readonly string[]): Trained[] {
  const { tensors } = readSafetensors(weights);
  const known = new Set<string>();
  const members: Trained[] = [];
  try {
    for (const prefix of prefixes) members.push(memberOf(tensors, network, prefix, known));
    const unknown = Object.keys(tensors).find((name) => !known.has(name));
    if (unknown === undefined) return members;
    throw new DataError(`model.safetensors: expected the tensors of the own model, got '${unknown}' as well`);
  } catch (error) {
    members.forEach(discard);
    throw error;
  }
}

/** Adds the names of its tensors to those that are known. */
function memberOf(
  tensors: Record<string, Tensor>,
  { model }: Network,
  prefix: string,
  known: Set<string>,
): Trained {
  const { params, state } = model.init(keyOf(0));
  const read = (name: string, { shape, dtype }: np.Array): np.Array =>
    np.array(tensorOf(tensors, name, shape) as Float32Array<ArrayBuffer>, { shape }).astype(dtype);
  let next = 0;
  const replaced = (own: string, leaf: np.Array): np.Array => {
    const name = prefix + own;
    known.add(name);
    try {
      return read(name, leaf);
    } finally {
      leaf.dispose();
    }
  };
  return {
    params: replaced("params", params as np.Array),
    state: mapTree((leaf) => replaced(`state.${next++}`, leaf), state),
  };
}
