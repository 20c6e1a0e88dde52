import { compSum } from "../src/losses/index.ts";
import { type Adapters, float, ids, meanAndGradients } from "./adapters.ts";

export const adapters: Adapters = {
  compSum: ({ logits, labels }, { tau }) => {
    const { perExample, mean, gradients } = meanAndGradients(
      (f) => compSum(f, ids(labels), { tau }),
      float(logits),
    );
    const sum = (gradients[0] as number[][]).map((row) => row.map((g) => g * labels.length));
    return { per_example: perExample, value_mean: mean, grad_logits: gradients[0], grad_logits_of_sum: sum };
  },
};
