import { lax, numpy as np } from "@jax-js/jax";
import {
  checkChoice,
  checkFloatArray,
  checkNoNaN,
  checkNumber,
  checkParameter,
  checkShape,
  rangeError,
} from "../../../engine/checks.ts";
import { log } from "../../../engine/numerics.ts";
import type { OptionNames } from "../../../engine/options.ts";
import { constantOf, type Parameter, parameter } from "../../../engine/parameter.ts";
import { readLossOptions } from "../../loss-options.ts";
import { checkWeights, type LossOptions } from "../../per-example.ts";

/**
 * By what a derivative beyond margin 1 is multiplied, so that the loss stays bounded below: `1 / z` (the official code),
 * `1 / (z log^2 z)` beyond e (strictly integrable), `z^-power`, or nothing.
 */
export type EnsLossTail = "inverse" | "inverse-log2" | "none" | { power: number };

/** The law of the random derivatives. */
export interface EnsLossLaw {
  /** `box-cox` maps standard normal noise by {@link inverseBoxCox}; `exponential` takes standard exponential noise. */
  generator?: "box-cox" | "exponential";
  /** Parameter of the inverse Box-Cox transform, default 0 (log-normal); may be a traced 0-d array. */
  boxCoxLambda?: Parameter;
  /** Largest magnitude, default 1. */
  clip?: number;
  /** Default `inverse`. */
  tail?: EnsLossTail;
  /** Subtracted from every derivative last, default 1e-6: above 0 it makes all of them strictly negative. */
  epsilon?: number;
}

/** The names of all options of the law. */
export const ensLossLaw: OptionNames<EnsLossLaw> = {
  generator: true,
  boxCoxLambda: true,
  clip: true,
  tail: true,
  epsilon: true,
};

/**
 * Inverse Box-Cox transform, from normal noise to positive random magnitudes.
 *
 * `max(0, 1 + lambda u)^(1 / lambda)`, `e^u` for `lambda = 0`; `+Infinity` where `lambda < 0` and `1 + lambda u <= 0`.
 *
 * @param u float array of any shape
 * @param lambda number, or a 0-d array (may be traced)
 * @returns an array of the shape of `u`, values in [0, +Infinity]; a constant for differentiation
 * @throws RangeError for a `lambda` that is not finite
 * @example
 * inverseBoxCox(np.array([-3, 0, 2]), 0.5) // [0, 1, 4]
 * @see Dai 2024, arXiv 2409.00908, section on the generation of loss-derivatives
 */
export function inverseBoxCox(u: np.Array, lambda: Parameter): np.Array {
  checkParameter("lambda", lambda);
  const noise = lax.stopGradient(u);
  if (typeof lambda === "number") {
    if (Math.abs(lambda) < nearZero) return np.exp(noise);
    const [inside, power] = insidePower(noise.mul(lambda), (x) => x.div(lambda));
    return np.where(inside, power, lambda > 0 ? 0 : Infinity);
  }
  const l = lax.stopGradient(parameter(lambda, noise));
  const isZero = np.abs(l.ref).less(nearZero);
  const safe = np.where(isZero.ref, 1, l.ref);
  const [inside, power] = insidePower(noise.ref.mul(safe.ref), (x) => x.div(safe));
  const outside = np.where(l.greater(0), 0, Infinity);
  return np.where(isZero, np.exp(noise), np.where(inside, power, outside));
}

/** Below this the transform differs from its limit by less than float32 can tell. */
const nearZero = 1e-7;

/** Where `1 + x > 0`, and `exp(overLambda(log(1 + x)))`, which is made safe elsewhere. */
function insidePower(x: np.Array, overLambda: (x: np.Array) => np.Array): [np.Array, np.Array] {
  const inside = x.ref.greater(-1);
  return [inside.ref, np.exp(overLambda(np.log1p(np.where(inside, x, 0))))];
}

/**
 * Random derivatives of a convex calibrated loss at the margins of a batch: the core of EnsLoss.
 *
 * `a = min(inverseBoxCox(noise), clip)`; the i-th smallest margin gets the i-th largest magnitude,
 * `g = -a tail(z) - epsilon`. So `g < 0` and `g` does not decrease with the margin; ties of margins go by index.
 * Ranks are found by comparison, O(batch^2), which unlike a sort works inside compiled gradients.
 *
 * @param margins float `[batch]`
 * @param noise `[batch]` (`[batch + 1]` with `phantomZero`): standard normal, or standard exponential for that generator
 * @param options the law; `phantomZero` ranks one more margin, 0, and drops its derivative (an early version of the
 * official code); `weights` `[batch]`: rows of weight 0 take part with neither margin nor noise and get derivative 0
 * @returns derivatives `[batch]` in `[-clip - epsilon, 0]`, constants for differentiation
 * @throws TypeError, RangeError for wrong dtypes, shapes, options, NaN (values are checked outside of tracing only)
 * @example
 * ensLossDerivatives(np.array([0.5, -2, 3]), np.log(np.array([0.2, 0.6, 2]))) // [-0.6, -1, -0.0667]
 * @see Dai 2024, arXiv 2409.00908, algorithm 1 and the official code (statmlben/ensLoss, losses.py)
 */
