import { numpy as np } from "@jax-js/jax";
import { checkNumber, checkShape, rangeError, readOptions } from "minimand/engine";
import type { Layer } from "minimand/models";
import { conv2d } from "minimand/models";
import { dceConvolutions, dceNet, type Place } from "../dce-net.ts";
import { type Convolution, convolutionNet } from "../named-convolutions.ts";
import { checkPictures } from "./checks.ts";

/** Options of {@link zeroDce}. */
export interface ZeroDceOptions {
  /** Channels of the pictures; default 3. */
  channels?: number;
  /** Channels within the network; default 32. */
  width?: number;
  /** Curves that are applied one after the other; default 8. */
  iterations?: number;
}

/** Parameters of {@link zeroDce}: seven convolutions 3 x 3, kernels `[3, 3, inputs, outputs]` with biases `[outputs]`. */
export type ZeroDceParams = Record<`conv${Place}`, Convolution>;

/** The last kernel starts so much smaller that the curves start close to straight lines: pictures as they are. */
const lastGain = 0.1;

/**
 * Zero-DCE: pictures brightened by curves that a small network finds for each pixel, {@link applyCurves} of {@link zeroDceCurves}. It is
 * trained without any example of a good picture, by {@link zeroDceLoss} (`trainZeroDce`), or by the loss of a task behind it.
 *
 * Kernels start normal with variance `2 / (9 inputs)` (He), the last one with a hundredth of it, biases at 0.
 *
 * @param options `channels` of the pictures, default 3; `width` of the network, 32; `iterations` of curves, 8
 * @returns a layer from pictures in [0, 1], `[batch, height, width, channels]`, to pictures in [0, 1] of the same shape; its parameters are
 * {@link ZeroDceParams}
 * @throws TypeError, RangeError for an unknown option, sizes that are no integers >= 1, and from `apply` for other pictures
 * @example
 * const layer = zeroDce({ channels: 1, width: 4 })
 * layer.name // "zeroDce(1, 4x8)"
 * const variables = layer.init(random.key(0))
 * layer.apply(variables, np.full([1, 8, 8, 1], 0.1), { training: false })[0].shape // [1, 8, 8, 1]
 * @see Guo et al. 2020, arXiv 2001.06826
 */
export function zeroDce(options: ZeroDceOptions = {}): Layer {
  const { channels, width, iterations } = readOptions("zeroDce", options, {
    channels: [3],
    width: [32],
    iterations: [8],
  });
  for (const [name, value] of Object.entries({ channels, width, iterations }))
    checkNumber(name, value, { min: 1, integer: true });
  const convolutions = dceConvolutions("conv", { channels, width, outputs: channels * iterations });
  convolutions.conv7.gain = lastGain;
  return convolutionNet(`zeroDce(${channels}, ${width}x${iterations})`, channels, convolutions, (conv, x) =>
    applyCurves(x.ref, np.tanh(dceNet((place, input) => conv(`conv${place}`, input), x))),
  );
}

/**
 * Returns the curves that a network of seven convolutions 3 x 3 with ReLU between them finds for each pixel. The fifth sees the outputs of
 * the third and the fourth, the sixth those of the second and the fifth, the seventh those of the first and the sixth, and ends in tanh.
 *
 * @param params of {@link zeroDce}, consumed
 * @param x pictures in [0, 1], float `[batch, height, width, channels]`, consumed
 * @returns curves in (-1, 1), `[batch, height, width, iterations x channels]`, for {@link applyCurves}
 * @throws TypeError, RangeError for another dtype or rank, and other channels than those of the parameters
 * @example
 * const { params } = zeroDce({ width: 8 }).init(random.key(0))
 * zeroDceCurves(params as ZeroDceParams, np.zeros([1, 16, 16, 3])).shape // [1, 16, 16, 24]
 * @see Guo et al. 2020, arXiv 2001.06826, section 3.2
 */
export function zeroDceCurves(params: ZeroDceParams, x: np.Array): np.Array {
  checkPictures("x", x);
  const convolve = (place: Place, input: np.Array): np.Array => {
    const own = params[`conv${place}`];
    const [, , inputs, outputs] = own.kernel.shape;
    const layer = conv2d({ inputs, outputs, kernel: 3, padding: "same" });
    return layer.apply({ params: own, state: {} }, input, { training: false })[0];
  };
  return np.tanh(dceNet(convolve, x));
}

/**
 * Applies the curves of each pixel, one after the other: `x <- x + a_i (x^2 - x)` for `i = 1, ..., iterations`. Negative ones brighten.
 *
 * In [0, 1] with `|a| <= 1` pictures stay in [0, 1], and each curve is monotone. The sign of `a` is that of the authors' code; the paper has
 * the other one.
 *
 * @param x pictures in [0, 1], float `[batch, height, width, channels]`, consumed
 * @param curves `[batch, height, width, iterations x channels]`, those of the first iteration first, consumed
 * @returns an array of the shape of x, differentiable in both
 * @throws TypeError, RangeError for another dtype or rank, and curves of other pictures
 * @example
 * applyCurves(np.array([0.2]).reshape([1, 1, 1, 1]), np.array([-1, -0.5]).reshape([1, 1, 1, 2])) // [0.4752]
 * @see Guo et al. 2020, arXiv 2001.06826, equation 3
 */
export function applyCurves(x: np.Array, curves: np.Array): np.Array {
  checkPictures("x", x);
  checkPictures("curves", curves);
  const [batch, height, width, channels] = x.shape;
  const iterations = curves.shape[3] / channels;
  if (!Number.isInteger(iterations))
    throw rangeError(
      "curves",
      `a multiple of ${channels} channels, [batch, height, width, channels]`,
      curves,
    );
  checkShape("curves", curves, [batch, height, width, iterations * channels]);
  let y = x;
  for (let i = 0; i < iterations; i++) {
    const a = curves.ref.slice([], [], [], [i * channels, (i + 1) * channels]);
    y = y.ref.add(a.mul(np.square(y.ref).sub(y)));
  }
  curves.dispose();
  return y;
}
