import { numpy as np } from "@jax-js/jax";
import { exp, logSigmoid, logSoftmax, sigmoid, softmax, softplus } from "../../engine/numerics.ts";
import type { BagLayout } from "./bag-layout.ts";

/** A pointwise loss and its bag-level form: what the responses are, and how predictions are averaged. */
export interface ResponseLoss {
  /** `[rows, classes]` instead of `[rows]`. */
  perClass: boolean;
  /** What a bag's mean may be, for checks and errors. */
  response: { expected: string; min: number; max: number };
  /** Model output to the prediction that is averaged over a bag. */
  predict(output: np.Array): np.Array;
  /** The loss of a bag's mean prediction, `[bags]`. */
  ofBags(layout: BagLayout, means: np.Array, output: np.Array): np.Array;
  /** The loss of each row as if its bag's mean were its own response, `[rows]`. */
  ofRows(means: np.Array, output: np.Array): np.Array;
}

const anyNumber = { expected: "finite numbers", min: -Infinity, max: Infinity };
const probability = { expected: "numbers from 0 to 1", min: 0, max: 1 };

const squared: ResponseLoss = {
  perClass: false,
  response: anyNumber,
  predict: (output) => output,
  ofBags: (layout, means, output) => np.square(layout.mean(output).sub(means)),
  ofRows: (means, output) => np.square(output.sub(means)),
};

const logistic: ResponseLoss = {
  perClass: false,
  response: probability,
  predict: sigmoid,
  // Means of probabilities, taken as logarithms: for large logits p itself is 0 or 1.
  ofBags: (layout, means, z) => {
    const positive = layout.logMeanExp(logSigmoid(z.ref));
    const negative = layout.logMeanExp(logSigmoid(z.neg()));
    return means.ref.mul(positive).add(means.neg().add(1).mul(negative)).neg();
  },
  ofRows: (means, z) => softplus(z.ref).sub(means.mul(z)),
};

const softmaxLoss: ResponseLoss = {
  perClass: true,
  response: probability,
  predict: (output) => softmax(output),
  ofBags: (layout, means, output) =>
    means
      .mul(layout.logMeanExp(logSoftmax(output)))
      .sum(-1)
      .neg(),
  ofRows: (means, output) => means.mul(logSoftmax(output)).sum(-1).neg(),
};

const poisson: ResponseLoss = {
  perClass: false,
  response: { expected: "numbers >= 0", min: 0, max: Infinity },
  predict: exp,
  ofBags: (layout, means, z) => {
    const logMean = layout.logMeanExp(z);
    return exp(logMean.ref).sub(means.mul(logMean));
  },
  ofRows: (means, z) => exp(z.ref).sub(means.mul(z)),
};

/** The losses known by name. */
export const responseLosses = { squared, logistic, softmax: softmaxLoss, poisson };

/** A loss of the user's own, on predictions as they are. */
export function ownResponseLoss(loss: (means: np.Array, predictions: np.Array) => np.Array): ResponseLoss {
  return {
    perClass: false,
    response: anyNumber,
    predict: (output) => output,
    ofBags: (layout, means, output) => loss(means, layout.mean(output)),
    ofRows: loss,
  };
}
