import { numpy as np, random } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { convolve, convolveTransposed } from "./convolve.ts";
import { checkInput, type Layer, plainLayer } from "./layer.ts";
import {
  extentOf,
  type Padding,
  type Pair,
  type PlacedWindow,
  placeOn,
  placeOnImage,
  sizeText,
  type Window,
  windowsOf,
} from "./window.ts";

/** Of {@link conv2d}. */
export interface Conv2dOptions {
  /** Channels of the images. */
  inputs: number;
  outputs: number;
  /** Size of the kernel. */
  kernel: Pair;
  /** Default 1. */
  stride?: Pair;
  /** Default `valid`: none. */
  padding?: Padding;
  /** Distance of neighbouring entries of the kernel; default 1. */
  dilation?: Pair;
  /** Groups of channels that don't meet; divides inputs and outputs. Default 1; as many as inputs: depthwise. */
  groups?: number;
  /** Default true. */
  bias?: boolean;
}

/** Of {@link convTranspose2d}: those of the convolution that it is the adjoint of. */
export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns more, below and at the right, below the stride; default 0. */
  outputPadding?: number | readonly [height: number, width: number];
}

const names = {
  inputs: true,
  outputs: true,
  kernel: true,
  stride: true,
  padding: true,
  dilation: true,
  groups: true,
  bias: true,
} as const;

/**
 * A convolution of images (a cross-correlation, as everywhere in deep learning):
 * `y_{n,i,j,o} = b_o + sum_{a,b,c} x_{n, i s + a d - p, j s + b d - p, c} K_{a,b,c,o}`, with zeros beyond the border.
 *
 * An axis of length `n` becomes `floor((n + p_before + p_after - d (k - 1) - 1) / s) + 1` long. In groups an output sees the
 * `inputs / groups` channels of its own group.
 *
 * The kernel is `[height, width, inputs / groups, outputs]` and starts normal with variance `2 / (height width inputs / groups)`
 * (He), the bias `[outputs]` at zero.
 *
 * @returns a layer from `[batch, height, width, inputs]` to `[batch, height, width, outputs]`
 * @throws RangeError for sizes that are no integers >= 1, a negative padding, groups that don't divide, and from `apply` for
 *   images with other channels or, with their padding, smaller than the kernel
 * @example
 * const layer = conv2d({ inputs: 1, outputs: 1, kernel: 2 })
 * layer.name // "conv2d(1 -> 1, 2x2)"
 * const kernel = np.array([1, 2, 3, 4]).reshape([2, 2, 1, 1])
 * const x = np.array([1, 0, 0, 0, 1, 0, 0, 0, 1]).reshape([1, 3, 3, 1])
 * layer.apply({ params: { kernel, bias: np.zeros([1]) }, state: {} }, x, { training: false })[0] // [5, 3, 2, 5]
 * @see Dumoulin, Visin 2016, arXiv 1603.07285, chapter 2; He et al. 2015, arXiv 1502.01852, section 2.2
 */
export function conv2d(options: Conv2dOptions): Layer {
  const { inputs, outputs, groups = 1 } = readOptions("conv2d", options, names);
  const { windows, name } = checked("conv2d", options);
  const [height, width] = windows;
  const own = inputs / groups;
  return convolutionLayer(name, options, {
    shape: [height.size, width.size, own, outputs],
    products: height.size * width.size * own,
    apply: (x, kernel) => convolve(x, kernel, placeOnImage(name, x, windows), groups),
  });
}

