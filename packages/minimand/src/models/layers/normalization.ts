import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { batchNormParams, batchNormState, batchNorm as normalise } from "../batch-norm.ts";
import { checkLastAxis, type Layer, plainLayer } from "./layer.ts";

/** Of {@link layerNorm} and {@link rmsNorm}. */
export interface NormOptions {
  /** Added to the variance, so that constant rows have a gradient; default 1e-5. */
  eps?: number;
}

function epsOf(of: string, size: number, options: NormOptions): number {
  checkNumber("size", size, { min: 1, integer: true });
  const { eps } = readOptions(of, options, { eps: [1e-5, { above: 0 }] });
  return eps;
}

/**
 * Layer normalisation over the last axis: `y = scale (x - mean) / sqrt(variance + eps) + shift`, with mean and variance (of
 * all `size` numbers, without Bessel's correction) of each row by itself.
 *
 * @returns a layer from `[..., size]` to the same; scale starts at 1, shift at 0
 * @throws RangeError for a size that is no integer >= 1, an eps <= 0, and from `apply` for an input of another last axis
 * @example
 * const layer = layerNorm(2)
 * layer.apply(layer.init(keyOf(1)), np.array([[1, 3], [5, 5]]), { training: false })[0] // [-1.0000, 1.0000, 0, 0]
 * @see Ba, Kiros, Hinton 2016, arXiv 1607.06450, equation 3
 */
export function layerNorm(size: number, options: NormOptions = {}): Layer {
  readOptions("layerNorm", options, { eps: true });
  const eps = epsOf("layerNorm", size, options);
  const name = `layerNorm(${size})`;
  return plainLayer<{ scale: np.Array; shift: np.Array }>(name, {
    init(key) {
      key.dispose();
      return batchNormParams(size);
    },
    apply({ scale, shift }, x) {
      checkLastAxis(name, x, size);
      const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
      return unitMeanSquare(centred, eps).mul(scale).add(shift);
    },
  });
}

/**
 * Root mean square normalisation over the last axis: `y = scale x / sqrt(mean(x^2) + eps)`.
 *
 * @returns a layer from `[..., size]` to the same; scale starts at 1
 * @throws RangeError as {@link layerNorm}
 * @example
 * const layer = rmsNorm(2)
 * layer.apply(layer.init(keyOf(1)), np.array([[1, 7]]), { training: false })[0] // [0.2000, 1.4000]
 * @see Zhang, Sennrich 2019, arXiv 1910.07467, equation 4
 */
export function rmsNorm(size: number, options: NormOptions = {}): Layer {
  readOptions("rmsNorm", options, { eps: true });
  const eps = epsOf("rmsNorm", size, options);
  const name = `rmsNorm(${size})`;
  return plainLayer<{ scale: np.Array }>(name, {
    init(key) {
      key.dispose();
      return { scale: np.ones([size]) };
    },
    apply({ scale }, x) {
      checkLastAxis(name, x, size);
      return unitMeanSquare(x, eps).mul(scale);
    },
  });
}

function unitMeanSquare(x: np.Array, eps: number): np.Array {
  const meanSquare = np.square(x.ref).mean(-1, { keepdims: true });
  return x.div(np.sqrt(meanSquare.add(eps)));
}

/**
 * Batch normalisation of each of the `size` features of the last axis, over all other axes: `y = scale (x - mean) /
 * sqrt(variance + 1e-5) + shift`. While training the statistics are those of the batch, without rows of weight 0; otherwise
 * the running ones (momentum 0.9), which are the layer's state.
 *
 * @returns a layer from `[batch, ..., size]` to the same; scale starts at 1, shift at 0
 * @throws RangeError for a size that is no integer >= 1, and from `apply` for an input of another last axis
 * @example
 * const layer = batchNorm(1)
 * layer.apply(layer.init(keyOf(1)), np.array([[1], [3]]), { training: true })[0] // [-1.0000, 1.0000]
 * @see Ioffe, Szegedy 2015, arXiv 1502.03167, algorithm 1
 */
export function batchNorm(size: number): Layer {
  checkNumber("size", size, { min: 1, integer: true });
  const name = `batchNorm(${size})`;
  return {
    name,
    init(key) {
      key.dispose();
      return { params: batchNormParams(size), state: batchNormState(size) };
    },
    apply({ params, state }, x, { training, key, weights }) {
      checkLastAxis(name, x, size);
      key?.dispose();
      const { shape } = x;
      // Every position of an example counts as the example does.
      const counts = weights
        ?.reshape([-1, ...shape.slice(1, -1).map(() => 1)])
        .add(np.zeros(shape.slice(0, -1)))
        .reshape([-1]);
      const [y, next] = normalise(params as never, state as never, x.reshape([-1, size]), {
        training,
        weights: counts,
      });
      return [y.reshape(shape), next];
    },
  };
}
