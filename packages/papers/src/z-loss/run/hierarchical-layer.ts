import { initialOutputWeights } from "@minimand/lab/output-layer";
import { range } from "../../kit/rows.ts";
import { transposed } from "./ranks.ts";
import { softmaxStep } from "./softmax-step.ts";
import type { LayerShape, WordLayer } from "./word-layer.ts";

/**
 * Two-level hierarchical softmax trained by gradient descent in place, `O(batch features sqrt(classes))` a step: groups of
 * words that follow each other in frequency. The same loss as the library's `hierarchicalSoftmaxLoss`.
 */
export function hierarchicalLayer({ classes, features, seed }: LayerShape): WordLayer {
  const groups = Math.ceil(Math.sqrt(classes));
  const size = Math.ceil(classes / groups);
  const start = (n: number, part: number) =>
    Float32Array.from(
      initialOutputWeights({ classes: n, features, seed: seed + part, precision: "float32" }),
    );
  const top = start(groups, 0);
  const leaves = start(groups * size, 1);
  const all = range(groups);

  return {
    step(hidden, labels, rate) {
      const seen = Array.from(labels, (label) => {
        const group = Math.floor(label / size);
        return [
          { w: top, rows: all, target: group },
          { w: leaves, rows: range((group + 1) * size, group * size), target: label % size },
        ];
      });
      return softmaxStep(seen, hidden, rate);
    },
    scores: () => ({
      classes,
      features,
      columns: groups * size,
      w: transposed(leaves, groups * size, features),
      top: { groups, w: transposed(top, groups, features) },
    }),
  };
}
