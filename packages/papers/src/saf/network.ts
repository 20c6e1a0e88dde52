import { batchNorm, conv2d, dense, flatten, type Model, mlp, relu, sequential } from "minimand";
import type { Architecture } from "./settings.ts";

/** What goes in and comes out of a network. */
export interface Ends {
  inputs: number;
  classes: number;
}

/**
 * The network of an architecture: an MLP, or three convolutions of 3 x 3 on square images, each with batch normalisation, the last two of stride 2, before a
 * linear layer.
 */
export function networkOf(architecture: Architecture, { inputs, classes }: Ends): Model {
  if ("hidden" in architecture) return mlp({ inputs, hidden: architecture.hidden, outputs: classes });
  const [few, many] = architecture.channels;
  const side = Math.sqrt(inputs);
  const convolution = (inputs: number, outputs: number, stride: number) => [
    conv2d({ inputs, outputs, kernel: 3, padding: "same", stride }),
    batchNorm(outputs),
    relu,
  ];
  const last = Math.ceil(side / 4);
  return sequential([
    (x) => x.reshape([x.shape[0], side, side, 1]),
    ...convolution(1, few, 1),
    ...convolution(few, many, 2),
    ...convolution(many, many, 2),
    flatten(),
    dense({ inputs: many * last ** 2, outputs: classes }),
  ]);
}

/** What an architecture is called where programs are kept. */
export const nameOf = (architecture: Architecture, { inputs, classes }: Ends): string =>
  [...Object.entries(architecture).flat(2), inputs, classes].join(" ");
