import { lax, numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkNumber, isArrayLike, peek, rangeError, typeError } from "../engine/checks.ts";
import { type OptionNames, readOptions } from "../engine/options.ts";
import { constantOf } from "../engine/parameter.ts";
import { type CodeRangeOptions, codeRange } from "./code-range.ts";

/** Added to every step size. */
export const scaleEps = 1e-6;

/** Integers that a zero point may be: those of the type that holds the codes. */
export const zeroPointRange = (signed: boolean): [number, number] => (signed ? [-128, 127] : [0, 255]);

/** Of {@link fakeQuant}. */
export interface FakeQuantOptions extends CodeRangeOptions {
  /** 2 to 8. */
  bits: number;
  /** The axis that has a step size and an offset for each of its entries; left out, there is one of each. */
  axis?: number;
  /**
   * What the gradients of step size and offset are multiplied by. Default `1 / sqrt(qmax n)` for `n` numbers, with an axis
   * `2 / sqrt(qmax n / inputs)`, where the inputs are the axis behind the first one, or else the one before `axis`.
   */
  gradScale?: number;
  /** Added to the step size; default 1e-6. */
  eps?: number;
  /** Whether the size of the offset takes its place, as in the authors' code, which so loses its sign; default false. */
  officialAbsOffset?: boolean;
  /** Whether the offset is moved to a whole number of steps, as integer arithmetic needs it; default false. */
  snapZeroPoint?: boolean;
}

const names: OptionNames<FakeQuantOptions> = {
  bits: true,
  signed: true,
  narrowRange: true,
  axis: true,
  gradScale: true,
  eps: true,
  officialAbsOffset: true,
  snapZeroPoint: true,
};

/**
 * Fake quantisation with a learned step size and offset (LSQ+; LSQ with offset 0): what a number is behind its code.
 *
 * `q = round(clip((x - beta) / s', qmin, qmax))` (half to even), `xhat = q s' + beta`, with `s' = |s| + eps`. The rounding has
 * derivative 1, the clipping 1 from end to end: `d xhat / d x = 1` inside and 0 outside,
 * `d xhat / d s = r (q - v)` inside and `r q` outside, `d xhat / d beta = 0` inside and `r` outside, with `v = (x - beta) / s'` and
 * the factor `r`, `gradScale`.
 *
 * @param x float, any shape
 * @param scale the step size `s > 0`: a number, `[]` or `[1]`, with an axis `[entries of it]`
 * @param beta the offset, of the same shape; 0 for symmetric codes
 * @param options `bits` and what else there is, see {@link FakeQuantOptions}
 * @returns an array of the shape of x; consumes all
 * @throws TypeError, RangeError for wrong dtypes and shapes, bits that aren't 2 to 8, and a step size that is seen not to be > 0
 * @example
 * fakeQuant(np.array([0.45, -3]), 0.25, 0, { bits: 4, eps: 0 }) // [0.5, -2]
 * fakeQuant(np.array([0.45, -0.2]), 0.25, -0.31, { bits: 4, eps: 0, snapZeroPoint: true }) // [0.5, -0.25]
 * @see Esser et al. 2020, arXiv 1902.08153, section 2; Bhalgat et al. 2020, arXiv 2004.09576, section 3; Xu et al. 2023, arXiv 2308.07650
 */
export function fakeQuant(
  x: np.Array,
  scale: np.Array | number,
  beta: np.Array | number,
  options: FakeQuantOptions,
): np.Array {
  const { bits, signed = true, axis, eps = scaleEps } = readOptions("fakeQuant", options, names);
  const [qmin, qmax] = codeRange(bits, options);
  if (!isArrayLike(x)) throw typeError("x", "a float array", x);
  checkFloatArray("x", x, x.ndim, "of any shape");
  checkNumber("eps", eps, { min: 0 });
  if (axis !== undefined) checkNumber("axis", axis, { min: -x.ndim, max: x.ndim - 1, integer: true });
  const along = axis === undefined ? undefined : axis < 0 ? axis + x.ndim : axis;
  const step = placed("scale", scale, x, along);
  const offset = placed("beta", beta, x, along);
  const least = Math.min(...Array.from(peek(step) ?? [1]));
  if (!(least > 0)) throw rangeError("scale", "step sizes > 0", least);
  const { gradScale = usualGradScale(x, qmax, along) } = options;
  checkNumber("gradScale", gradScale, { min: 0 });
  const used = usedSteps(step, offset, {
    eps,
    gradScale,
    officialAbsOffset: options.officialAbsOffset,
    zeroPoints: options.snapZeroPoint ? zeroPointRange(signed) : undefined,
  });
  return quantized(x, used, qmin, qmax);
}

