import { isArrayLike, rangeError, typeError } from "../../engine/errors.ts";

/** Throws unless these are `length` finite numbers on the host; returns a copy. */
export function checkedVector(argument: string, values: unknown, length: number): Float64Array {
  const expected = `${length} finite numbers`;
  const given = values as ArrayLike<number> | null | undefined;
  const listed = Array.isArray(values) || (ArrayBuffer.isView(values) && "length" in values);
  if (!listed || isArrayLike(values)) throw typeError(argument, `an array of ${expected}`, values);
  if (given?.length !== length) throw rangeError(argument, expected, values);
  const copy = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const value: unknown = given[i];
    if (typeof value !== "number") throw typeError(argument, expected, value);
    if (!Number.isFinite(value)) throw rangeError(argument, expected, value);
    copy[i] = value;
  }
  return copy;
}

/** Inner product of two vectors of the same length. */
export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** `||a - b||^2`. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
}

/** `x + factor y`, a new vector. */
export function plusScaled(x: ArrayLike<number>, factor: number, y: ArrayLike<number>): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = x[i] + factor * y[i];
  return result;
}
