import { type Compile, derive, disposeTree, type Tree } from "minimand/engine";
import type { OwnModel } from "../../plan/own-parts.ts";
import type { Rows } from "../../train/fold.ts";
import type { BitSettings } from "../../train/quantization/bit-settings.ts";
import { makeQuantiser, type Quantised } from "../../train/quantization/quantiser.ts";
import type { SavedNetwork } from "../description.ts";
import { layersOfModel } from "./layers-of-model.ts";
import { metadataOf } from "./metadata.ts";
import { noOnnxOf, tableOf } from "./onnx-of.ts";

/** How models are quantised, in addition to the settings. */
export interface QuantisingModel {
  own?: OwnModel | undefined;
  compile?: Compile | undefined;
  signal: AbortSignal;
  /** Called after each epoch of fine-tuning, of all widths; where numbers are only rounded, after each width. */
  onEpoch?: ((done: number, total: number) => void) | undefined;
}

/** What holds the codes of weights in a file: two codes a byte where there are no wider ones. */
export type Container = "int8" | "int4";

/** Returns the default container of codes of a given width. */
export const usualContainer = (bits: number): Container => (bits <= 4 ? "int4" : "int8");

/**
 * Returns a kept network in one width after the other.
 *
 * @param rows encoded as the model reads them; step sizes are found on them
 * @param use is given each width, which is gone after it
 */
export async function eachWidth<T>(
  model: SavedNetwork,
  rows: Rows,
  settings: readonly BitSettings[],
  { own, compile, signal, onEpoch }: QuantisingModel,
  use: (quantised: Quantised, settings: BitSettings) => Promise<T>,
): Promise<T[]> {
  const { task } = model.description;
  const { pieces, variables } = layersOfModel(model, own);
  try {
    const found: T[] = [];
    for (const [i, one] of settings.entries()) {
      // Rounding alone leaves no other moment in which Ctrl-C is heard.
      await breath();
      const quantiser = makeQuantiser(pieces, one, { task, compile });
      try {
        const quantised = await quantiser.quantise(variables, rows, {
          seed: derive(0, rows.rows, one.bits),
          signal,
          onEpoch: (done, total) => onEpoch?.(i * total + done, settings.length * total),
        });
        try {
          found.push(await use(quantised, one));
        } finally {
          quantised.dispose();
        }
      } finally {
        quantiser.dispose();
      }
    }
    return found;
  } finally {
    disposeTree([variables.params, variables.state] as Tree);
  }
}

/** Returns the ONNX file of a quantised model; null where what it reads has no like in ONNX. */
export async function quantisedOnnx(
  { description }: SavedNetwork,
  { network, variables, configs }: Quantised,
  container: Container,
): Promise<Uint8Array | null> {
  if (noOnnxOf(description) !== null) return null;
  const { tabularToOnnxQdq } = await import("@minimand/native/onnx");
  const bits = configs.map(({ weightBits, actBits }) => `${weightBits}/${actBits}`);
  return tabularToOnnxQdq(
    network,
    variables,
    configs,
    { ...tableOf(description), container },
    { ...metadataOf(description), weightAndActivationBits: bits.join(" ") },
  );
}

/** Lets be done what waits: signals of the system among it, in Node. */
const breath = (): Promise<void> =>
  new Promise(
    (resolve) => void (typeof setImmediate === "function" ? setImmediate(resolve) : setTimeout(resolve)),
  );
