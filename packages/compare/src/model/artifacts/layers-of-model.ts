import { disposeTree } from "minimand/engine";
import type { OwnModel } from "../../plan/own-parts.ts";
import { layersOfNetwork, type PlainLayers } from "../../train/quantization/layers-of-network.ts";
import type { SavedNetwork } from "../description.ts";
import { builtNetwork, networkOfOwn } from "../saved-network.ts";

/** Returns the layers of a kept model; see {@link layersOfNetwork}. */
export function layersOfModel(model: SavedNetwork, own?: OwnModel): PlainLayers {
  const { network, trained } = own === undefined ? builtNetwork(model) : networkOfOwn(model, own);
  try {
    return layersOfNetwork(network, trained);
  } finally {
    disposeTree([trained.params, trained.state]);
    network.dispose();
  }
}
