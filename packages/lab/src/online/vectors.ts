import { isArrayLike, rangeError, typeError } from "minimand/engine";

/* Vectors of float64 numbers on the host: checked once, where they come in. The loops after that trust their sizes. */

/** Throws unless these are finite numbers on the host: `length` of them, or at least one where no length is given. */
export function checkVector(
  argument: string,
  values: unknown,
  length?: number,
): asserts values is ArrayLike<number> {
  const list = listOf(argument, values, length);
  for (let i = 0; i < list.length; i++) finite(argument, i, list[i]);
}

/** Returns a copy of what {@link checkVector} lets pass. */
export function checkedVector(argument: string, values: unknown, length: number): Float64Array {
  const list = listOf(argument, values, length);
  const copy = new Float64Array(length);
  for (let i = 0; i < length; i++) copy[i] = finite(argument, i, list[i]);
  return copy;
}

function listOf(argument: string, values: unknown, length: number | undefined): ArrayLike<unknown> {
  const list = values as ArrayLike<unknown> | null | undefined;
  const listed =
    Array.isArray(list) ||
    (typeof list === "object" && typeof list?.length === "number" && !isArrayLike(list));
  if (listed && (length === undefined ? list.length > 0 : list.length === length)) return list;
  const expected = length === undefined ? "an array of numbers" : `an array of ${length} numbers`;
  throw (listed ? rangeError : typeError)(argument, expected, values);
}

function finite(argument: string, i: number, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw (typeof value === "number" ? rangeError : typeError)(`${argument}[${i}]`, "a finite number", value);
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

/**
 * `out = scale A x`, a row after another from `at`; four rows at a time, as then a number of x is read once for four. Each sum is
 * in the order of {@link innerAt}.
 */
export function product(
  a: Float64Array,
  at: number,
  x: Float64Array,
  scale: number,
  out: Float64Array,
): void {
  const [rows, width] = [out.length, x.length];
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    const r0 = at + i * width;
    const r1 = r0 + width;
    const r2 = r1 + width;
    const r3 = r2 + width;
    for (let k = 0; k < width; k++) {
      const value = x[k];
      s0 += a[r0 + k] * value;
      s1 += a[r1 + k] * value;
      s2 += a[r2 + k] * value;
      s3 += a[r3 + k] * value;
    }
    out[i] = scale * s0;
    out[i + 1] = scale * s1;
    out[i + 2] = scale * s2;
    out[i + 3] = scale * s3;
  }
  for (; i < rows; i++) out[i] = scale * innerAt(a, at + i * width, x);
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
