import { numpy as np, random } from "@jax-js/jax";
import { disposeTree, refTree } from "minimand/engine";
import { checkInput, plainLayer } from "minimand/internals";
import { type Conv2dOptions, conv2d, type Layer } from "minimand/models";

/** Kernel `[height, width, inputs, outputs]` and bias `[outputs]` of a convolution. */
export type Convolution = {
  kernel: np.Array;
  bias: np.Array;
};

/** A convolution of a {@link convolutionNet}: 3 x 3 with padding `same`, unless it says otherwise. */
export interface NamedConvolution extends Partial<Omit<Conv2dOptions, "bias">> {
  inputs: number;
  outputs: number;
  /** What the kernel's start, that of He, is multiplied by; default 1. */
  gain?: number;
  /** What the biases start at; default 0. */
  biases?: readonly number[];
}

/** Applies the convolution of this name; consumes x. */
export type Convolve<Name extends string> = (name: Name, x: np.Array) => np.Array;

/**
 * Returns a layer of convolutions that are called by their names, some of them several times: images with this many channels go in, and
 * `apply`, which consumes x, says what comes out. Parameters have the names, too.
 */
export function convolutionNet<Name extends string>(
  name: string,
  channels: number,
  convolutions: Readonly<Record<Name, NamedConvolution>>,
  apply: (convolve: Convolve<Name>, x: np.Array) => np.Array,
): Layer {
  const all = Object.entries<NamedConvolution>(convolutions).map(
    ([each, { gain = 1, biases, ...options }]) => ({
      each,
      gain,
      biases,
      layer: conv2d({ kernel: 3, padding: "same", ...options }),
    }),
  );
  const layers = new Map(all.map(({ each, layer }) => [each, layer]));
  return plainLayer<Record<Name, Convolution>>(name, {
    init(key) {
      const keys = [...random.split(key, all.length)];
      const started = all.map(({ each, gain, biases, layer }, i) => {
        const { kernel, bias } = layer.init(keys[i]).params as Convolution;
        return [
          each,
          {
            kernel: gain === 1 ? kernel : kernel.mul(gain),
            bias: biases === undefined ? bias : bias.add(np.array([...biases])),
          },
        ] as const;
      });
      return Object.fromEntries(started) as Record<Name, Convolution>;
    },
    apply(params, x) {
      checkInput(name, x, [null, null, null, channels], `[batch, height, width, ${channels}]`);
      const y = apply((each, input) => {
        const variables = { params: refTree(params[each]), state: {} };
        return layers.get(each)!.apply(variables, input, { training: true })[0];
      }, x);
      disposeTree(params);
      return y;
    },
  });
}

/** Joins images or features along the channels. */
export function joinChannels(...parts: np.Array[]): np.Array {
  return np.concatenate(parts, 3);
}
