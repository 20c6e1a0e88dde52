import { numpy as np, random } from "@jax-js/jax";
import type { Model } from "minimand";
import { disposeTree } from "minimand/engine";

/** Hidden units of each network. */
export const hidden = 16;

/** Trained networks, one per column: `z = w2 . tanh(x w1 + b1) + b2`; host arrays, row-major. */
export interface NetworkColumns {
  /** `[inputs, columns, hidden]` */
  w1: Float32Array;
  /** `[columns, hidden]` */
  b1: Float32Array;
  w2: Float32Array;
  /** `[columns]` */
  b2: Float32Array;
}

/**
 * A network with a hidden layer for every column, all on the same rows: `[rows, inputs] -> [rows, arms * replicas]`. Replicas have
 * different starts, the arms of a replica the same. Columns don't depend on each other, so an elementwise optimizer trains each as if
 * it were alone.
 */
export function networksAsColumns(options: { inputs: number; arms: number; replicas: number }): Model {
  const { inputs, arms, replicas } = options;
  const columns = arms * replicas;
  return {
    init(key) {
      const [first, second] = [...random.split(key, 2)];
      const forAll = (own: np.Array, axis: number): np.Array =>
        np.concatenate(
          Array.from({ length: arms }, (_, i) => (i < arms - 1 ? own.ref : own)),
          axis,
        );
      const w1 = random.normal(first, [inputs, replicas * hidden]).mul(1 / Math.sqrt(inputs));
      const w2 = random.normal(second, [replicas, hidden]).mul(1 / Math.sqrt(hidden));
      const params = {
        w1: forAll(w1, 1),
        b1: np.zeros([columns * hidden]),
        w2: forAll(w2, 0),
        b2: np.zeros([columns]),
      };
      return { params, state: {} };
    },
    apply({ params, state }, x, { key, weights }) {
      const { w1, b1, w2, b2 } = params as unknown as Record<"w1" | "b1" | "w2" | "b2", np.Array>;
      disposeTree([key, weights].filter((one) => one !== undefined));
      const rows = x.shape[0];
      const features = np.tanh(np.matmul(x, w1).add(b1)).reshape([rows, columns, hidden]);
      return [features.mul(w2).sum(2).add(b2), state];
    },
  };
}

/** Log-odds of one column, row by row. */
export function networkScores(
  { w1, b1, w2, b2 }: NetworkColumns,
  column: number,
  { x, inputs, rows }: { x: Float32Array; inputs: number; rows: number },
): Float64Array {
  const width = b1.length;
  return Float64Array.from({ length: rows }, (_, row) => {
    let z = b2[column];
    for (let h = 0; h < hidden; h++) {
      const unit = column * hidden + h;
      let a = b1[unit];
      for (let f = 0; f < inputs; f++) a += w1[f * width + unit] * x[row * inputs + f];
      z += w2[unit] * Math.tanh(a);
    }
    return z;
  });
}
