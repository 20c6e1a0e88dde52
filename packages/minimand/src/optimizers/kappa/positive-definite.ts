import { cholesky, solveFactored } from "../../engine/cholesky.ts";
import { rangeError, typeError } from "../../engine/errors.ts";

/** A symmetric positive definite matrix on the host, row after row. */
export interface PositiveDefinite {
  size: number;
  entries: Float64Array<ArrayBuffer>;
  /** Its lower Cholesky factor. */
  factor: Float64Array;
}

/**
 * Checks rows of numbers and factors them.
 *
 * @throws TypeError, RangeError where the rows are no symmetric positive definite matrix
 */
export function symmetricPositive(argument: string, rows: readonly (readonly number[])[]): PositiveDefinite {
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every((row) => Array.isArray(row)))
    throw typeError(argument, "rows of numbers", rows);
  const size = rows.length;
  const entries = new Float64Array(size * size);
  rows.forEach((row, i) => {
    if (row.length !== size) throw rangeError(`${argument}, row ${i}`, `${size} numbers`, row);
    row.forEach((value: number, j: number) => {
      if (!Number.isFinite(value)) throw rangeError(`${argument}[${i}][${j}]`, "a finite number", value);
      const mirrored = rows[j][i];
      if (Math.abs(value - mirrored) > 1e-9 * (1 + Math.abs(value)))
        throw rangeError(`${argument}[${i}][${j}]`, `the same as [${j}][${i}], ${mirrored}`, value);
      entries[i * size + j] = value;
    });
  });
  const factor = cholesky(entries, size);
  if (factor === null) throw rangeError(argument, "a positive definite matrix", rows);
  return { size, entries, factor };
}

/** The inverse, column after column by two triangular systems. */
export function inverseOf({ size, factor }: PositiveDefinite): Float64Array<ArrayBuffer> {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const unit = new Float64Array(size);
    unit[column] = 1;
    solveFactored(factor, size, unit).forEach((value, i) => {
      inverse[i * size + column] = value;
    });
  }
  return inverse;
}
