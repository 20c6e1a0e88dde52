import { numpy as np } from "@jax-js/jax";
import { derive, randomSource, rangeError, shuffle, typeError } from "minimand/engine";

/** Throws unless the unlabelled inputs are a Float32Array of finite numbers. */
export function checkUnlabeled(kept: Float32Array | undefined): asserts kept is Float32Array {
  if (!(kept instanceof Float32Array))
    throw typeError("memory.unlabeled", "a Float32Array of inputs, row by row", kept);
  if (kept.length === 0) throw rangeError("memory.unlabeled", "at least one row", kept);
  const wrong = kept.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) throw rangeError(`memory.unlabeled[${wrong}]`, "finite numbers", kept[wrong]);
}

/** Returns rows of the unlabelled inputs, given the shape of one example. */
export function unlabeledCount(kept: Float32Array, shape: readonly number[]): number {
  const width = shape.reduce((a, b) => a * b, 1);
  if (kept.length % width !== 0)
    throw rangeError("memory.unlabeled", `rows of ${width} numbers, as the labelled inputs`, kept);
  return kept.length / width;
}

/**
 * Returns which unlabelled rows a step sees: all rows once in every pass, in an order that seed and pass alone determine. Remembers the
 * order of the last pass.
 */
export function unlabeledOrder(): (seed: number, step: number, rows: number, size: number) => Int32Array {
  let last: { seed: number; pass: number; order: Int32Array } | null = null;
  const orderOf = (seed: number, pass: number, rows: number): Int32Array => {
    if (last === null || last.seed !== seed || last.pass !== pass || last.order.length !== rows) {
      const order = shuffle(
        Int32Array.from({ length: rows }, (_, i) => i),
        randomSource(derive(seed, stream, pass)),
      );
      last = { seed, pass, order };
    }
    return last.order;
  };
  return (seed, step, rows, size) =>
    Int32Array.from({ length: size }, (_, i) => {
      const place = step * size + i;
      const pass = Math.floor(place / rows);
      return orderOf(seed, pass, rows)[place - pass * rows];
    });
}

const stream = 0x0d0d;

/** Returns rows packed into an array of the engine, `[rows, ...shape]`. */
export function packRows(kept: Float32Array, rows: Int32Array, shape: readonly number[]): np.Array {
  const width = shape.reduce((a, b) => a * b, 1);
  const packed = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    packed.set(kept.subarray(row * width, (row + 1) * width), i * width);
  });
  return np.array(packed, { shape: [rows.length, ...shape] });
}
