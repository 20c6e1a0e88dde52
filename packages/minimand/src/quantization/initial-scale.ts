import type { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNumber, isArrayLike, peek, rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { codeOf, codeRange } from "./code-range.ts";

/** How an initial step size is searched for. */
export interface InitScaleOptions {
  /** 2 to 8. */
  bits: number;
  /** Whether the offset is 0; default true. */
  symmetric?: boolean;
  /** Whether codes have signs; default true. Without, no number may be below -1e-9. */
  signed?: boolean;
  /** The axis that has a step size for each of its entries; left out, there is one. */
  axis?: number;
  /** The power of the error; default 2.4. */
  p?: number;
  /** How many ranges are tried, each 1 % shorter than the one before, 1 to 100; default 80. */
  candidates?: number;
}

/** Offset of codes without signs that aren't symmetric: that of the authors. */
const unsignedBeta = -1e-9;

/**
 * The initial step size and offset of {@link fakeQuant}: of some ranges, each 1 % of the whole one shorter, the first of those whose mean
 * error `|x - xhat|^p` is least.
 *
 * With `t` the share of the range: symmetric `s = 2 t max|x| / (qmax - qmin)` and `beta = 0`; otherwise
 * `s = t (max x - min x) / (qmax - qmin)` and `beta = t min x - s qmin`; codes without signs `s = t max x / qmax`, `beta = 0` or, if not
 * symmetric, -1e-9. Where that is 0, `s = 1`, with which nothing is lost.
 *
 * It is found on the host: x must be seen, it can't be traced.
 *
 * @param x float, any shape with at least one number; looked at, not consumed
 * @param options `bits` and what else there is, see {@link InitScaleOptions}
 * @returns numbers `scale` and `beta`, one for each entry of `axis`, or one of each
 * @throws TypeError, RangeError for wrong dtypes, no numbers, NaN and Infinity, negative numbers for codes without signs, options out of range
 * @example
 * initScale(np.array([-1, 0, 0.5, 1]), { bits: 2 }).scale // [0.6067]
 * @see Xu et al. 2023, arXiv 2308.07650, and its authors' code
 */
export function initScale(
  x: np.Array,
  options: InitScaleOptions,
): { scale: Float64Array; beta: Float64Array } {
  const { bits, symmetric, signed, axis, p, candidates } = readOptions("initScale", options, {
    bits: true,
    symmetric: [true],
    signed: [true],
    axis: true,
    p: [2.4],
    candidates: [80],
  });
  const range = codeRange(bits, { signed });
  checkNumber("p", p, { above: 0 });
  checkNumber("candidates", candidates, { min: 1, max: 100, integer: true });
  if (!isArrayLike(x)) throw typeError("x", "a float array", x);
  checkFloatArray("x", x, x.ndim, "of any shape");
  if (x.size === 0) throw rangeError("x", "at least one number", x);
  if (axis !== undefined) checkNumber("axis", axis, { min: -x.ndim, max: x.ndim - 1, integer: true });
  const values = peek(x);
  if (values === null) throw typeError("x", "an array whose numbers can be seen", "a traced one");
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw rangeError("x", "finite numbers", values[i]);
    if (!signed && values[i] < -1e-9)
      throw rangeError("x", "numbers >= 0 for codes without signs", values[i]);
  }
  const found = channelsOf(values, x.shape, axis).map((channel) =>
    searched(channel, range, { symmetric, signed, p, candidates }),
  );
  return {
    scale: Float64Array.from(found, ({ scale }) => scale),
    beta: Float64Array.from(found, ({ beta }) => beta),
  };
}

/** The numbers of each entry of an axis. */
function channelsOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  axis: number | undefined,
): ArrayLike<number>[] {
  if (axis === undefined) return [values];
  const at = axis < 0 ? axis + shape.length : axis;
  const count = shape[at];
  const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
  const channels = Array.from({ length: count }, () => new Float64Array(values.length / count));
  const filled = new Int32Array(count);
  for (let i = 0; i < values.length; i++) {
    const channel = Math.floor(i / inner) % count;
    channels[channel][filled[channel]++] = values[i];
  }
  return channels;
}

interface Search {
  symmetric: boolean;
  signed: boolean;
  p: number;
  candidates: number;
}

function searched(
  values: ArrayLike<number>,
  range: readonly [number, number],
  { symmetric, signed, p, candidates }: Search,
): { scale: number; beta: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
  }
  const steps = range[1] - range[0];
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const at = (t: number): { scale: number; beta: number } => {
    if (!signed) return { scale: (t * high) / steps, beta: symmetric ? 0 : unsignedBeta };
    if (symmetric) return { scale: (2 * t * largest) / steps, beta: 0 };
    const scale = (t * high - t * low) / steps;
    return { scale, beta: t * low - scale * range[0] };
  };
  if (!(at(1).scale > 0)) return { scale: 1, beta: signed && !symmetric ? low - range[0] : at(1).beta };
  let best = at(1);
  let least = Infinity;
  for (let i = 0; i < candidates; i++) {
    const tried = at(1 - 0.01 * i);
    const error = errorBelow(values, tried, range, p, least);
    if (error < least) [best, least] = [tried, error];
  }
  return best;
}

/** The sum of `|x - xhat|^p`, given up where it is beyond a limit. */
function errorBelow(
  values: ArrayLike<number>,
  { scale, beta }: { scale: number; beta: number },
  range: readonly [number, number],
  p: number,
  limit: number,
): number {
  let sum = 0;
  for (let i = 0; i < values.length && sum < limit; i++) {
    const error = Math.abs(values[i] - (codeOf(values[i], scale, beta, range) * scale + beta));
    if (error !== 0) sum += error ** p;
  }
  return sum;
}