/**
 * A transposed convolution: the adjoint of the {@link conv2d} from `outputs` to `inputs` channels with the same kernel, stride,
 * padding, dilation and groups, and a bias of its own. Pixel `(i, j)` of x adds
 * `sum_c x_{n,i,j,c} K_{a,b,o,c}` to the pixel `(i s + a d - p, j s + b d - p)` of y.
 *
 * An axis of length `n` becomes `(n - 1) s - p_before - p_after + d (k - 1) + 1 + outputPadding` long; with the padding `same`,
 * `n s`.
 *
 * The kernel is `[height, width, outputs / groups, inputs]` and starts normal with variance `2 / m`, where an output is the
 * sum of `m = height width inputs / (groups s_height s_width)` products on average; the bias at zero.
 *
 * @returns a layer from `[batch, height, width, inputs]` to `[batch, height, width, outputs]`
 * @throws RangeError as {@link conv2d}, for an outputPadding that isn't below the stride or stands beside the padding `same`,
 *   and from `apply` for images of which the padding leaves nothing
 * @example
 * const layer = convTranspose2d({ inputs: 1, outputs: 1, kernel: 2, stride: 2 })
 * layer.name // "convTranspose2d(1 -> 1, 2x2)"
 * const kernel = np.array([1, 2, 3, 4]).reshape([2, 2, 1, 1])
 * const x = np.array([1, 10]).reshape([1, 1, 2, 1])
 * layer.apply({ params: { kernel, bias: np.zeros([1]) }, state: {} }, x, { training: false })[0] // [1, 2, 10, 20, 3, 4, 30, 40]
 * @see Dumoulin, Visin 2016, arXiv 1603.07285, chapter 4
 */
export function convTranspose2d(options: ConvTranspose2dOptions): Layer {
  const {
    inputs,
    outputs,
    groups = 1,
    outputPadding,
  } = readOptions("convTranspose2d", options, { ...names, outputPadding: [0] });
  const { windows, name } = checked("convTranspose2d", options);
  const extra = typeof outputPadding === "number" ? [outputPadding, outputPadding] : outputPadding;
  windows.forEach(({ stride, padding }, i) => {
    checkNumber("outputPadding", extra[i], { min: 0, below: stride, integer: true });
    if (padding === "same" && extra[i] !== 0)
      throw rangeError("outputPadding", '0 beside the padding "same"', extra[i]);
  });
  const [height, width] = windows;
  const own = outputs / groups;
  return convolutionLayer(name, options, {
    shape: [height.size, width.size, own, inputs],
    products: (height.size * width.size * inputs) / (groups * height.stride * width.stride),
    apply(x, kernel) {
      const lengths = windows.map((window, i) => transposedLength(window, x.shape[i + 1]) + extra[i]);
      if (lengths.some((length) => length < 1))
        throw rangeError(`x of ${name}`, "images of which the padding leaves something", x);
      const placed = windows.map((window, i) => placeOn(window, lengths[i])) as [PlacedWindow, PlacedWindow];
      return convolveTransposed(x, kernel, placed, groups);
    },
  });
}

/** The length of the axis on which this many windows lie. */
function transposedLength(window: Window, count: number): number {
  const { stride, padding } = window;
  if (padding === "same") return count * stride;
  return (count - 1) * stride - padding[0] - padding[1] + extentOf(window);
}

function checked(
  kind: string,
  { inputs, outputs, kernel, stride, padding, dilation, groups = 1 }: Conv2dOptions,
): { windows: [Window, Window]; name: string } {
  checkNumber("inputs", inputs, { min: 1, integer: true });
  checkNumber("outputs", outputs, { min: 1, integer: true });
  checkNumber("groups", groups, { min: 1, integer: true });
  if (inputs % groups !== 0 || outputs % groups !== 0)
    throw rangeError("groups", `a divisor of ${inputs} inputs and ${outputs} outputs`, groups);
  const windows = windowsOf("kernel", { size: kernel, stride, padding, dilation });
  return { windows, name: `${kind}(${inputs} -> ${outputs}, ${sizeText(windows)})` };
}

interface Convolution {
  /** Shape of the kernel. */
  shape: [number, number, number, number];
  /** Products that are summed in an output. */
  products: number;
  apply(x: np.Array, kernel: np.Array): np.Array;
}

function convolutionLayer(
  name: string,
  { inputs, outputs, bias: withBias = true }: Conv2dOptions,
  { shape, products, apply }: Convolution,
): Layer {
  return plainLayer<{ kernel: np.Array; bias?: np.Array }>(name, {
    init: (key) => ({
      kernel: random.normal(key, shape).mul(Math.sqrt(2 / products)),
      ...(withBias && { bias: np.zeros([outputs]) }),
    }),
    apply({ kernel, bias }, x) {
      checkInput(name, x, [null, null, null, inputs], `[batch, height, width, ${inputs}]`);
      const y = apply(x, kernel);
      return bias === undefined ? y : y.add(bias);
    },
  });
}
