import { numpy as np } from "@jax-js/jax";
import { dceConvolutions, dceNet } from "../dce-net.ts";
import type { Convolve, NamedConvolution } from "../named-convolutions.ts";

/** Channels of images and inside, and how many features there are. */
export interface ExtractorSizes {
  inChannels: number;
  width: number;
  features: number;
}

/** Returns the convolutions of the extractor, under the names of the official code. */
export const extractorConvolutions = ({ inChannels, width, features }: ExtractorSizes) =>
  dceConvolutions("e_conv", { channels: inChannels, width, outputs: features });

/** Applies the feature extractor that all scales share, {@link dceNet}. Consumes x. */
export function extractFeatures(
  convolve: Convolve<keyof ReturnType<typeof extractorConvolutions>>,
  x: np.Array,
): np.Array {
  return dceNet((place, input) => convolve(`e_conv${place}`, input), x);
}

/** Start of a kernel with variance `1 / fan-in`, where no ReLU follows. */
export const linearGain: number = Math.SQRT1_2;

/** Returns the last two convolutions, from features to groups of images. */
export const outputConvolutions = (inputs: number, { width, features }: ExtractorSizes) => ({
  ue_conv8: { inputs, outputs: width, gain: linearGain },
  ue_conv9: lastConvolution(width, features),
});

/** Returns the convolution before {@link addGroups}: it starts small, so that the image starts nearly as it was. */
export function lastConvolution(inputs: number, outputs: number): NamedConvolution {
  return { inputs, outputs, gain: 0.1 * linearGain };
}

/** `x + sum_g tanh(t)_g`, where t has groups of the channels of x. Consumes both. */
export function addGroups(x: np.Array, t: np.Array): np.Array {
  const channels = x.shape[3];
  const groups = np.tanh(t).reshape([...x.shape.slice(0, 3), t.shape[3] / channels, channels]);
  return x.add(groups.sum(3));
}
