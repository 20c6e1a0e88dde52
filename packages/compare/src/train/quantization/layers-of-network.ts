import type { numpy as np } from "@jax-js/jax";
import { type LayerLike, quantisableLayers, type Variables } from "minimand";
import { refTree } from "minimand/engine";
import type { Network, Trained } from "../network.ts";

/** A trained network as layers that can be quantised; the variables are the caller's. */
export interface PlainLayers {
  pieces: LayerLike[];
  variables: Variables;
}

/**
 * Returns the layers of a trained network, which is looked at.
 *
 * @throws RangeError where it isn't made of layers one after the other, or of none that can be quantised
 */
export function layersOfNetwork({ model, plain }: Network, { params, state }: Trained): PlainLayers {
  const variables = { params: model.unflatten((params as np.Array).ref), state: refTree(state) };
  return quantisableLayers(plain, variables);
}
