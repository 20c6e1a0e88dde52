import type { numpy as np } from "@jax-js/jax";
import { rangeError } from "minimand/engine";

/** Throws unless the images of a layer can be halved twice. */
export function checkQuarters(layer: string, x: np.Array): void {
  if (x.shape[1] % 4 !== 0 || x.shape[2] % 4 !== 0)
    throw rangeError(`x of ${layer}`, "a height and a width that are multiples of 4", x);
}