/** The factor of the gradients of step size and offset; see {@link FakeQuantOptions}. */
function usualGradScale(x: { shape: number[]; size: number }, qmax: number, axis?: number): number {
  if (axis === undefined) return 1 / Math.sqrt(qmax * x.size);
  const inputs = (axis === 0 ? x.shape[1] : x.shape[axis - 1]) ?? 1;
  return 2 / Math.sqrt((qmax * x.size) / inputs);
}

/** How step sizes and offsets are used, of which arrays are constants of the gradient. */
export interface UsedStepsOptions {
  gradScale: np.Array | number;
  eps?: number;
  officialAbsOffset?: boolean;
  /** Offsets become whole numbers of steps, between these. */
  zeroPoints?: readonly [np.Array | number, np.Array | number];
}

/** Step sizes and offsets as they are used, with their gradients scaled. Consumes all arrays. */
export function usedSteps(
  scale: np.Array,
  beta: np.Array,
  { gradScale, eps = scaleEps, officialAbsOffset, zeroPoints }: UsedStepsOptions,
): { step: np.Array; offset: np.Array } {
  const again = typeof gradScale === "number" ? gradScale : gradScale.ref;
  const step = withGradScale(np.abs(scale), again).add(eps);
  const given = withGradScale(officialAbsOffset ? np.abs(beta) : beta, gradScale);
  if (zeroPoints === undefined) return { step, offset: given };
  const zero = clipped(given.neg().div(step.ref), ...zeroPoints);
  const rounded = zero.ref.add(lax.stopGradient(np.round(zero.ref).sub(zero)));
  return { step, offset: rounded.mul(step.ref).neg() };
}

/**
 * The body of {@link fakeQuant} for steps and offsets that broadcast against x. Consumes all arrays.
 *
 * With `c = clip(v)`, `q = round(c)` and `m = [c = v]` it is `(q - m c) s' + m (x - beta) + beta`, whose factors are constants: that is
 * `q s' + beta`, has the gradients of the formula, and takes few passes over x.
 */
export function quantized(
  x: np.Array,
  { step, offset }: { step: np.Array; offset: np.Array },
  qmin: np.Array | number,
  qmax: np.Array | number,
): np.Array {
  const from = x.sub(offset.ref);
  const v = lax.stopGradient(from.ref.div(step.ref));
  const c = np.minimum(np.maximum(v.ref, qmin), qmax);
  const inside = np.equal(c.ref, v);
  const ofStep = np.round(c.ref).sub(np.where(inside.ref, c, 0));
  return lax
    .stopGradient(ofStep)
    .mul(step)
    .add(np.where(inside, from, 0))
    .add(offset);
}

/** The value as it is, its gradient times a factor. */
function withGradScale(value: np.Array, factor: np.Array | number): np.Array {
  const scaled = value.ref.mul(factor);
  return scaled.ref.add(lax.stopGradient(value.sub(scaled)));
}

/** Cut to an interval, with derivative 1 at both ends, too; NaN stays NaN. */
function clipped(x: np.Array, min: np.Array | number, max: np.Array | number): np.Array {
  const low = typeof min === "number" ? min : min.ref;
  const high = typeof max === "number" ? max : max.ref;
  const below = x.ref.less(low);
  const above = x.ref.greater(high);
  return np.where(below, min, np.where(above, max, x));
}

/** Step sizes or offsets as an array that broadcasts against x. */
function placed(argument: string, value: np.Array | number, x: np.Array, axis?: number): np.Array {
  const entries = axis === undefined ? 1 : x.shape[axis];
  if (typeof value === "number") {
    checkNumber(argument, value);
    return np.full(axis === undefined ? [] : [1], value, { dtype: x.dtype });
  }
  if (!isArrayLike(value)) throw typeError(argument, "a number or a float array", value);
  if (value.ndim > 1 || (value.size !== entries && value.size !== 1))
    throw rangeError(
      argument,
      axis === undefined ? "one number" : `${entries} numbers, one an entry of the axis`,
      value,
    );
  const same = value.dtype === x.dtype ? value : constantOf(value, x.dtype);
  if (value.size === 1) return same.reshape([]);
  return same.reshape(x.shape.map((_, i) => (i === axis ? entries : 1)));
}
