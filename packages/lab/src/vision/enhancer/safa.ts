import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNumber, checkShape, rangeError, readOptions, sigmoid } from "minimand/engine";
import { conv2d, resizeBilinear } from "minimand/models";
import type { Convolution, Convolve } from "../named-convolutions.ts";

/** What {@link blockAttention} finds. */
export interface Attended {
  /** `[batch, height, width, features]` */
  aggregated: np.Array;
  /** Weights of the query, `[batch, height, width, heads]`; those of the key are what is missing to 1. */
  weights: np.Array;
}

/** The convolutions of {@link safa}, from features to features: kernels `[2 s - 1, 2 s - 1, features, features]` for a stride s. */
export type SafaParams = {
  query_conv1: Convolution;
  query_conv2: Convolution;
  key_conv: Convolution;
};

/** Options of {@link safa}. */
export interface SafaOptions {
  /** Blocks of channels with weights of their own; default 8. */
  heads?: number;
  /** How many times smaller the lower features are, and the query and the key; default 4 and 8. */
  scales?: readonly [number, number];
}

/** Throws unless features come in whole blocks. */
export function checkHeads(heads: number, features: number): void {
  checkNumber("heads", heads, { min: 1, integer: true });
  if (features % heads !== 0) throw rangeError("heads", `a divisor of ${features} features`, heads);
}

/** Kernel and stride of a convolution to images `factor` times smaller, without padding: 7 and 4, 3 and 2. */
export function shrinking(factor: number): { kernel: number; stride: number } {
  return { kernel: 2 * factor - 1, stride: factor };
}

/**
 * Weighs two features of one place by how alike they are to the key, in blocks of channels: with `d` channels a block,
 * `a_q = q . k / sqrt(d)` and `a_k = k . k / sqrt(d)` have softmax weights, and the block becomes `w_q q + w_k k`.
 *
 * @param query `[batch, height, width, features]`; consumed
 * @param key of the same shape; consumed
 * @param options `heads`: how many blocks of consecutive channels
 * @returns `{ aggregated, weights }`: the sum, and the weights of the query
 * @throws TypeError, RangeError for shapes that differ, and heads that don't divide the features
 * @example
 * const [q, k] = [np.full([1, 1, 1, 1], 2), np.full([1, 1, 1, 1], 1)]
 * const { aggregated, weights } = blockAttention(q, k, { heads: 1 })
 * weights // [0.7311]
 * aggregated // [1.7311]
 * @see Hashmi et al. 2023, arXiv 2308.03594, scale-aware feature aggregation, as its code computes it
 */
export function blockAttention(query: np.Array, key: np.Array, options: { heads: number }): Attended {
  const { heads } = readOptions("blockAttention", options, { heads: true });
  checkFloatArray("query", query, 4, "[batch, height, width, features]");
  checkShape("key", key, query.shape);
  const { shape } = query;
  checkHeads(heads, shape[3]);
  const size = shape[3] / heads;
  const blocks = [...shape.slice(0, 3), heads, size];
  const [q, k] = [query.reshape(blocks), key.reshape(blocks)];
  const difference = q.sub(k.ref);
  // The softmax of two: (q - k) . k decides.
  const weights = sigmoid(difference.ref.mul(k.ref).sum(4).div(Math.sqrt(size)));
  const aggregated = weights.ref
    .reshape([...blocks.slice(0, 4), 1])
    .mul(difference)
    .add(k);
  return { aggregated: aggregated.reshape(shape), weights };
}

/**
 * Scale-aware feature aggregation: features of two scales are brought to a third, smaller one by strided convolutions, weighed against
 * each other by {@link blockAttention}, and added to the larger ones after bilinear upsampling with aligned corners.
 *
 * @param params kernels and biases; consumed
 * @param full features of the whole image, `[batch, height, width, features]`; consumed
 * @param lower features of the image `scales[0]` times smaller, as a convolution with kernel `2 s - 1` and stride `s` makes it; consumed
 * @param options `heads` (8), `scales` ([4, 8])
 * @returns `{ output, aggregated, weights }`: features of the whole image, those of the smallest scale, and the query's weights there
 * @throws TypeError, RangeError for shapes that don't fit, and heads that don't divide the features
 * @example
 * const conv = (size: number) => ({ kernel: np.zeros([size, size, 2, 2]), bias: np.zeros([2]) })
 * const params = { query_conv1: conv(7), query_conv2: conv(3), key_conv: conv(3) }
 * const { output, weights } = safa(params, np.ones([1, 15, 15, 2]), np.ones([1, 3, 3, 2]), { heads: 1 })
 * weights // [0.5]
 * output.shape // [1, 15, 15, 2]
 * @see Hashmi et al. 2023, arXiv 2308.03594, scale-aware feature aggregation
 */
export function safa(
  params: SafaParams,
  full: np.Array,
  lower: np.Array,
  options: SafaOptions = {},
): Attended & { output: np.Array } {
  const { heads, scales } = readOptions("safa", options, { heads: [8], scales: [[4, 8]] });
  checkScales(scales);
  checkFloatArray("full", full, 4, "[batch, height, width, features]");
  const [batch, height, width, features] = full.shape;
  checkHeads(heads, features);
  const [first, second] = [shrinking(scales[0]), shrinking(scales[1] / scales[0])];
  const least = leastSide(scales);
  if (Math.min(height, width) < least)
    throw rangeError("full", `features of at least ${least} x ${least} pixels`, full);
  checkFloatArray("lower", lower, 4, "[batch, height, width, features]");
  const smaller = [height, width].map((side) => Math.floor((side - first.kernel) / first.stride) + 1);
  checkShape("lower", lower, [batch, ...smaller, features]);
  const shrink = { query_conv1: first, query_conv2: second, key_conv: second };
  return aggregateScales(
    (name, x) =>
      conv2d({ inputs: features, outputs: features, ...shrink[name] }).apply(
        { params: params[name], state: {} },
        x,
        { training: true },
      )[0],
    full,
    lower,
    heads,
  );
}

/** {@link safa} by convolutions that were checked. Consumes the features. */
export function aggregateScales(
  convolve: Convolve<keyof SafaParams>,
  full: np.Array,
  lower: np.Array,
  heads: number,
): Attended & { output: np.Array } {
  const [, height, width] = full.shape;
  const query = convolve("query_conv2", convolve("query_conv1", full.ref));
  const { aggregated, weights } = blockAttention(query, convolve("key_conv", lower), { heads });
  const output = full.add(resizeBilinear(aggregated.ref, [height, width]));
  return { output, aggregated, weights };
}

/** Throws unless scales are two integers > 1, the second a larger multiple of the first. */
export function checkScales(scales: readonly [number, number]): void {
  if (!Array.isArray(scales) || scales.length !== 2) throw rangeError("scales", "two integers", scales);
  for (const scale of scales) checkNumber("scales", scale, { min: 2, integer: true });
  if (scales[1] % scales[0] !== 0 || scales[1] === scales[0])
    throw rangeError("scales", `a second one that is a larger multiple of ${scales[0]}`, scales[1]);
}

/** Returns the smallest height and width of an image that leaves a pixel at the lowest scale. */
export function leastSide([higher, lowest]: readonly [number, number]): number {
  const [first, second] = [shrinking(higher), shrinking(lowest / higher)];
  return first.kernel + first.stride * (second.kernel - 1);
}
