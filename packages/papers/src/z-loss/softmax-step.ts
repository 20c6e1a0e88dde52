/** Rows of weights `[.., features]` over which the softmax of an example goes. */
export interface Seen {
  w: Float64Array | Float32Array;
  rows: Int32Array;
  /** Which of the rows is right. */
  target: number;
  /** Added to the scores of the rows; default nothing. */
  offsets?: Float64Array;
}

/**
 * One step of gradient descent in place on the mean over examples of cross-entropies, one for each softmax of an example, all
 * gradients those at the start of the step.
 *
 * @param seen by every example
 * @param hidden values `[examples, features]`
 */
export function softmaxStep(
  seen: readonly (readonly Seen[])[],
  hidden: Float64Array,
  rate: number,
): { loss: number; gradHidden: Float64Array } {
  const d = hidden.length / seen.length;
  const gradHidden = new Float64Array(hidden.length);
  let loss = 0;
  const residuals = seen.map((own, i) =>
    own.map(({ w, rows, target, offsets }) => {
      const out = Float64Array.from(
        rows,
        (row, k) => dot(w, row * d, hidden, i * d, d) + (offsets?.[k] ?? 0),
      );
      loss += toResiduals(out, target, 1 / seen.length);
      for (let k = 0; k < rows.length; k++) add(gradHidden, i * d, out[k], w, rows[k] * d, d);
      return out;
    }),
  );
  seen.forEach((own, i) => {
    own.forEach(({ w, rows }, part) => {
      const out = residuals[i][part];
      for (let k = 0; k < rows.length; k++) add(w, rows[k] * d, -rate * out[k], hidden, i * d, d);
    });
  });
  return { loss: loss / seen.length, gradHidden };
}

/** A row of weights times a row of hidden values. */
function dot(w: Seen["w"], row: number, h: Float64Array, at: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += w[row + j] * h[at + j];
  return sum;
}

/** Adds a multiple of a row to another. */
function add(to: Seen["w"], row: number, factor: number, from: Seen["w"], at: number, d: number): void {
  for (let j = 0; j < d; j++) to[row + j] += factor * from[at + j];
}

/** Turns scores into their softmax minus the one-hot target, times `factor`. Returns the loss. */
function toResiduals(scores: Float64Array, target: number, factor: number): number {
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const own = scores[target];
  let total = 0;
  for (let k = 0; k < scores.length; k++) total += scores[k] = Math.exp(scores[k] - largest);
  for (let k = 0; k < scores.length; k++) scores[k] = factor * (scores[k] / total - (k === target ? 1 : 0));
  return largest + Math.log(total) - own;
}
