import { numpy as np } from "@jax-js/jax";
import type { Parameter } from "./parameter.ts";

/** How a received value is written in an error: NaN as NaN, arrays by shape and dtype. */
export function received(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean" || value == null) return String(value);
  if (isArrayLike(value)) return `${value.dtype}[${value.shape.join(", ")}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  return typeof value === "function" ? "a function" : typeof value;
}

function isArrayLike(value: unknown): value is np.Array {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
}

/** A `RangeError` in the one grammar of this library: argument, what was expected, what came. */
export function rangeError(argument: string, expected: string, value: unknown): RangeError {
  return new RangeError(`${argument}: expected ${expected}, got ${received(value)}`);
}

/** A `TypeError` in the one grammar of this library: argument, what was expected, what came. */
export function typeError(argument: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${argument}: expected ${expected}, got ${received(value)}`);
}

/** Bounds of a number; `min`/`max` are allowed themselves, `above`/`below` are not. */
export interface Bounds {
  min?: number;
  max?: number;
  above?: number;
  below?: number;
  integer?: boolean;
}

/** Throws unless `value` is a finite number within the bounds. */
export function checkNumber(argument: string, value: unknown, bounds: Bounds = {}): asserts value is number {
  const expected = describe(bounds);
  if (typeof value !== "number") throw typeError(argument, expected, value);
  const { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity, integer = false } = bounds;
  const inside =
    value >= min &&
    value <= max &&
    (value > above || above === -Infinity) &&
    (value < below || below === Infinity);
  if (!Number.isFinite(value) || !inside || (integer && !Number.isInteger(value)))
    throw rangeError(argument, expected, value);
}

function describe({ min, max, above, below, integer }: Bounds): string {
  const limits = [
    min === undefined ? "" : `>= ${min}`,
    above === undefined ? "" : `> ${above}`,
    max === undefined ? "" : `<= ${max}`,
    below === undefined ? "" : `< ${below}`,
  ].filter((s) => s !== "");
  return `${integer ? "an integer" : "a finite number"}${limits.length > 0 ? ` ${limits.join(" and ")}` : ""}`;
}

/** Checks a scalar parameter: numbers against the bounds, arrays for being 0-d (their values may be traced). */
export function checkParameter(argument: string, value: Parameter, bounds: Bounds = {}): void {
  if (isArrayLike(value)) {
    if (value.shape.length > 0) throw rangeError(argument, "a number or a 0-d array", value);
    return;
  }
  checkNumber(argument, value, bounds);
}

/** Throws unless `value` is one of the named choices. */
export function checkChoice<const T extends string>(
  argument: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (!choices.includes(value as T))
    throw rangeError(argument, `one of ${choices.map((c) => JSON.stringify(c)).join(", ")}`, value);
}

/** Throws unless `value` is a floating-point array of the given rank. */
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
  if (value.shape.length !== rank) throw rangeError(argument, expected, value);
}

/** Throws unless the array has exactly this shape. */
export function checkShape(argument: string, value: np.Array, shape: readonly number[]): void {
  if (value.shape.length !== shape.length || value.shape.some((n, i) => n !== shape[i])) {
    throw rangeError(argument, `shape [${shape.join(", ")}]`, value);
  }
}

/**
 * The values of an array that can be looked at now, or `null` for one that is being traced or lives on
 * WebGPU (reads there are asynchronous). Does not consume the array.
 */
export function peek(value: np.Array): ArrayLike<number> | null {
  if (!(value instanceof np.Array) || value.device === "webgpu" || value.device === "webgl") return null;
  return value.ref.dataSync() as ArrayLike<number>;
}

/** Throws if an array that can be looked at holds NaN. */
export function checkNoNaN(argument: string, value: np.Array): void {
  const values = peek(value);
  if (values === null) return;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw rangeError(argument, "numbers", Number.NaN);
  }
}
