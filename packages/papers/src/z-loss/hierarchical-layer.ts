import { initialOutputWeights } from "minimand";
import { transposed } from "./ranks.ts";
import type { WordLayer } from "./word-layer.ts";

/** A row of weights times a row of hidden values. */
function dot(w: Float32Array, row: number, h: Float64Array, at: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += w[row + j] * h[at + j];
  return sum;
}

/**
 * Scores of rows `first..first + n` of the weights to softmax minus the one-hot target, times `factor`, in `out`; adds
 * `sum_k out_k w_k` to the gradient of the hidden values. Returns the loss.
 */
function softmaxRows(
  w: Float32Array,
  { first, n, target }: { first: number; n: number; target: number },
  h: Float64Array,
  at: number,
  { out, start, factor, gradHidden, d }: Residuals,
): number {
  let largest = -Infinity;
  for (let k = 0; k < n; k++) {
    out[start + k] = dot(w, (first + k) * d, h, at, d);
    largest = Math.max(largest, out[start + k]);
  }
  const own = out[start + target];
  let total = 0;
  for (let k = 0; k < n; k++) total += out[start + k] = Math.exp(out[start + k] - largest);
  for (let k = 0; k < n; k++) {
    const r = factor * (out[start + k] / total - (k === target ? 1 : 0));
    out[start + k] = r;
    const row = (first + k) * d;
    for (let j = 0; j < d; j++) gradHidden[at + j] += r * w[row + j];
  }
  return largest + Math.log(total) - own;
}

interface Residuals {
  out: Float64Array;
  start: number;
  factor: number;
  gradHidden: Float64Array;
  d: number;
}

/** Takes `rate * residual * hidden` off rows `first..first + n`. */
function descend(
  w: Float32Array,
  first: number,
  residuals: Float64Array,
  h: Float64Array,
  at: number,
  rate: number,
  d: number,
): void {
  for (let k = 0; k < residuals.length; k++) {
    const scale = rate * residuals[k];
    const row = (first + k) * d;
    for (let j = 0; j < d; j++) w[row + j] -= scale * h[at + j];
  }
}

/**
 * Two-level hierarchical softmax trained by gradient descent in place, `O(batch features sqrt(classes))` a step: groups of
 * words that follow each other in frequency. The same loss as the library's `hierarchicalSoftmaxLoss`.
 */
export function hierarchicalLayer({
  classes,
  features: d,
  seed,
}: {
  classes: number;
  features: number;
  seed: number;
}): WordLayer {
  const groups = Math.ceil(Math.sqrt(classes));
  const size = Math.ceil(classes / groups);
  const start = (n: number, part: number) =>
    Float32Array.from(
      initialOutputWeights({ classes: n, features: d, seed: seed + part, precision: "float32" }),
    );
  const top = start(groups, 0);
  const leaves = start(groups * size, 1);

  return {
    step(hidden, labels, rate) {
      const m = labels.length;
      const gradHidden = new Float64Array(m * d);
      const topOut = new Float64Array(m * groups);
      const leafOut = new Float64Array(m * size);
      const common = { factor: 1 / m, gradHidden, d };
      let loss = 0;
      for (let i = 0; i < m; i++) {
        const group = Math.floor(labels[i] / size);
        const rows = { first: 0, n: groups, target: group };
        loss += softmaxRows(top, rows, hidden, i * d, { out: topOut, start: i * groups, ...common });
        const own = { first: group * size, n: size, target: labels[i] % size };
        loss += softmaxRows(leaves, own, hidden, i * d, { out: leafOut, start: i * size, ...common });
      }
      // Only now: all gradients of a batch are those at its start.
      for (let i = 0; i < m; i++) {
        const first = Math.floor(labels[i] / size) * size;
        descend(top, 0, topOut.subarray(i * groups, (i + 1) * groups), hidden, i * d, rate, d);
        descend(leaves, first, leafOut.subarray(i * size, (i + 1) * size), hidden, i * d, rate, d);
      }
      return { loss: loss / m, gradHidden };
    },
    scores: () => ({
      classes,
      features: d,
      columns: groups * size,
      w: transposed(leaves, groups * size, d),
      top: { groups, w: transposed(top, groups, d) },
    }),
  };
}
