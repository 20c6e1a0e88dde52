import { numpy as np } from "@jax-js/jax";
import { checkNumber, log, readOptions } from "minimand/engine";
import { checkPictures } from "./checks.ts";

/** Below this range of logarithms a picture is taken for flat: rounding is no detail. */
const leastRange = 1e-3;

/**
 * Applies a Gaussian blur: `y = G_height x G_width^T` for each channel. A row of `G` has the weights `exp(-(i - j)^2 / (2 sigma^2))` of all
 * pixels of the line, divided by their sum: what is beyond the border doesn't count, and a flat picture stays as it is.
 *
 * Two matrix products, `O(height + width)` per pixel: shrink large pictures first.
 *
 * @param x pictures, float `[batch, height, width, channels]`, consumed
 * @param sigma in pixels, > 0
 * @returns an array of the shape of x, differentiable in x
 * @throws TypeError, RangeError for another dtype or rank, and a sigma that isn't > 0
 * @example
 * gaussianBlur(np.array([0, 1, 0]).reshape([1, 1, 3, 1]), 1) // [0.3482, 0.4519, 0.3482]
 */
export function gaussianBlur(x: np.Array, sigma: number): np.Array {
  checkPictures("x", x);
  checkNumber("sigma", sigma, { above: 0 });
  const [, height, width] = x.shape;
  const matrix = (length: number): np.Array =>
    np.array(gaussianRows(length, sigma), { shape: [length, length], dtype: x.dtype });
  return np.einsum("qw,bpwc->bpqc", matrix(width), np.einsum("ph,bhwc->bpwc", matrix(height), x));
}

/** Rows of normalised Gaussian weights, one for each place on a line. */
function gaussianRows(length: number, sigma: number): number[] {
  return Array.from({ length }, (_, i) => {
    const row = Array.from({ length }, (_, j) => Math.exp(-((i - j) ** 2) / (2 * sigma ** 2)));
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((weight) => weight / sum);
  }).flat();
}

/** Options of {@link retinex}. */
export interface RetinexOptions {
  /** Of the blur that stands for the light, in pixels, > 0; default an eighth of the longer side. */
  sigma?: number;
  /** Added to what the logarithms are taken of, > 0; default 1/255. */
  eps?: number;
}

/**
 * Single-scale retinex: what reflects, without the light that falls on it, `r = log(x + eps) - log(blur(x) + eps)`, and each picture then
 * stretched over [0, 1]: `y = (r - min r) / (max r - min r)` over all its pixels and channels.
 *
 * The blur is {@link gaussianBlur}. A picture whose logarithms differ by less than 0.001 is flat, and comes out dark.
 *
 * @param x pictures in [0, 1], float `[batch, height, width, channels]`, consumed
 * @param options `sigma`, `eps`
 * @returns an array of the shape of x in [0, 1], differentiable in x
 * @throws TypeError, RangeError for another dtype or rank, options that are unknown or out of range
 * @example
 * // The same stripes, in the sun and in the shade.
 * retinex(np.array([0.4, 0.8, 0.4, 0.2, 0.1, 0.2]).reshape([1, 1, 6, 1]), { sigma: 1 }) // [0.2638, 1, 0.5087, 0.3121, 0, 0.7938]
 * @see Jobson, Rahman, Woodell 1997, Properties and performance of a center/surround retinex, IEEE TIP 6(3)
 */
export function retinex(x: np.Array, options: RetinexOptions = {}): np.Array {
  const { sigma = Math.max(x.shape[1], x.shape[2]) / 8, eps } = readOptions("retinex", options, {
    sigma: true,
    eps: [1 / 255, { above: 0 }],
  });
  checkPictures("x", x);
  const light = gaussianBlur(x.ref, sigma);
  const detail = log(x.add(eps)).sub(log(light.add(eps)));
  const extreme = (of: typeof np.max): np.Array => of(detail.ref, [1, 2, 3], { keepdims: true });
  const low = extreme(np.min);
  const range = np.maximum(extreme(np.max).sub(low.ref), leastRange);
  return detail.sub(low).div(range);
}
