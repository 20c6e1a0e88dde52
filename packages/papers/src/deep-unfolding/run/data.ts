import { numpy as np } from "@jax-js/jax";
import type { Matrix } from "@minimand/lab/solvers";
import type { Batch } from "minimand";
import { derive, randomSource } from "minimand/engine";
import { normals } from "../../kit/normals.ts";
import { batch, type Conditions, type Sizes, trained } from "./settings.ts";

/** Measurements and the signals behind them, on the host. */
export interface Drawn {
  y: Float32Array<ArrayBuffer>;
  signals: Float32Array<ArrayBuffer>;
  rows: number;
}

/** The system of a seed: entries are normal with variance 1 over the measurements. */
export function matrixOf(
  seed: number,
  { measurements, entries }: Pick<Sizes, "measurements" | "entries">,
): Matrix {
  const normal = normals(randomSource(derive(seed, 0)));
  const data = Float32Array.from(
    { length: measurements * entries },
    () => normal() / Math.sqrt(measurements),
  );
  return { shape: [measurements, entries], data };
}

/** Draws signals under some conditions, and their measurements. */
export function draw(A: Matrix, rows: number, conditions: Conditions, ...stream: number[]): Drawn {
  const { probability, noiseVariance, amplitude } = conditions;
  const [measurements, entries] = A.shape;
  const next = randomSource(derive(...stream));
  const normal = normals(next);
  const noise = Math.sqrt(noiseVariance);
  const signals = new Float32Array(rows * entries);
  const y = new Float32Array(rows * measurements);
  for (let row = 0; row < rows; row++) {
    const own = y.subarray(row * measurements, (row + 1) * measurements);
    for (let j = 0; j < entries; j++) {
      if (next() >= probability) continue;
      const value = amplitude * normal();
      signals[row * entries + j] = value;
      for (let i = 0; i < measurements; i++) own[i] += A.data[i * entries + j] * value;
    }
    for (let i = 0; i < measurements; i++) own[i] += noise * normal();
  }
  return { y, signals, rows };
}

/** Returns drawn signals as arrays. */
export function arraysOf({ y, signals, rows }: Drawn): { y: np.Array; signals: np.Array } {
  return {
    y: np.array(y, { shape: [rows, y.length / rows] }),
    signals: np.array(signals, { shape: [rows, signals.length / rows] }),
  };
}

/** Draws fresh batches of a generation; equal seeds share them, whatever is trained. */
export function* batchesOf(A: Matrix, seed: number, generation: number, count: number): Generator<Batch> {
  for (let i = 0; i < count; i++) {
    const { y, signals } = arraysOf(draw(A, batch, trained, seed, 1, generation, i));
    yield { x: y, y: signals, weights: np.ones([batch]), ids: new Int32Array(batch), rows: batch };
  }
}

/** Draws test signals under some conditions. */
export const testOf = (A: Matrix, seed: number, rows: number, conditions: Conditions): Drawn =>
  draw(A, rows, conditions, seed, 2);
