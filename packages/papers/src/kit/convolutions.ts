import { dense, type Model, sequential } from "minimand";
import { batchNorm, conv2d, flatten, relu } from "minimand/models";

/**
 * Convolutions of 3 x 3 on square grey images, each with batch normalisation and relu, those after the first of stride 2, before a linear layer.
 *
 * @param channels outputs of each convolution
 */
export function convolutions(
  channels: readonly number[],
  { inputs, outputs }: { inputs: number; outputs: number },
): Model {
  const side = Math.sqrt(inputs);
  const last = channels.slice(1).reduce((size) => Math.ceil(size / 2), side);
  return sequential([
    (x) => x.reshape([x.shape[0], side, side, 1]),
    ...channels.flatMap((many, i) => [
      conv2d({
        inputs: channels[i - 1] ?? 1,
        outputs: many,
        kernel: 3,
        padding: "same",
        stride: i === 0 ? 1 : 2,
      } as const),
      batchNorm(many),
      relu,
    ]),
    flatten(),
    dense({ inputs: channels[channels.length - 1] * last ** 2, outputs }),
  ]);
}
