import type { numpy as np } from "@jax-js/jax";
import { type LayerLike, quantisableLayers, type Variables } from "minimand";
import { disposeTree, refTree } from "minimand/engine";
import type { SavedNetwork } from "../model/description.ts";
import { builtNetwork, networkOfOwn } from "../model/saved-network.ts";
import type { OwnModel } from "../plan/own-parts.ts";
import type { Network, Trained } from "../trial/network.ts";

/** A trained network as layers that can be quantised; the variables are the caller's. */
export interface PlainLayers {
  pieces: LayerLike[];
  variables: Variables;
}

/**
 * The layers of a trained network, which is looked at.
 *
 * @throws RangeError where it isn't made of layers one after the other, or of none that can be quantised
 */
export function layersOfNetwork({ model, plain }: Network, { params, state }: Trained): PlainLayers {
  const variables = { params: model.unflatten((params as np.Array).ref), state: refTree(state) };
  return quantisableLayers(plain, variables);
}

/** The layers of a kept model; see {@link layersOfNetwork}. */
export function layersOfModel(model: SavedNetwork, own?: OwnModel): PlainLayers {
  const { network, trained } = own === undefined ? builtNetwork(model) : networkOfOwn(model, own);
  try {
    return layersOfNetwork(network, trained);
  } finally {
    disposeTree([trained.params, trained.state]);
    network.dispose();
  }
}
