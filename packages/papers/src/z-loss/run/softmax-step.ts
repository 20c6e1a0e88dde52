/** Rows of weights `[.., features]` over which the softmax of an example goes. */
export interface Seen {
  w: Float32Array;
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
  const moves = seen.flatMap((own, i) => {
    const [h, gradient] = [hidden, gradHidden].map((all) => all.subarray(i * d, (i + 1) * d));
    return own.map((softmax) => {
      const residuals = new Float64Array(softmax.rows.length);
      loss += backward(softmax, h, residuals, gradient, 1 / seen.length);
      return () => descend(softmax, h, residuals, rate);
    });
  });
  for (const move of moves) move();
  return { loss: loss / seen.length, gradHidden };
}

/** The loss; residuals times `factor`, and what they add to the gradient of the hidden values. */
function backward(
  { w, rows, target, offsets }: Seen,
  h: Float64Array,
  residuals: Float64Array,
  gradient: Float64Array,
  factor: number,
): number {
  const d = h.length;
  let largest = -Infinity;
  for (let k = 0; k < rows.length; k++) {
    let score = 0;
    for (let j = 0, at = rows[k] * d; j < d; j++, at++) score += w[at] * h[j];
    residuals[k] = offsets === undefined ? score : score + offsets[k];
    largest = Math.max(largest, residuals[k]);
  }
  const own = residuals[target];
  let total = 0;
  for (let k = 0; k < rows.length; k++) total += residuals[k] = Math.exp(residuals[k] - largest);
  for (let k = 0; k < rows.length; k++) {
    const r = factor * (residuals[k] / total - (k === target ? 1 : 0));
    residuals[k] = r;
    for (let j = 0, at = rows[k] * d; j < d; j++, at++) gradient[j] += r * w[at];
  }
  return largest + Math.log(total) - own;
}

/** Takes `rate * residual * hidden` off every row. */
function descend({ w, rows }: Seen, h: Float64Array, residuals: Float64Array, rate: number): void {
  for (let k = 0; k < rows.length; k++) {
    const scale = rate * residuals[k];
    for (let j = 0, at = rows[k] * h.length; j < h.length; j++, at++) w[at] -= scale * h[j];
  }
}
