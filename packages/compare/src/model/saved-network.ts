import { numpy as np } from "@jax-js/jax";
import type { Tensor } from "minimand";
import { leavesOf, rangeError, type Tree } from "minimand/engine";
import { readSafetensors, weightRows } from "minimand/models";
import type { OwnModel } from "../plan/own-parts.ts";
import { outputsFor } from "../task.ts";
import { makeNetwork, type Network, type Trained } from "../train/network.ts";
import { makeNetworkOf } from "../train/own-network.ts";
import type { NetworkDescription, SavedNetwork } from "./description.ts";
import { ownVariables } from "./own-weights.ts";
import { taskOfKept } from "./reward.ts";
import { tensorOf } from "./tensor-of.ts";

/** A network, and the parameters of each member of a kept model; both are the caller's. */
export interface BuiltNetwork {
  network: Network;
  members: Trained[];
}

/** Returns what the names of a member's tensors begin with; nothing for the only one. */
export function prefixOf(member: number, members: number): string {
  return members === 1 ? "" : `members.${member}.`;
}

/** Returns the network of a kept model of layers. */
export function builtNetwork(model: SavedNetwork): BuiltNetwork {
  const { description } = model;
  const all = savedLayers(model);
  const sizes = sizesOf(description);
  const { hidden, head } = description.network;
  const { task, classes } = description;
  const network = makeNetwork(sizes[0], taskOfKept(task), classes.length, { model: "mlp", hidden, head });
  // The engine decides the order of the leaves of a tree; the checks above need no array that could leak.
  const members = all.map((layers): Trained => {
    const flat = layers.map(({ weight, bias }, i) => ({
      weight: vector(weight, weightRows(sizes[i]) * sizes[i + 1]),
      ...(bias !== undefined && { bias: vector(bias, bias.length) }),
    }));
    return { params: np.concatenate(leavesOf(flat)), state: {} };
  });
  return { network, members };
}

/**
 * Returns the network of a kept model that is one's own, with the parameters and state of each member.
 *
 * @throws RangeError where it is another one; DataError where the weights are not such a model's
 */
export function networkOfOwn({ description, weights }: SavedNetwork, own: OwnModel): BuiltNetwork {
  const { encoder, task, classes, network: saved } = description;
  if (saved.own?.id !== own.id) throw rangeError("model", `the own model ${saved.own?.id ?? "none"}`, own.id);
  const network = makeNetworkOf(own, encoder.inputs, taskOfKept(task), classes.length, {
    model: "own",
    hidden: [],
  });
  return { network, members: ownVariables(weights, network, prefixesOf(description)) };
}

const prefixesOf = ({ network: { members = 1 } }: NetworkDescription): string[] =>
  Array.from({ length: members }, (_, member) => prefixOf(member, members));

/** Throws a DataError where the weights are not those of the description. */
export function checkNetwork(model: SavedNetwork): void {
  if (model.description.network.own === undefined) savedLayers(model);
  else {
    const { tensors } = readSafetensors(model.weights);
    for (const prefix of prefixesOf(model.description)) tensorOf(tensors, `${prefix}params`);
  }
}

/**
 * Returns weights `[inputs, outputs]` (row-major) and biases of the members of a kept model, layer by layer; the last layer of a cosine head
 * has no bias.
 *
 * @throws DataError where description and weights don't fit together, or a weight is no finite number
 */
export function savedLayers({
  description,
  weights,
}: SavedNetwork): { weight: Float32Array; bias?: Float32Array }[][] {
  const { own } = description.network;
  if (own !== undefined) throw rangeError("model", `the own model ${own.id} with it`, undefined);
  const sizes = sizesOf(description);
  const { tensors } = readSafetensors(weights);
  return prefixesOf(description).map((prefix) =>
    sizes.slice(1).map((size, i) => ({
      weight: tensorOf(tensors, `${prefix}layers.${i}.weight`, [sizes[i], size]),
      ...((i < sizes.length - 2 || description.network.head !== "cosine") && {
        bias: tensorOf(tensors, `${prefix}layers.${i}.bias`, [size]),
      }),
    })),
  );
}

/** Widths of a kept model's layers, inputs and outputs included. */
export function sizesOf({ task, classes, encoder, network }: NetworkDescription): number[] {
  return [encoder.inputs, ...network.hidden, outputsFor(task, classes.length)];
}

/** The values as an array of the engine, filled up with zeros to a length. */
function vector(values: Float32Array, length: number): np.Array {
  const filled = new Float32Array(length);
  filled.set(values);
  return np.array(filled);
}

/** Returns weights and biases of a network of layers, without what the engine fills them up with. Looks only. */
export function layerTensors(
  network: Network,
  { params }: Trained,
  sizes: readonly number[],
): Record<string, Tensor> {
  const layers = network.model.unflatten((params as np.Array).ref) as { [name: string]: Tree }[];
  const tensors: Record<string, Tensor> = {};
  for (const [i, layer] of layers.entries()) {
    for (const [name, value] of Object.entries(layer)) {
      const shape = name === "weight" ? [sizes[i], sizes[i + 1]] : [sizes[i + 1]];
      const data = Float32Array.from((value as np.Array).dataSync());
      // Rows beyond the inputs are a matter of the engine's layout, not of the model.
      const size = shape.reduce((a, b) => a * b, 1);
      tensors[`layers.${i}.${name}`] = { shape, data: data.subarray(0, size) };
    }
  }
  return tensors;
}
