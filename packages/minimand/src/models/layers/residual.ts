import type { numpy as np } from "@jax-js/jax";
import { rangeError } from "../../engine/checks.ts";
import type { Layer } from "./layer.ts";
import { type LayerLike, sequential } from "./sequential.ts";

/**
 * A residual connection around layers one after the other: `y = x + f_n(... f_1(x))`.
 *
 * @returns a layer whose output has the shape of its input
 * @throws TypeError as {@link sequential}; RangeError from `apply` where the layers change the shape
 * @example
 * residual([layerNorm(64), dense({ inputs: 64, outputs: 64 }), relu])
 * @see He et al. 2016, arXiv 1512.03385, equation 1
 */
export function residual(pieces: readonly LayerLike[]): Layer {
  const inner: Layer = sequential(pieces);
  const name = inner.name.replace("sequential", "residual");
  return {
    name,
    init: inner.init,
    apply(variables, x, options) {
      const [y, state] = inner.apply(variables, x.ref, options);
      checkSame(name, x, y);
      return [x.add(y), state];
    },
  };
}

function checkSame(name: string, { shape }: np.Array, y: np.Array): void {
  if (y.ndim === shape.length && shape.every((size, i) => size === y.shape[i])) return;
  throw rangeError(`output of ${name}`, `shape [${shape.join(", ")}], that of x`, y);
}
