import { initialOutputWeights } from "minimand";
import { derive, randomSource } from "minimand/engine";
import { denseScores } from "./ranks.ts";
import type { WordLayer } from "./word-layer.ts";

/** Negatives of a batch. */
const samples = 200;

/**
 * Sampled softmax trained by gradient descent in place: each batch against 200 words drawn from the log-uniform proposal, as
 * the library's `sampledSoftmaxLoss`. Its start, not its draws, is the same as that of the other layers.
 */
export function sampledLayer({
  classes,
  features: d,
  seed,
}: {
  classes: number;
  features: number;
  seed: number;
}): WordLayer {
  const w = initialOutputWeights({ classes, features: d, seed, precision: "float32" });
  const next = randomSource(derive(seed, 31));
  const span = Math.log(classes + 1);

  return {
    step(hidden, labels, rate) {
      const m = labels.length;
      const negatives = Int32Array.from({ length: samples }, () =>
        Math.min(classes - 1, Math.floor(Math.exp(next() * span)) - 1),
      );
      const corrections = Float64Array.from(negatives, (k) =>
        Math.log((samples * Math.log1p(1 / (k + 1))) / span),
      );
      const score = (row: number, at: number): number => {
        let sum = 0;
        for (let j = 0; j < d; j++) sum += w[row * d + j] * hidden[at + j];
        return sum;
      };
      const gradHidden = new Float64Array(m * d);
      const residuals = new Float64Array(m * (samples + 1));
      let loss = 0;
      for (let i = 0; i < m; i++) {
        const row = residuals.subarray(i * (samples + 1), (i + 1) * (samples + 1));
        const own = score(labels[i], i * d);
        let largest = own;
        for (let k = 0; k < samples; k++) {
          row[k] = negatives[k] === labels[i] ? -Infinity : score(negatives[k], i * d) - corrections[k];
          largest = Math.max(largest, row[k]);
        }
        row[samples] = own;
        let total = 0;
        for (let k = 0; k <= samples; k++) total += row[k] = Math.exp(row[k] - largest);
        for (let k = 0; k <= samples; k++) {
          row[k] = (row[k] / total - (k === samples ? 1 : 0)) / m;
          const at = (k === samples ? labels[i] : negatives[k]) * d;
          for (let j = 0; j < d; j++) gradHidden[i * d + j] += row[k] * w[at + j];
        }
        loss += largest + Math.log(total) - own;
      }
      for (let i = 0; i < m; i++) {
        for (let k = 0; k <= samples; k++) {
          const scale = rate * residuals[i * (samples + 1) + k];
          const at = (k === samples ? labels[i] : negatives[k]) * d;
          for (let j = 0; j < d; j++) w[at + j] -= scale * hidden[i * d + j];
        }
      }
      return { loss: loss / m, gradHidden };
    },
    scores: () => denseScores(w, { classes, features: d }),
  };
}
