import { checkNumber, rangeError, typeError } from "minimand/engine";
import { checkVector, inner } from "../vectors.ts";

/** Vectors of numbers, one per row. */
export type Rows = readonly ArrayLike<number>[];

/** Throws unless this is a list of at least one vector, all of one length, which is returned. */
export function checkRows(argument: string, rows: unknown, length?: number): number {
  if (!Array.isArray(rows)) throw typeError(argument, "an array of vectors", rows);
  if (rows.length === 0) throw rangeError(argument, "at least one vector", rows);
  checkVector(`${argument}[0]`, rows[0], length);
  const dim = rows[0].length;
  for (let i = 1; i < rows.length; i++) checkVector(`${argument}[${i}]`, rows[i], dim);
  return dim;
}

/** Throws unless this is a square matrix of that size, by rows. */
export function checkSquare(argument: string, rows: unknown, dim: number): void {
  checkRows(argument, rows, dim);
  if ((rows as Rows).length !== dim) throw rangeError(argument, `${dim} rows of ${dim} numbers`, rows);
}

/** Throws unless these are `length` numbers >= 0 whose sum is 1, to 1e-6. */
export function checkDistribution(argument: string, values: unknown, length?: number): void {
  checkVector(argument, values, length);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < 0) throw rangeError(`${argument}[${i}]`, "a probability", values[i]);
    sum += values[i];
  }
  if (Math.abs(sum - 1) > 1e-6) throw rangeError(argument, "probabilities with sum 1", sum);
}

/** Throws unless this is a feature vector of Euclidean norm at most 1, which the bounds of all methods here need. */
export function checkFeatures(argument: string, values: unknown, dim: number): void {
  checkVector(argument, values, dim);
  const square = inner(values, values);
  if (square > 1 + 1e-9) throw rangeError(argument, "features of norm at most 1", Math.sqrt(square));
}

/** Throws unless this is a loss of one step: the estimators rest on losses in [0, 1]. */
export function checkLoss(argument: string, loss: unknown): asserts loss is number {
  checkNumber(argument, loss, { min: 0, max: 1 });
}

/** Returns rows of numbers as one array, row after row. */
export function flattened(rows: Rows): Float64Array {
  const width = rows[0].length;
  const flat = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries()) flat.set(row, i * width);
  return flat;
}

/** Returns a square matrix, row after row, as its rows. */
export function rowsOf(flat: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: flat.length / width }, (_, i) => flat.slice(i * width, (i + 1) * width));
}
