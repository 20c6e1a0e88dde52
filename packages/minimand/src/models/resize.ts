import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNumber, rangeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";

/** Of {@link resizeBilinear}. */
export interface ResizeOptions {
  /**
   * Whether the centres of the corner pixels stay where they are (default), as with PyTorch's `align_corners=True`; otherwise the
   * corners of the image do.
   */
  alignCorners?: boolean;
}

/**
 * Images of another size by linear interpolation along each axis: `y = R_height x R_width^T` for each channel, where a row of `R` has the
 * weights `1 - t` and `t` of the two pixels around its place `p = floor(p) + t`.
 *
 * Row `i` of `m`, from `n` pixels, lies at `p = i (n - 1) / (m - 1)` with aligned corners (0 where `m` is 1), otherwise at
 * `p = (i + 1/2) n / m - 1/2`, moved to the border where it lies beyond it. Nothing is averaged on the way down: a size far below the
 * image's skips pixels.
 *
 * @param x `[batch, height, width, channels]`, consumed
 * @param size `[height, width]` of the result
 * @returns `[batch, size[0], size[1], channels]`, differentiable in x
 * @throws TypeError or RangeError for x of another rank or dtype, and a size that isn't two integers >= 1
 * @example
 * const x = np.array([0, 1, 2, 5]).reshape([1, 2, 2, 1])
 * resizeBilinear(x, [2, 3]) // [0, 0.5, 1, 2, 3.5, 5]
 * @see Hashmi et al. 2023, arXiv 2308.03594, whose code upsamples with aligned corners; PyTorch's `interpolate`
 */
export function resizeBilinear(
  x: np.Array,
  size: readonly [height: number, width: number],
  options: ResizeOptions = {},
): np.Array {
  const { alignCorners } = readOptions("resizeBilinear", options, { alignCorners: [true] });
  checkFloatArray("x", x, 4, "[batch, height, width, channels]");
  if (!Array.isArray(size) || size.length !== 2) throw rangeError("size", "[height, width]", size);
  for (const length of size) checkNumber("size", length, { min: 1, integer: true });
  return size.reduce((image, length, i) => {
    const from = image.shape[i + 1];
    if (length === from) return image;
    const weights = interpolation(from, length, alignCorners);
    const matrix = np.array(weights, { shape: [length, from], dtype: image.dtype });
    return np.einsum(i === 0 ? "ph,bhwc->bpwc" : "pw,bhwc->bhpc", matrix, image);
  }, x);
}

/** The matrix `[to, from]` of linear interpolation along an axis, row after row. */
function interpolation(from: number, to: number, alignCorners: boolean): number[] {
  const weights = Array.from({ length: to * from }, () => 0);
  for (let i = 0; i < to; i++) {
    const place = alignCorners ? (to === 1 ? 0 : (i * (from - 1)) / (to - 1)) : ((i + 0.5) * from) / to - 0.5;
    const inside = Math.min(Math.max(place, 0), from - 1);
    const before = Math.floor(inside);
    weights[i * from + before] += 1 - (inside - before);
    if (before + 1 < from) weights[i * from + before + 1] += inside - before;
  }
  return weights;
}
