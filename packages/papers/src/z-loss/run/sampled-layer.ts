import { initialOutputWeights } from "@minimand/lab/output-layer";
import { derive, randomSource } from "minimand/engine";
import { denseScores } from "./ranks.ts";
import { softmaxStep } from "./softmax-step.ts";
import type { LayerShape, WordLayer } from "./word-layer.ts";

/** Negatives of a batch. */
const samples = 200;

/**
 * Sampled softmax trained by gradient descent in place: each batch against 200 words drawn from the log-uniform proposal, as
 * the library's `sampledSoftmaxLoss`. Its start, not its draws, is the same as that of the other layers.
 */
export function sampledLayer({ classes, features, seed }: LayerShape): WordLayer {
  const w = Float32Array.from(initialOutputWeights({ classes, features, seed, precision: "float32" }));
  const next = randomSource(derive(seed, 31));
  const span = Math.log(classes + 1);

  return {
    step(hidden, labels, rate) {
      const negatives = Array.from({ length: samples }, () =>
        Math.min(classes - 1, Math.floor(Math.exp(next() * span)) - 1),
      );
      const corrections = negatives.map((k) => Math.log((samples * Math.log1p(1 / (k + 1))) / span));
      const seen = Array.from(labels, (label) => {
        // What is drawn is no negative where it is right.
        const offsets = corrections.map((c, k) => (negatives[k] === label ? -Infinity : -c));
        const rows = Int32Array.of(...negatives, label);
        return [{ w, rows, target: samples, offsets: Float64Array.of(...offsets, 0) }];
      });
      return softmaxStep(seen, hidden, rate);
    },
    scores: () => denseScores(w, { classes, features }),
  };
}
