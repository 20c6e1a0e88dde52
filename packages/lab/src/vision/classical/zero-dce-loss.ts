import { numpy as np } from "@jax-js/jax";
import { checkNumber, checkShape, rangeError, readOptions } from "minimand/engine";
import { sliceAxis } from "minimand/internals";
import { checkPictures } from "./checks.ts";

/** Options of {@link zeroDceTerms}. */
export interface ZeroDceTermsOptions {
  /** The brightness that patches are to have, in [0, 1]; default 0.6. */
  level?: number;
  /** Side of the patches whose brightness is looked at, in pixels; default 16. */
  patch?: number;
  /** Side of the regions whose differences are kept, in pixels; default 4. */
  region?: number;
}

/** Options of {@link zeroDceLoss}. */
export interface ZeroDceLossOptions extends ZeroDceTermsOptions {
  /** What each term counts, >= 0; default `{ spatial: 1, exposure: 10, color: 5, smoothness: 200 }`. */
  weights?: { spatial?: number; exposure?: number; color?: number; smoothness?: number };
}

const termNames = { spatial: true, exposure: true, color: true, smoothness: true } as const;

/** One value per picture, `[batch]` each. */
export type ZeroDceTerms = Record<keyof typeof termNames, np.Array>;

const optionNames = { level: true, patch: true, region: true } as const;

/**
 * Returns what is asked of brightened pictures without knowing a good one, one value per picture.
 *
 * With `b` the mean over channels, `B` and `B'` its means over regions before and after, `m_p` the mean of a channel:
 *
 * - `spatial = 1/K sum_i sum_j (B'_i - B'_j - (B_i - B_j))^2` over the `K` regions and their neighbours above, below, left and right, as far as
 *   there are any (the authors' code has zeros beyond the border)
 * - `exposure = mean over patches of (mean of b' - level)^2`
 * - `color = sqrt(sum over pairs of channels (m_p - m_q)^4)`
 * - `smoothness = 2 (sum dh^2 / ((H - 1) W) + sum dw^2 / (H (W - 1)))` of the differences of neighbouring curves, summed over their channels
 *
 * Patches and regions are side by side from the upper left corner; what remains at the border isn't looked at.
 *
 * @param enhanced pictures after, float `[batch, height, width, channels]`, consumed
 * @param original pictures before, of the same shape, consumed
 * @param curves `[batch, height, width, any]`, consumed
 * @param options `level`, `patch`, `region`
 * @returns the four terms, differentiable
 * @throws TypeError, RangeError for other dtypes and shapes, pictures smaller than a patch or a region, options that are unknown or out of
 * range
 * @example
 * const dark = np.full([1, 16, 16, 1], 0.1)
 * const { exposure, spatial } = zeroDceTerms(np.full([1, 16, 16, 1], 0.4), dark, np.zeros([1, 16, 16, 8]))
 * exposure // [0.04]
 * spatial // [0]
 * @see Guo et al. 2020, arXiv 2001.06826, equations 4 to 7
 */
export function zeroDceTerms(
  enhanced: np.Array,
  original: np.Array,
  curves: np.Array,
  options: ZeroDceTermsOptions = {},
): ZeroDceTerms {
  const { level = 0.6, patch = 16, region = 4 } = readOptions("zeroDceTerms", options, optionNames);
  checkNumber("level", level, { min: 0, max: 1 });
  for (const [name, side] of Object.entries({ patch, region }))
    checkNumber(name, side, { min: 1, integer: true });
  checkPictures("enhanced", enhanced);
  checkPictures("original", original);
  checkShape("original", original, enhanced.shape);
  checkPictures("curves", curves);
  const [, height, width] = enhanced.shape;
  const least = Math.max(patch, region);
  if (Math.min(height, width) < least)
    throw rangeError("enhanced", `pictures of at least ${least} x ${least} pixels`, enhanced);
  const after = enhanced.ref.mean(3);
  const change = patchMeans(after.ref.sub(original.mean(3)), region);
  return {
    spatial: spatialTerm(change),
    exposure: np.square(patchMeans(after, patch).sub(level)).mean([1, 2]),
    color: colorTerm(enhanced),
    smoothness: smoothnessTerm(curves),
  };
}

