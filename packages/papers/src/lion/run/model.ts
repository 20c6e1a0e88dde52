import { dense, type Layer, type Model, mlp, residual, sequential } from "minimand";
import { batchNorm, conv2d, globalAveragePool, relu } from "minimand/models";
import type { Layers } from "./settings.ts";

/**
 * Returns the network: an MLP with tanh, or on square images a small residual network. That has two stages of one block each, the second on
 * images half as high and as wide, then the mean over the image and a linear layer.
 */
export function modelOf(layers: Layers, { inputs, classes }: { inputs: number; classes: number }): Model {
  if ("hidden" in layers) return mlp({ inputs, hidden: layers.hidden, outputs: classes, activation: "tanh" });
  const [few, many] = layers.channels;
  const side = Math.sqrt(inputs);
  return sequential([
    (x) => x.reshape([x.shape[0], side, side, 1]),
    ...normalised(1, few),
    relu,
    block(few),
    relu,
    ...normalised(few, many, 2),
    relu,
    block(many),
    relu,
    globalAveragePool(),
    dense({ inputs: many, outputs: classes }),
  ]);
}

/** A convolution of 3 x 3 with batch normalisation. */
const normalised = (inputs: number, outputs: number, stride = 1): Layer[] => [
  conv2d({ inputs, outputs, kernel: 3, padding: "same", stride, bias: false }),
  batchNorm(outputs),
];

const block = (size: number): Layer => residual([...normalised(size, size), relu, ...normalised(size, size)]);