export function ensLossDerivatives(
  margins: np.Array,
  noise: np.Array,
  options: LossOptions & EnsLossLaw & { phantomZero?: boolean } = {},
): np.Array {
  const { weights, phantomZero, ...law } = readLossOptions("ensLossDerivatives", options, {
    ...ensLossLaw,
    phantomZero: [false],
  });
  checkFloatArray("margins", margins, 1, "[batch]");
  const batch = margins.shape[0];
  checkWeights(weights, batch);
  if (weights === undefined) checkNoNaN("margins", margins);
  checkFloatArray("noise", noise, 1, phantomZero ? "[batch + 1]" : "[batch]");
  checkShape("noise", noise, [phantomZero ? batch + 1 : batch]);
  return rankedDerivatives(margins, noise, weights?.notEqual(0), law, phantomZero);
}

/**
 * As {@link ensLossDerivatives} along the last axis of `margins [..., n]` and `noise [..., n or n + 1]`; entries where
 * `counted` (boolean, the shape of margins) is false stay out and get 0.
 */
export function rankedDerivatives(
  margins: np.Array,
  noise: np.Array,
  counted: np.Array | undefined,
  law: EnsLossLaw,
  phantomZero = false,
): np.Array {
  const { tail = "inverse", epsilon = 1e-6 } = law;
  checkLaw(law);
  const held = lax.stopGradient(margins);
  // Entries that don't count may hold anything, NaN included.
  const z = counted === undefined ? held : np.where(counted.ref, held, 0);
  const u = lax.stopGradient(constantOf(noise, z.dtype));
  const drawn = counted === undefined ? u : np.where(withPhantom(counted.ref, phantomZero), u, 0);
  const a = magnitudes(drawn, law);
  let place = ranks(z.ref, counted?.ref);
  if (phantomZero) place = place.add(np.where(z.ref.greater(0), 1, 0));
  const order = ranks(a.ref.neg(), counted && withPhantom(counted.ref, phantomZero));
  const g = atRank(place, order, a, counted && withPhantom(counted.ref, phantomZero))
    .mul(tailFactor(z, tail))
    .neg()
    .sub(epsilon);
  return counted === undefined ? g : np.where(counted, g, 0);
}

function checkLaw({
  generator = "box-cox",
  boxCoxLambda = 0,
  clip = 1,
  tail = "inverse",
  epsilon = 1e-6,
}: EnsLossLaw): void {
  checkChoice("generator", generator, ["box-cox", "exponential"]);
  checkParameter("boxCoxLambda", boxCoxLambda);
  checkNumber("clip", clip, { above: 0 });
  checkNumber("epsilon", epsilon, { min: 0 });
  if (typeof tail === "object" && tail !== null) checkNumber("tail.power", tail.power, { above: 0 });
  else if (!["inverse", "inverse-log2", "none"].includes(tail))
    throw rangeError("tail", '"inverse", "inverse-log2", "none" or { power }', tail);
}

function magnitudes(
  noise: np.Array,
  { generator = "box-cox", boxCoxLambda = 0, clip = 1 }: EnsLossLaw,
): np.Array {
  if (generator === "exponential" && typeof boxCoxLambda !== "number") boxCoxLambda.dispose();
  return np.minimum(generator === "exponential" ? noise : inverseBoxCox(noise, boxCoxLambda), clip);
}

/** The phantom's noise, the last one, always counts. */
function withPhantom(counted: np.Array, phantomZero: boolean): np.Array {
  if (!phantomZero) return counted;
  return np.concatenate([counted, np.ones([...counted.shape.slice(0, -1), 1], { dtype: np.bool })], -1);
}

/** Number of counted entries of the last axis that come before each one in ascending order, ties by index. */
function ranks(x: np.Array, counted: np.Array | undefined): np.Array {
  const n = x.shape.at(-1)!;
  const lead = x.shape.slice(0, -1);
  const index = np.arange(n);
  const isEarlier = index.ref.reshape([1, n]).less(index.reshape([n, 1]));
  const other = x.ref.reshape([...lead, 1, n]);
  const own = x.reshape([...lead, n, 1]);
  const tied = np.where(other.ref.equal(own.ref), np.where(isEarlier, 1, 0), 0);
  const before = np.where(other.less(own), 1, tied);
  if (counted === undefined) return before.sum(-1);
  return np.where(counted.reshape([...lead, 1, n]), before, 0).sum(-1);
}

/** The value whose `order` is each `place`. */
function atRank(place: np.Array, order: np.Array, values: np.Array, counted: np.Array | undefined): np.Array {
  const n = place.shape.at(-1)!;
  const m = order.shape.at(-1)!;
  const lead = place.shape.slice(0, -1);
  const known = counted === undefined ? order : np.where(counted, order, -1);
  const isHere = place.reshape([...lead, n, 1]).equal(known.reshape([...lead, 1, m]));
  return np.where(isHere, values.reshape([...lead, 1, m]), 0).sum(-1);
}

function tailFactor(z: np.Array, tail: EnsLossTail): np.Array {
  if (tail === "none") return np.onesLike(z);
  if (tail === "inverse") return np.reciprocal(np.maximum(z, 1));
  if (tail === "inverse-log2") {
    const beyond = z.ref.greater(Math.E);
    const far = np.maximum(z, Math.E);
    return np.where(beyond, np.reciprocal(far.ref.mul(np.square(log(far)))), 1);
  }
  return np.exp(log(np.maximum(z, 1)).mul(-tail.power));
}