/**
 * Returns the loss of Zero-DCE, a weighted sum of {@link zeroDceTerms}: dark regions are to become bright, differences between neighbours
 * are to stay, colours to balance, and curves to vary slowly.
 *
 * `loss = spatial + 10 exposure + 5 color + 200 smoothness`
 *
 * @param enhanced pictures after, float `[batch, height, width, channels]`, consumed
 * @param original pictures before, of the same shape, consumed
 * @param curves `[batch, height, width, any]`, consumed
 * @param options `weights` of the terms, and those of {@link zeroDceTerms}
 * @returns one value >= 0 per picture, `[batch]`, differentiable
 * @throws TypeError, RangeError as {@link zeroDceTerms}, and for weights below 0
 * @example
 * const dark = np.full([1, 16, 16, 1], 0.1)
 * zeroDceLoss(np.full([1, 16, 16, 1], 0.4), dark, np.zeros([1, 16, 16, 8])) // [0.4]
 * @see Guo et al. 2020, arXiv 2001.06826, equation 8
 */
export function zeroDceLoss(
  enhanced: np.Array,
  original: np.Array,
  curves: np.Array,
  options: ZeroDceLossOptions = {},
): np.Array {
  const { weights: given, ...others } = readOptions("zeroDceLoss", options, {
    ...optionNames,
    weights: [{}],
  });
  readOptions("weights", given, termNames);
  const weights = { spatial: 1, exposure: 10, color: 5, smoothness: 200, ...given };
  for (const [name, weight] of Object.entries(weights)) checkNumber(`weights.${name}`, weight, { min: 0 });
  const { spatial, exposure, color, smoothness } = zeroDceTerms(enhanced, original, curves, others);
  return spatial
    .mul(weights.spatial)
    .add(exposure.mul(weights.exposure))
    .add(color.mul(weights.color))
    .add(smoothness.mul(weights.smoothness));
}

/** Means of squares side by side, `[batch, height, width] -> [batch, rows, columns]`, as products with two matrices. Consumes x. */
function patchMeans(x: np.Array, side: number): np.Array {
  const matrix = (length: number): np.Array => {
    const count = Math.floor(length / side);
    const entry = (_: unknown, i: number): number =>
      Math.floor((i % length) / side) === Math.floor(i / length) ? 1 / side : 0;
    const weights = Array.from({ length: count * length }, entry);
    return np.array(weights, { shape: [count, length], dtype: x.dtype });
  };
  const [, height, width] = x.shape;
  return np.einsum("qw,bpw->bpq", matrix(width), np.einsum("ph,bhw->bpw", matrix(height), x));
}

/** Squared differences of neighbours along an axis, summed over all axes but the first. Looks at x. */
function squaredSteps(x: np.Array, axis: number): np.Array {
  const length = x.shape[axis];
  const steps = np.square(sliceAxis(x.ref, axis, 1, length).sub(sliceAxis(x.ref, axis, 0, length - 1)));
  return steps.reshape([x.shape[0], -1]).sum(-1);
}

/** Each pair of neighbours is met from both sides. */
function spatialTerm(change: np.Array): np.Array {
  const [batch, rows, columns] = change.shape;
  let sum = np.zeros([batch], { dtype: change.dtype });
  if (rows > 1) sum = sum.add(squaredSteps(change, 1));
  if (columns > 1) sum = sum.add(squaredSteps(change, 2));
  change.dispose();
  return sum.mul(2 / (rows * columns));
}

function colorTerm(enhanced: np.Array): np.Array {
  const [batch, , , channels] = enhanced.shape;
  const means = enhanced.mean([1, 2]);
  const differences = means.ref.reshape([batch, channels, 1]).sub(means.reshape([batch, 1, channels]));
  // Each pair is met twice. The square root has no derivative at 0.
  const sum = np.square(np.square(differences)).reshape([batch, -1]).sum(-1).mul(0.5);
  return np.where(sum.ref.greater(leastSum), np.sqrt(np.maximum(sum, leastSum)), 0);
}

const leastSum = 1e-24;

function smoothnessTerm(curves: np.Array): np.Array {
  const [batch, height, width] = curves.shape;
  let sum = np.zeros([batch], { dtype: curves.dtype });
  if (height > 1) sum = sum.add(squaredSteps(curves, 1).mul(2 / ((height - 1) * width)));
  if (width > 1) sum = sum.add(squaredSteps(curves, 2).mul(2 / (height * (width - 1))));
  curves.dispose();
  return sum;
}
