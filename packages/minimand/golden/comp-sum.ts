import {
  advRhoMarginCompSum,
  compSum,
  scoreDeviation,
  smoothAdvCompSum,
} from "../src/losses/index.ts";
import {
  compSumBoundedDeterministicInf,
  compSumConditionalInf,
  compSumInverseTransform,
  compSumTransform,
  expectedConditionalInf,
  minimizabilityGap,
} from "../src/theory/index.ts";
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

  compSumConditionalInf: ({ p }, { tau }) => ({
    value: p.map((q: number[]) => compSumConditionalInf(q, { tau })),
  }),

  compSumTransform: ({ beta, t }, options) => ({
    T: beta.map((b: number) => compSumTransform(b, options)),
    Gamma: t.map((v: number) => compSumInverseTransform(v, options)),
    GammaUpper: t.map((v: number) => compSumInverseTransform(v, { ...options, form: "simple" })),
  }),

  minimizabilityGap: ({ weights, conditionals, bestInClassRisk }, options) => ({
    value: minimizabilityGap(bestInClassRisk, weights, conditionals, options),
    expectedConditionalInf: expectedConditionalInf(weights, conditionals, options),
  }),

  compSumBoundedDeterministicInf: ({ scoreBound }, options) => ({
    value: compSumBoundedDeterministicInf(scoreBound, options),
  }),

  smoothAdvCompSum: ({ cleanLogits, advLogits, labels }, { tau, rho, nu }) => {
    const { perExample, mean, gradients } = meanAndGradients(
      (clean, adv) => smoothAdvCompSum(clean, adv, ids(labels), { tau, rho, nu }),
      float(cleanLogits),
      float(advLogits),
    );
    return {
      per_example: perExample,
      base: compSum(float(cleanLogits).div(rho), ids(labels), { tau }).js(),
      deviation_norm: scoreDeviation(float(cleanLogits), float(advLogits), ids(labels)).js(),
      value_mean: mean,
      grad_cleanLogits: gradients[0],
      grad_advLogits: gradients[1],
    };
  },

  advRhoMarginCompSum: ({ advLogits, labels }, { tau, rho }) => {
    const { perExample, mean, gradients } = meanAndGradients(
      (f) => advRhoMarginCompSum(f, ids(labels), { tau, rho }),
      float(advLogits),
    );
    return { per_example: perExample, value_mean: mean, grad_advLogits: gradients[0] };
  },
};
