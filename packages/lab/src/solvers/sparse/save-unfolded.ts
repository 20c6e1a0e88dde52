import type { numpy as np } from "@jax-js/jax";
import { disposeTree, keyOf, rangeError, readOptions, typeError } from "minimand/engine";
import { readSummed, writeSummed } from "minimand/internals";
import type { Tensor } from "minimand/models";
import { tensorsOf, treeOf } from "minimand/models";
import type { Unfolded } from "./unfold.ts";

const format = "minimand.unfolded/1";

/**
 * Saves the parameters of an unfolded network as the bytes of a safetensors file, with the system that they were trained for: `params.NAME`
 * and `system.NAME`. A CRC-32 of the file is in it.
 *
 * @param params as of {@link trainUnfolded}; kept
 * @returns the bytes
 * @throws TypeError for what is no unfolded network
 * @example
 * await writeFile("steps.safetensors", await saveUnfolded(network, params))
 * @see https://github.com/huggingface/safetensors, section "Format"
 */
export async function saveUnfolded(
  network: Unfolded,
  params: { [name: string]: np.Array },
): Promise<Uint8Array> {
  if (typeof network?.trajectory !== "function") throw typeError("network", "an unfolded network", network);
  const { name, system } = network.iteration;
  const tensors = { ...(await tensorsOf({ params })), ...under("system", system) };
  return writeSummed(format, tensors, { iteration: name, layers: String(network.layers) });
}

/**
 * Reads the parameters that {@link saveUnfolded} has written, for a network of the same iteration and layers. Steps that were learnt for
 * one system are of little use with another: where the network's own system is not the one that was saved, `warn` is called.
 *
 * @param bytes of the whole file
 * @param options `warn`: default `console.warn`
 * @returns the parameters, which the caller owns
 * @throws RangeError, TypeError in one line for bytes that are cut off, changed, damaged or no such file, those of another iteration or
 *   number of layers, numbers that aren't finite, and an unknown option
 * @example
 * const params = loadUnfolded(network, await readFile("steps.safetensors"))
 */
export function loadUnfolded(
  network: Unfolded,
  bytes: Uint8Array,
  options: { warn?: (message: string) => void } = {},
): { [name: string]: np.Array } {
  const { warn } = readOptions("loadUnfolded", options, { warn: [console.warn] });
  if (typeof network?.trajectory !== "function") throw typeError("network", "an unfolded network", network);
  const { tensors, metadata } = readSummed("parameters", format, bytes, { finite: true });
  const { name, system } = network.iteration;
  if (metadata.iteration !== name) throw rangeError("parameters", `those of "${name}"`, metadata.iteration);
  if (metadata.layers !== String(network.layers))
    throw rangeError("parameters", `those of ${network.layers} layers`, Number(metadata.layers));
  const part = (of: string): Record<string, Tensor> =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(`${of}.`))
        .map(([name, tensor]) => [name.slice(of.length + 1), tensor]),
    );
  const like = network.init(keyOf(0));
  try {
    const params = treeOf(part("params"), like.params as { [name: string]: np.Array });
    const saved = part("system");
    const differing = [...new Set([...Object.keys(system), ...Object.keys(saved)])].filter(
      (own) => !isSame(system[own], saved[own]),
    );
    if (differing.length > 0)
      warn(
        `parameters: expected those of this system, got those of another one, whose ${differing.join(", ")} ${
          differing.length > 1 ? "differ" : "differs"
        }; train anew`,
      );
    return params;
  } finally {
    disposeTree([like.params, like.state]);
  }
}

const under = (of: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${of}.${name}`, tensor]));

/** Whether two tensors hold the same numbers, up to rounding to float32. */
function isSame(a: Tensor | undefined, b: Tensor | undefined): boolean {
  if (a === undefined || b === undefined || a.shape.join() !== b.shape.join()) return false;
  const largest = (a.data as Float64Array).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  return (a.data as Float64Array).every((v, i) => Math.abs(v - b.data[i]) <= 1e-6 * largest);
}
