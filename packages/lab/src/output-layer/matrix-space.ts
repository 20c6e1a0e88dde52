import { rangeError } from "minimand/engine";
import { largestMemory } from "minimand/internals";
import { type KernelInstance, kernelInstance, type Precision } from "./matmul-kernel.ts";

/** Typed arrays of floating-point numbers. */
export type Floats = Float64Array | Float32Array;

/** A matrix of rows `stride` numbers apart. What is beyond `columns` in a row, and beyond the last row, may be anything. */
export interface Matrix<A extends Floats = Float64Array<ArrayBuffer>> {
  rows: number;
  columns: number;
  stride: number;
  data: A;
  /** Where the matrix starts in the memory, in bytes. */
  offset: number;
}

/** How two matrices are multiplied. */
export interface MultiplyOptions {
  /** Uses the transposed first matrix. */
  transpose?: boolean;
  /** Factor of the product; default 1. */
  scale?: number;
  /** Adds to the result instead of overwriting it. */
  add?: boolean;
  /** Only this many rows of the first matrix (of its columns, if it is transposed). */
  rows?: number;
  /** Only this many terms of each sum. */
  inner?: number;
}

/** Matrices in one memory, where they are multiplied by a SIMD kernel. */
export interface MatrixSpace<A extends Floats> {
  /**
   * Lays matrices out one after another, in the order of the keys, and gives fresh views. Matrices that keep their place
   * keep their numbers; views of before must not be used.
   */
  plan<K extends string>(shapes: Record<K, readonly [rows: number, columns: number]>): Record<K, Matrix<A>>;
  /** `result (+)= scale a b`. */
  multiply(a: Matrix<A>, b: Matrix<A>, result: Matrix<A>, options?: MultiplyOptions): void;
}

export function matrixSpace(precision: "float64"): MatrixSpace<Float64Array<ArrayBuffer>>;
export function matrixSpace(precision: "float32"): MatrixSpace<Float32Array<ArrayBuffer>>;
export function matrixSpace(precision: Precision): MatrixSpace<Floats> {
  const FloatArray = precision === "float64" ? Float64Array : Float32Array;
  const size = FloatArray.BYTES_PER_ELEMENT;
  const lanes = 32 / size;
  let kernel: KernelInstance | undefined;

  return {
    plan(shapes) {
      let bytes = 0;
      const places = new Map<string, number>();
      const strideOf = (columns: number): number => Math.ceil(columns / lanes) * lanes;
      for (const [key, [rows, columns]] of Object.entries<readonly [number, number]>(shapes)) {
        places.set(key, bytes);
        bytes += Math.ceil(rows / 4) * 4 * strideOf(columns) * size;
      }
      if (bytes > largestMemory) throw rangeError("matrices", `at most ${largestMemory} bytes`, bytes);
      if (kernel === undefined) kernel = kernelInstance(precision, bytes);
      const { memory } = kernel;
      const missing = bytes - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
      const matrices = {} as Record<keyof typeof shapes, Matrix<Floats>>;
      for (const key of Object.keys(shapes) as (keyof typeof shapes)[]) {
        const [rows, columns] = shapes[key];
        const [offset, stride] = [places.get(key)!, strideOf(columns)];
        const data = new FloatArray(memory.buffer as ArrayBuffer, offset, Math.ceil(rows / 4) * 4 * stride);
        matrices[key] = { rows, columns, stride, offset, data };
      }
      return matrices;
    },
    multiply(a, b, result, { transpose = false, scale = 1, add = false, rows, inner } = {}) {
      const [height, depth] = transpose ? [a.columns, a.rows] : [a.rows, a.columns];
      const row = a.stride * size;
      kernel!.multiply(
        a.offset,
        transpose ? size : row,
        transpose ? row : size,
        b.offset,
        b.stride * size,
        result.offset,
        result.stride * size,
        Math.ceil((rows ?? height) / 4) * 4,
        Math.ceil(b.columns / lanes) * lanes,
        inner ?? depth,
        add ? 1 : 0,
        scale,
      );
    },
  };
}

/** Returns some rows of a matrix, in place; the first a multiple of 4, so that what is read beyond the last is still there. */
export function rowsFrom<A extends Floats>(of: Matrix<A>, first: number, rows: number): Matrix<A> {
  const { stride, offset, data } = of;
  return {
    ...of,
    rows,
    offset: offset + first * stride * data.BYTES_PER_ELEMENT,
    data: data.subarray(first * stride, (first + Math.ceil(rows / 4) * 4) * stride) as A,
  };
}

/** Copies rows of numbers, one after another, into a matrix. */
export function fill(to: Matrix<Floats>, from: Floats, first = 0, rows: number = to.rows): void {
  const { columns, stride, data } = to;
  for (let i = 0; i < rows; i++)
    data.set(from.subarray((first + i) * columns, (first + i + 1) * columns), i * stride);
}

/** Copies a matrix to rows of numbers, one after another. */
export function extract(from: Matrix<Floats>, to: Floats, first = 0, rows: number = from.rows): void {
  const { columns, stride, data } = from;
  for (let i = 0; i < rows; i++)
    to.set(data.subarray(i * stride, i * stride + columns), (first + i) * columns);
}

/** `to = from^T`, in squares that fit the nearest cache. */
export function transpose(from: Matrix<Floats>, to: Matrix<Floats>): void {
  const { rows, columns, stride, data } = from;
  const block = 16;
  for (let i0 = 0; i0 < rows; i0 += block) {
    const i1 = Math.min(i0 + block, rows);
    for (let j0 = 0; j0 < columns; j0 += block) {
      const j1 = Math.min(j0 + block, columns);
      for (let i = i0; i < i1; i++)
        for (let j = j0; j < j1; j++) to.data[j * to.stride + i] = data[i * stride + j];
    }
  }
}

/** Writes the identity. */
export function setIdentity({ rows, columns, stride, data }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    data.fill(0, i * stride, i * stride + columns);
    data[i * stride + i] = 1;
  }
}
