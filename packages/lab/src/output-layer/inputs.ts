import { rangeError, typeError } from "minimand/engine";
import type { SphericalLossSpec } from "minimand/losses";
import type { Floats } from "./matrix-space.ts";

/** Throws unless these are finite floating-point numbers. */
export function checkFloats(argument: string, values: unknown): asserts values is Floats {
  if (!(values instanceof Float64Array || values instanceof Float32Array))
    throw typeError(argument, "a Float64Array or Float32Array", values);
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw rangeError(argument, "finite numbers", values[i]);
}

/** Throws unless these are rows of `features` finite numbers; returns how many rows. */
export function checkHidden(hidden: unknown, features: number): number {
  checkFloats("hidden", hidden);
  if (hidden.length === 0 || hidden.length % features !== 0)
    throw rangeError("hidden", `rows of ${features} numbers`, hidden);
  return hidden.length / features;
}

/** Throws unless these are class ids, the same number for each example; returns how many for each. */
export function checkTargets(argument: string, ids: unknown, batch: number, classes: number): number {
  if (!(ids instanceof Int32Array)) throw typeError(argument, "an Int32Array of class ids", ids);
  if (ids.length === 0 || ids.length % batch !== 0)
    throw rangeError(argument, `one or more class ids for each of ${batch} examples`, ids);
  for (const id of ids)
    if (id < 0 || id >= classes) throw rangeError(argument, `class ids from 0 to ${classes - 1}`, id);
  return ids.length / batch;
}

/** Throws unless these are `count` finite weights >= 0. */
export function checkWeights(argument: string, weights: ArrayLike<number>, count: number): void {
  if (weights.length !== count) throw rangeError(argument, `${count} numbers`, weights);
  for (let i = 0; i < count; i++)
    if (!(weights[i] >= 0 && weights[i] < Infinity))
      throw rangeError(argument, "finite numbers >= 0", weights[i]);
}

/** Throws unless this is a loss of the spherical family. */
export function checkSphericalLoss(loss: unknown): asserts loss is SphericalLossSpec {
  const given = loss as Partial<SphericalLossSpec> | null | undefined;
  if (typeof given?.value !== "function" || typeof given.partials !== "function")
    throw typeError(
      "loss",
      "a loss of the spherical family with value and partials (zLossSpec, taylorSoftmaxSpec, sphericalSoftmaxSpec, squaredErrorSpec, upperBoundSpec, or one's own; log-softmax is none)",
      loss,
    );
}

/**
 * Whether a loss, as the Z-loss does, ignores the scale of the scores: then it has no gradient where all scores are equal.
 */
export function ignoresScale(loss: SphericalLossSpec): boolean {
  const [once, scaled] = [loss.value(10, 4, 3, 4), loss.value(10e6, 4e3, 3e3, 4)];
  return Math.abs(once - scaled) <= 1e-6 * Math.abs(once);
}
