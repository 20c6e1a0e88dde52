import { numpy as np } from "@jax-js/jax";
import {
  checkFloat64,
  checkFloatArray,
  checkNumber,
  normal,
  randomSource,
  rangeError,
  typeError,
} from "minimand/engine";
import type { Tensor } from "minimand/models";

/** Numbers of a matrix on the host, row by row: `shape` is [measurements, signal]. */
export interface Matrix extends Tensor {
  data: Float32Array | Float64Array;
}

/** Throws unless this is a matrix of finite numbers on the host. */
export function checkMatrix(argument: string, matrix: Matrix): asserts matrix is Matrix {
  const { shape, data } = matrix ?? {};
  const expected = "a matrix { shape: [rows, columns], data } of a Float32Array or Float64Array";
  if (!Array.isArray(shape) || !(data instanceof Float32Array || data instanceof Float64Array))
    throw typeError(argument, expected, matrix);
  if (data instanceof Float64Array) checkFloat64(argument);
  if (shape.length !== 2 || shape.some((n) => !Number.isInteger(n) || n < 1))
    throw rangeError(`${argument}.shape`, "[rows, columns]", shape);
  if (data.length !== shape[0] * shape[1])
    throw rangeError(`${argument}.data`, `${shape[0] * shape[1]} numbers`, data);
  const broken = data.findIndex((value: number) => !Number.isFinite(value));
  if (broken >= 0) throw rangeError(`${argument}.data[${broken}]`, "a finite number", data[broken]);
}

/** Returns a number as a tensor of the kind of numbers of a matrix. */
export function scalarLike({ data }: Matrix, value: number): Tensor {
  return {
    shape: [],
    data: data instanceof Float64Array ? Float64Array.of(value) : Float32Array.of(value),
  };
}

/** Returns a matrix of the same kind of numbers. */
export function matrixLike({ data }: Matrix, shape: [number, number], values: Float64Array): Matrix {
  return { shape, data: data instanceof Float64Array ? values : Float32Array.from(values) };
}

/**
 * Returns the Lipschitz constant of the gradient of `||y - A x||^2 / 2`: the largest eigenvalue of `A^T A`, by power iteration.
 *
 * Stops where an eigenvalue is known to be within a millionth; where several are nearly the largest, after 10,000 iterations.
 *
 * @param A matrix `[measurements, signal]` on the host, read only
 * @returns L >= 0; `1 / L` is the usual step size of ISTA
 * @throws TypeError, RangeError for what is no matrix of finite numbers
 * @example
 * lipschitzConstant({ shape: [2, 2], data: Float32Array.of(3, 0, 0, 1) }) // 9.0000
 * @see Beck, Teboulle 2009, SIAM J. Imaging Sci. 2(1), example 2.2
 */
export function lipschitzConstant(A: Matrix): number {
  checkMatrix("A", A);
  const [rows, columns] = A.shape;
  const next = randomSource(1);
  const v = Float64Array.from({ length: columns }, () => normal(next));
  const w = new Float64Array(columns);
  let size = Math.hypot(...v);
  for (let iteration = 0; ; iteration++) {
    for (let j = 0; j < columns; j++) v[j] /= size;
    w.fill(0);
    for (let i = 0; i < rows; i++) {
      let product = 0;
      for (let j = 0; j < columns; j++) product += A.data[i * columns + j] * v[j];
      for (let j = 0; j < columns; j++) w[j] += A.data[i * columns + j] * product;
    }
    let value = 0;
    for (let j = 0; j < columns; j++) value += v[j] * w[j];
    let off = 0;
    for (let j = 0; j < columns; j++) off += (w[j] - value * v[j]) ** 2;
    if (Math.sqrt(off) <= 1e-6 * value || iteration === 10_000) return value;
    v.set(w);
    size = Math.sqrt(w.reduce((sum, x) => sum + x * x, 0));
  }
}

/** Returns the step size given, or `1 / L`. */
export function stepSizeFor(A: Matrix, stepSize: number | undefined): number {
  if (stepSize === undefined) {
    const L = lipschitzConstant(A);
    if (L === 0) throw rangeError("A", "a matrix with an entry that is not 0", 0);
    return 1 / L;
  }
  checkNumber("stepSize", stepSize, { above: 0 });
  return stepSize;
}

/** `A^T (A A^T)^-1`, for a matrix whose rows are linearly independent. */
export function pseudoInverse(A: Matrix): Matrix {
  const [rows, columns] = A.shape;
  const gram = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k <= i; k++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += A.data[i * columns + j] * A.data[k * columns + j];
      gram[i * rows + k] = sum;
    }
  // Cholesky: the lower triangle becomes its factor.
  for (let k = 0; k < rows; k++) {
    const before = gram[k * rows + k];
    let pivot = before;
    for (let j = 0; j < k; j++) pivot -= gram[k * rows + j] ** 2;
    if (!(pivot > 1e-10 * before)) throw rangeError("A", "linearly independent rows", `row ${k} that is not`);
    gram[k * rows + k] = Math.sqrt(pivot);
    for (let i = k + 1; i < rows; i++) {
      let sum = gram[i * rows + k];
      for (let j = 0; j < k; j++) sum -= gram[i * rows + j] * gram[k * rows + j];
      gram[i * rows + k] = sum / gram[k * rows + k];
    }
  }
  const W = new Float64Array(columns * rows);
  for (let c = 0; c < columns; c++) {
    const x = W.subarray(c * rows, (c + 1) * rows);
    for (let i = 0; i < rows; i++) {
      x[i] = A.data[i * columns + c];
      for (let j = 0; j < i; j++) x[i] -= gram[i * rows + j] * x[j];
      x[i] /= gram[i * rows + i];
    }
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = i + 1; j < rows; j++) x[i] -= gram[j * rows + i] * x[j];
      x[i] /= gram[i * rows + i];
    }
  }
  return matrixLike(A, [columns, rows], W);
}

/** Arrays of a linear system: the matrix `[measurements, signal]`, and what else is not trained. */
export type SystemArrays = { A: np.Array; [name: string]: np.Array };

/** Returns the signals that iterations start from: zeros `[batch, signal]`. Consumes its arguments. */
export function zeroSignals({ y, system }: { y: np.Array; system: { [name: string]: np.Array } }): np.Array {
  const [rows, columns] = system.A.shape;
  checkFloatArray("y", y, 2, `[batch, ${rows}]`);
  if (y.shape[1] !== rows) throw rangeError("y", `a float array [batch, ${rows}]`, y);
  if (y.dtype !== system.A.dtype) throw typeError("y", `an array of the dtype of A, ${system.A.dtype}`, y);
  const zeros = np.zeros([y.shape[0], columns], { dtype: y.dtype });
  y.dispose();
  for (const array of Object.values(system)) array.dispose();
  return zeros;
}

/** `y - A x` of each row. Consumes its arguments. */
export function residualOf(x: np.Array, y: np.Array, A: np.Array): np.Array {
  return y.sub(np.matmul(x, A.transpose()));
}

/** `x + step A^T (y - A x)` of each row. Consumes its arguments. */
export function gradientStep(x: np.Array, y: np.Array, A: np.Array, step: np.Array): np.Array {
  const back = np.matmul(residualOf(x.ref, y, A.ref), A);
  return x.add(back.mul(step));
}
