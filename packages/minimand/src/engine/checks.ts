import { numpy as np } from "@jax-js/jax";
import { type Bounds, checkNumber, isArrayLike, rangeError, typeError } from "./errors.ts";
import type { Parameter } from "./parameter.ts";

export * from "./errors.ts";

/**
 * Checks a scalar parameter: numbers against the bounds, arrays for being 0-d (their values may be traced).
 *
 * @example
 * checkParameter("gamma", -1, { min: 0 }) // throws: gamma: expected a finite number >= 0, got -1
 */
export function checkParameter(argument: string, value: Parameter, bounds: Bounds = {}): void {
  if (isArrayLike(value)) {
    if (value.shape.length > 0) throw rangeError(argument, "a number or a 0-d array", value);
    return;
  }
  checkNumber(argument, value, bounds);
}

/**
 * The check of an option that may be a 0-d array, with bounds where it is a number.
 *
 * @example
 * parameterIn({ min: 0 })("gamma", -1) // throws: gamma: expected a finite number >= 0, got -1
 */
export const parameterIn =
  (bounds: Bounds) =>
  (name: string, value: unknown): void =>
    checkParameter(name, value as Parameter, bounds);

/**
 * Throws where float64 arrays can't be made: the engine asks for `Float16Array` on the way, which Node has from 24 on.
 *
 * @example
 * checkFloat64("x")
 */
export function checkFloat64(argument: string): void {
  if (globalThis.Float16Array !== undefined) return;
  const node = globalThis.process?.versions?.node;
  throw new Error(
    node === undefined
      ? `${argument}: float64 needs a browser with Float16Array, this one has none`
      : `${argument}: float64 needs Node 24 or later, this is Node ${node}`,
  );
}

/**
 * Throws unless `value` is a floating-point array of the given rank.
 *
 * @example
 * checkFloatArray("logits", np.array([1, 2]), 2, "[batch, classes]") // throws: logits: expected a float array [batch, classes], got float32[2]
 */
export function checkFloatArray(
  argument: string,
  value: unknown,
  rank: number,
  axes: string,
): asserts value is np.Array {
  const expected = `a float array ${axes}`;
  if (!isArrayLike(value)) throw typeError(argument, expected, value);
  if (value.dtype !== np.float32 && value.dtype !== np.float64 && value.dtype !== np.float16)
    throw typeError(argument, expected, value);
  if (value.dtype === np.float64) checkFloat64(argument);
  if (value.shape.length !== rank) throw rangeError(argument, expected, value);
}

/**
 * Throws unless the array has exactly this shape.
 *
 * @example
 * checkShape("weights", np.array([1, 2]), [3]) // throws: weights: expected shape [3], got float32[2]
 */
export function checkShape(argument: string, value: np.Array, shape: readonly number[]): void {
  if (value.shape.length !== shape.length || value.shape.some((n, i) => n !== shape[i])) {
    throw rangeError(argument, `shape [${shape.join(", ")}]`, value);
  }
}

/**
 * The values of an array that can be looked at now, or `null` for one that is being traced or lives on
 * WebGPU (reads there are asynchronous). Does not consume the array.
 *
 * @example
 * const x = np.array([1, 2])
 * peek(x) // [1, 2]
 * x.refCount // 1
 */
export function peek(value: np.Array): ArrayLike<number> | null {
  if (!(value instanceof np.Array) || value.device === "webgpu" || value.device === "webgl") return null;
  return value.ref.dataSync() as ArrayLike<number>;
}

/**
 * Throws if an array that can be looked at holds NaN.
 *
 * @example
 * checkNoNaN("logits", np.array([1, Number.NaN])) // throws: logits: expected numbers, got NaN
 */
export function checkNoNaN(argument: string, value: np.Array): void {
  const values = peek(value);
  if (values === null) return;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw rangeError(argument, "numbers", Number.NaN);
  }
}
