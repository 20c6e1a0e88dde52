/* Checks and errors that need no engine: metrics and host-side code use them too. */

/** How a received value is written in an error: NaN as NaN, arrays by shape and dtype. */
export function received(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean" || value == null) return String(value);
  if (isArrayLike(value)) return `${value.dtype}[${value.shape.join(", ")}]`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${(value as Uint8Array).length})`;
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  if (isPromise(value)) return "a promise";
  return typeof value === "function" ? "a function" : typeof value;
}

/** Whether a value looks like an array of the engine, traced or not. */
export function isArrayLike(value: unknown): value is { dtype: unknown; shape: number[] } {
  return typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
}

/** Whether something is still to be awaited. */
export function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

/**
 * A `RangeError` in the one grammar of this library: argument, what was expected, what came.
 *
 * @example
 * rangeError("folds", "an integer >= 2", 1).message // "folds: expected an integer >= 2, got 1"
 */
export function rangeError(argument: string, expected: string, value: unknown): RangeError {
  return new RangeError(`${argument}: expected ${expected}, got ${received(value)}`);
}

/**
 * A `TypeError` in the one grammar of this library: argument, what was expected, what came.
 *
 * @example
 * typeError("labels", "int32[batch]", "cat").message // "labels: expected int32[batch], got \"cat\""
 */
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

/**
 * Throws unless `value` is a finite number within the bounds.
 *
 * @example
 * checkNumber("alpha", 1.5, { above: 0, below: 1 }) // throws: alpha: expected a finite number > 0 and < 1, got 1.5
 */
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

/**
 * Throws unless `value` is one of the named choices.
 *
 * @example
 * checkChoice("cost", "l3", ["l1", "l2"]) // throws: cost: expected one of "l1", "l2", got "l3"
 */
export function checkChoice<const T extends string>(
  argument: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (!choices.includes(value as T))
    throw rangeError(argument, `one of ${choices.map((c) => JSON.stringify(c)).join(", ")}`, value);
}
