import type { numpy as np } from "@jax-js/jax";
import { relu } from "minimand/engine";
import { joinChannels, type NamedConvolution } from "./named-convolutions.ts";

/** The numbers of the convolutions of {@link dceNet}. */
export type Place = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Returns the convolutions of {@link dceNet} between `channels` of images and of what comes out, by names that end in 1 to 7. */
export function dceConvolutions<Prefix extends string>(
  prefix: Prefix,
  { channels, width, outputs }: { channels: number; width: number; outputs: number },
): Record<`${Prefix}${Place}`, NamedConvolution> {
  const named = [channels, width, width, width, 2 * width, 2 * width, 2 * width].map(
    (inputs, i) => [`${prefix}${i + 1}`, { inputs, outputs: i < 6 ? width : outputs }] as const,
  );
  return Object.fromEntries(named) as Record<`${Prefix}${Place}`, NamedConvolution>;
}

/**
 * Applies DCE-Net, of Zero-DCE and FeatEnHancer: seven convolutions with ReLU between them. The fifth sees the outputs of the third and the
 * fourth, the sixth those of the second and the fifth, the seventh those of the first and the sixth. The last one is linear.
 *
 * @param convolve the convolution of a place; consumes x
 * @param x consumed
 */
export function dceNet(convolve: (place: Place, x: np.Array) => np.Array, x: np.Array): np.Array {
  const x1 = relu(convolve(1, x));
  const x2 = relu(convolve(2, x1.ref));
  const x3 = relu(convolve(3, x2.ref));
  const x4 = relu(convolve(4, x3.ref));
  const x5 = relu(convolve(5, joinChannels(x3, x4)));
  const x6 = relu(convolve(6, joinChannels(x2, x5)));
  return convolve(7, joinChannels(x1, x6));
}
