import type { numpy as np } from "@jax-js/jax";
import { binaryKl, binaryKlNorm, dkdLoss, kdLoss } from "minimand/losses";
import { neuralCollapse } from "minimand/metrics";
import { alignGradients } from "minimand/training";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";

type Options = { temperature: number; alpha?: number; beta?: number };

/** A loss of the vectors: values, their mean, and the gradient of the mean in the student's logits. */
const pair =
  (loss: (s: np.Array, t: np.Array, labels: np.Array, options: Options) => np.Array): Adapters[string] =>
  ({ student, teacher, labels }, { temperature, alpha, beta }) => {
    const { perExample, mean, gradients } = meanAndGradients(
      (s) => loss(s, float(teacher), ids(labels), { temperature, alpha, beta }),
      float(student),
    );
    return { perExample, value: mean, grad_student: gradients[0] };
  };

export const adapters: Adapters = {
  binaryKL: pair((s, t, _, { temperature }) => binaryKl(s, t, { temperature })),
  binaryKLNorm: pair((s, t, _, { temperature }) => binaryKlNorm(s, t, { temperature })),
  kd: pair((s, t, _, { temperature }) => kdLoss(s, t, { temperature })),
  dkd: pair((s, t, y, options) => dkdLoss(s, t, y, options)),

  gradient_alignment: ({ gPrimary, gAux }) => {
    const { merged, dot } = alignGradients(gPrimary.map(float), gAux.map(float));
    return { dot: dot.item(), merged: (merged as np.Array[]).map((g) => g.js()) };
  },

  "neural-collapse_metrics": ({ features, labels, weights }) =>
    neuralCollapse(features.flat(), labels, weights.flat()),
};
