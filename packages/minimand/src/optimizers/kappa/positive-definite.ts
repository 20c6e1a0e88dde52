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
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = entries[i * size + j];
      for (let k = 0; k < j; k++) sum -= factor[i * size + k] * factor[j * size + k];
      if (i === j && !(sum > 0)) throw rangeError(argument, "a positive definite matrix", rows);
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j];
    }
  }
  return { size, entries, factor };
}

/** The inverse, column after column by two triangular systems. */
export function inverseOf({ size, factor }: PositiveDefinite): Float64Array<ArrayBuffer> {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    const y = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let sum = i === column ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= factor[i * size + k] * y[k];
      y[i] = sum / factor[i * size + i];
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = y[i];
      for (let k = i + 1; k < size; k++) sum -= factor[k * size + i] * inverse[k * size + column];
      inverse[i * size + column] = sum / factor[i * size + i];
    }
  }
  return inverse;
}
