import { numpy as np } from "@jax-js/jax";
import { compileWithJit } from "minimand/engine";
import { model } from "./settings.ts";

/** Scores as products with hidden values: `w` `[features, columns]`, `top` `[features, groups]` for a tree of two levels. */
export interface Scores {
  classes: number;
  features: number;
  /** Columns of `w`, at least `classes`; in a tree `groups` times the size of a group. */
  columns: number;
  w: Float32Array<ArrayBuffer>;
  /** Set where the confidence in a class is `(score + centre)^2` instead of its score: 0 spherical, 1 Taylor softmax. */
  centre?: number;
  top?: { groups: number; w: Float32Array<ArrayBuffer> };
}

/** Scores `W h` of weights `[classes, features]`. */
export function denseScores(
  weights: ArrayLike<number>,
  { classes, features, centre }: Pick<Scores, "classes" | "features" | "centre">,
): Scores {
  // The engine's fast product of matrices needs columns in multiples of 4.
  const columns = Math.ceil(classes / 16) * 16;
  return { classes, features, columns, w: transposed(weights, classes, features, columns), centre };
}

/** `[rows, columns]` to float32 `[columns, width]`, the columns after `rows` at 0. */
export function transposed(
  x: ArrayLike<number>,
  rows: number,
  columns: number,
  width = rows,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(width * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * width + i] = x[i * columns + j];
  return out;
}

/*
 * Scores and ranks are programs of their own: in one, the engine would compute the product anew for each of its uses, by
 * a slower kernel.
 */
const linearScores = compileWithJit((h: np.Array, w: np.Array) => np.matmul(h, w));

const evenScores = compileWithJit((h: np.Array, w: np.Array, centre: np.Array) =>
  np.square(np.matmul(h, w).add(centre)),
);

/** Ranks from scores `[rows, columns]`, ties against the label, as `targetRanks` has them. */
const ranksIn = compileWithJit((scores: np.Array, labels: np.Array, classes: np.Array) => {
  const column = np.arange(scores.shape[1]).astype(np.int32).reshape([1, -1]);
  const isLabel = labels.reshape([-1, 1]).equal(column.ref);
  const own = np.where(isLabel, scores.ref, 0).sum(-1, { keepdims: true });
  const among = np.where(column.less(classes), scores.greaterEqual(own).astype(np.float32), 0);
  return among.sum(-1);
});

/** Rank of each label among all classes, computed in float32, `model.batch` rows at a time. */
export function ranksOf(scores: Scores, hidden: Float64Array, labels: Int32Array): Int32Array {
  const { classes, features, columns, top, centre } = scores;
  const { batch } = model;
  const w = np.array(scores.w, { shape: [features, columns] });
  const topW = top && np.array(top.w, { shape: [features, top.groups] });
  const out = new Int32Array(labels.length);
  for (let first = 0; first < labels.length; first += batch) {
    const h = new Float32Array(batch * features);
    h.set(hidden.subarray(first * features, (first + batch) * features));
    const y = new Int32Array(batch);
    y.set(labels.subarray(first, first + batch));
    const rows = np.array(h, { shape: [batch, features] });
    const found =
      centre === undefined ? linearScores(rows.ref, w.ref) : evenScores(rows.ref, w.ref, centre as never);
    const part =
      topW === undefined
        ? ranksIn(found, np.array(y), classes as never).dataSync()
        : treeRanks(found.dataSync(), linearScores(rows.ref, topW.ref).dataSync(), y, scores);
    rows.dispose();
    out.set(part.subarray(0, Math.min(batch, labels.length - first)), first);
  }
  w.dispose();
  topW?.dispose();
  return out;
}

/** The same from the scores of the leaves `[rows, columns]` and of the groups `[rows, groups]` of a tree. */
function treeRanks(
  leaves: ArrayLike<number>,
  top: ArrayLike<number>,
  labels: Int32Array,
  { classes, columns }: Scores,
): Int32Array {
  const groups = top.length / labels.length;
  const size = columns / groups;
  return labels.map((label, i) => {
    // The log-probability of a leaf is its score plus a number of its group; that of the groups' softmax cancels.
    const offsets = Float64Array.from({ length: groups }, (_, g) => {
      let largest = -Infinity;
      const start = i * columns + g * size;
      for (let k = start; k < start + size; k++) largest = Math.max(largest, leaves[k]);
      let total = 0;
      for (let k = start; k < start + size; k++) total += Math.exp(leaves[k] - largest);
      return top[i * groups + g] - largest - Math.log(total);
    });
    const own = leaves[i * columns + label] + offsets[Math.floor(label / size)];
    let rank = 0;
    for (let k = 0; k < classes; k++)
      if (k === label || leaves[i * columns + k] + offsets[Math.floor(k / size)] >= own) rank += 1;
    return rank;
  });
}
