import { numpy as np } from "@jax-js/jax";
import { relu } from "../../engine/numerics.ts";
import {
  type Convolutions,
  joinChannels,
  linearGain,
  type NamedConvolution,
  type NamedConvolutions,
} from "./named-convolutions.ts";

/** Channels of images and inside, and how many features there are. */
export interface ExtractorSizes {
  inChannels: number;
  width: number;
  features: number;
}

type Named = { [name: string]: NamedConvolution };

const same = { kernel: 3, padding: "same" } as const;

/** The convolutions of the extractor, under the names of the official code. */
export function extractorConvolutions({ inChannels, width, features }: ExtractorSizes): Named {
  const inner = { ...same, inputs: width, outputs: width };
  const joining = { ...same, inputs: 2 * width, outputs: width };
  return {
    e_conv1: { ...same, inputs: inChannels, outputs: width },
    e_conv2: inner,
    e_conv3: inner,
    e_conv4: inner,
    e_conv5: joining,
    e_conv6: joining,
    e_conv7: { ...joining, outputs: features },
  };
}

/**
 * The feature extractor that all scales share: seven convolutions, of which the last three look at earlier ones, too. What comes last is
 * linear. Keeps the parameters, consumes x.
 *
 * @param x `[batch, height, width, inChannels]`
 * @returns `[batch, height, width, features]`
 */
export function extractFeatures(
  convolutions: NamedConvolutions,
  params: Convolutions,
  x: np.Array,
): np.Array {
  const conv = (name: string, input: np.Array): np.Array => convolutions.apply(params, name, input);
  const x1 = relu(conv("e_conv1", x));
  const x2 = relu(conv("e_conv2", x1.ref));
  const x3 = relu(conv("e_conv3", x2.ref));
  const x4 = relu(conv("e_conv4", x3.ref));
  const x5 = relu(conv("e_conv5", joinChannels(x3, x4)));
  const x6 = relu(conv("e_conv6", joinChannels(x2, x5)));
  return conv("e_conv7", joinChannels(x1, x6));
}

/** The last two convolutions, from features to groups of images. */
export function outputConvolutions(inputs: number, { width, features }: ExtractorSizes): Named {
  return {
    ue_conv8: { ...same, inputs, outputs: width, gain: linearGain },
    ue_conv9: lastConvolution(width, features),
  };
}

/** The convolution before {@link addGroups}: it starts small, so that the image starts nearly as it was. */
export function lastConvolution(inputs: number, outputs: number): NamedConvolution {
  return { ...same, inputs, outputs, gain: 0.1 * linearGain };
}

/** `x + sum_g tanh(t)_g`, where t has groups of the channels of x. Consumes both. */
export function addGroups(x: np.Array, t: np.Array): np.Array {
  const channels = x.shape[3];
  const groups = np.tanh(t).reshape([...x.shape.slice(0, 3), t.shape[3] / channels, channels]);
  return x.add(groups.sum(3));
}
