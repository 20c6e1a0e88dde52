import { numpy as np } from "@jax-js/jax";
import { normal, type RandomSource, randomSource } from "minimand/engine";
import type { Batch } from "minimand/training";
import { fista, type Iteration, iht, ista, lista, type Matrix, tista } from "./index.ts";

/** A random matrix of normal entries with variance `1 / rows`. */
export function randomMatrix(
  rows: number,
  columns: number,
  seed: number,
  kind: "f32" | "f64" = "f32",
): Matrix {
  const next = randomSource(seed);
  const values = Float64Array.from({ length: rows * columns }, () => normal(next) / Math.sqrt(rows));
  return { shape: [rows, columns], data: kind === "f64" ? values : Float32Array.from(values) };
}

/** Rows of `A x` plus noise for sparse signals, and the signals. */
export function measure(A: Matrix, rows: number, seed: number, { p = 0.2, noise = 0.05 } = {}) {
  const [M, N] = A.shape;
  const next: RandomSource = randomSource(seed);
  const kind = A.data.constructor as typeof Float64Array;
  const signals = kind.from({ length: rows * N }, () => (next() < p ? normal(next) : 0));
  const y = kind.from({ length: rows * M }, (_, at) => {
    const [row, i] = [Math.floor(at / M), at % M];
    let sum = noise * normal(next);
    for (let j = 0; j < N; j++) sum += A.data[i * N + j] * signals[row * N + j];
    return sum;
  });
  return {
    y: () => np.array(y.slice(), { shape: [rows, M] }),
    signals: () => np.array(signals.slice(), { shape: [rows, N] }),
  };
}

/** Fresh batches of a generation. */
export function* freshBatches(A: Matrix, seed: number, count: number, rows = 20): Generator<Batch> {
  for (let i = 0; i < count; i++) {
    const { y, signals } = measure(A, rows, 1000 * seed + i);
    yield { x: y(), y: signals(), weights: np.ones([rows]), ids: new Int32Array(rows), rows };
  }
}

/** All peers, for a matrix: what they are called, and how they are made. */
export const peers: readonly (readonly [string, (A: Matrix) => Iteration])[] = [
  ["ista", (A) => ista(A, { lambda: 0.1 })],
  ["ista with free thresholds", (A) => ista(A, { lambda: 0.1, freeThreshold: true })],
  ["fista", (A) => fista(A, { lambda: 0.1 })],
  ["iht", (A) => iht(A, { lambda: 0.05 })],
  ["iht with free thresholds", (A) => iht(A, { lambda: 0.05, freeThreshold: true })],
  ["iht with a fixed number of entries", (A) => iht(A, { sparsity: 3 })],
  ["lista", (A) => lista(A, { lambda: 0.1 })],
  ["tista", (A) => tista(A, { probability: 0.2, noiseVariance: 0.0025 })],
];
