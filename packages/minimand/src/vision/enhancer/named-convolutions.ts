import { numpy as np, random } from "@jax-js/jax";
import { refTree } from "../../engine/tree.ts";
import { type Conv2dOptions, conv2d } from "../../models/layers/conv2d.ts";

/** Kernel `[height, width, inputs, outputs]` and bias `[outputs]` of a convolution. */
export type Convolution = {
  kernel: np.Array;
  bias: np.Array;
};

/** Convolutions by their names. */
export type Convolutions = { [name: string]: Convolution };

/** A convolution with what its kernel's start, that of He, is multiplied by; default 1. */
export interface NamedConvolution extends Conv2dOptions {
  gain?: number;
}

/** Variance `1 / fan-in`, where no ReLU follows. */
export const linearGain: number = Math.SQRT1_2;

/** Pieces of a network that are called by their names, some of them several times. */
export interface NamedConvolutions {
  /** Consumes the key. */
  init(key: np.Array): Convolutions;
  /** Consumes x, and keeps the parameters. */
  apply(params: Convolutions, name: string, x: np.Array): np.Array;
}

export function namedConvolutions(named: { readonly [name: string]: NamedConvolution }): NamedConvolutions {
  const all = Object.entries(named).map(([name, { gain = 1, ...options }]) => ({
    name,
    gain,
    layer: conv2d(options),
  }));
  const layers = new Map(all.map(({ name, layer }) => [name, layer]));
  return {
    init(key) {
      const keys = [...random.split(key, all.length)];
      const started = all.map(({ name, gain, layer }, i) => {
        const { kernel, bias } = layer.init(keys[i] as np.Array).params as unknown as Convolution;
        return [name, { kernel: gain === 1 ? kernel : kernel.mul(gain), bias }] as const;
      });
      return Object.fromEntries(started);
    },
    apply(params, name, x) {
      const { kernel, bias } = params[name];
      return layers
        .get(name)!
        .apply({ params: refTree({ kernel, bias }), state: {} }, x, { training: true })[0];
    },
  };
}

/** Images or features one behind the other along the channels. */
export function joinChannels(...parts: np.Array[]): np.Array {
  return np.concatenate(parts, 3);
}
