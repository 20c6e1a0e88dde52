import { rangeError } from "minimand/engine";
import type { OwnModel } from "../../plan/own-parts.ts";
import { discard } from "../../train/network.ts";
import { layersOfNetwork, type PlainLayers } from "../../train/quantization/layers-of-network.ts";
import type { SavedNetwork } from "../description.ts";
import { builtNetwork, networkOfOwn } from "../saved-network.ts";

/** Returns the layers of a kept model; see {@link layersOfNetwork}. */
export function layersOfModel(model: SavedNetwork, own?: OwnModel): PlainLayers {
  const { network, members } = own === undefined ? builtNetwork(model) : networkOfOwn(model, own);
  try {
    if (members.length > 1) throw rangeError("model", "a single network", `${members.length} of them`);
    return layersOfNetwork(network, members[0]);
  } finally {
    members.forEach(discard);
    network.dispose();
  }
}
