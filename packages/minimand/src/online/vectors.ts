import { isArrayLike, rangeError, typeError } from "../engine/errors.ts";

/* Vectors of float64 numbers on the host: checked once, where they come in. The loops after that trust their sizes. */

/** Throws unless these are finite numbers on the host: `length` of them, or at least one where no length is given. */
export function checkVector(
  argument: string,
  values: unknown,
  length?: number,
): asserts values is ArrayLike<number> {
  const vector = values as ArrayLike<unknown> | null | undefined;
  if (typeof vector !== "object" || typeof vector?.length !== "number" || isArrayLike(vector))
    throw typeError(argument, vectorOf(length), values);
  if (length === undefined ? vector.length === 0 : vector.length !== length)
    throw rangeError(argument, vectorOf(length), values);
  for (let i = 0; i < vector.length; i++) {
    const value = vector[i];
    if (typeof value !== "number") throw typeError(`${argument}[${i}]`, "a finite number", value);
    if (!Number.isFinite(value)) throw rangeError(`${argument}[${i}]`, "a finite number", value);
  }
}

const vectorOf = (length: number | undefined): string =>
  length === undefined ? "an array of numbers" : `an array of ${length} numbers`;

/** A copy of what {@link checkVector} lets pass. */
export function checkedVector(argument: string, values: unknown, length: number): Float64Array {
  checkVector(argument, values, length);
  return new Float64Array(values);
}

/** Inner product of two vectors of the same length. */
export function inner(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Inner product of `b` and as many numbers of `a` from `at` on: of a row of a matrix, say. */
export function innerAt(a: ArrayLike<number>, at: number, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[at + i] * b[i];
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
