import { numpy as np } from "@jax-js/jax";
import {
  compSumBoundedDeterministicInf,
  compSumConditionalInf,
  compSumInverseTransform,
  compSumTransform,
  expectedConditionalInf,
  minimizabilityGap,
} from "@minimand/lab/theory";
import {
  advRhoMarginCompSum,
  compSum,
  scoreDeviation,
  smoothAdvCompSum,
  squaredScoreDeviation,
} from "minimand/losses";
import { pgdStep } from "minimand/training";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";

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

  advDeviationPgd: ({ W, b, x, labels, delta0 }, { gamma, stepSize, steps, norm }) => {
    const clean = linear(float(x), W, b);
    const step = pgdStep(
      (inputs, { y }: { y: np.Array }) => squaredScoreDeviation(clean.ref, linear(inputs, W, b), y),
      { norm },
    );
    let delta = float(delta0);
    const trace = Array.from({ length: steps }, () => {
      const [next, values] = step(delta, float(x), { y: ids(labels) }, { gamma, stepSize });
      values.dispose();
      delta = next;
      return {
        delta: delta.ref.js(),
        deviation_norm: scoreDeviation(clean.ref, linear(float(x).add(delta.ref), W, b), ids(labels)).js(),
      };
    });
    // The deviation is convex in the perturbation, so its supremum is at a vertex of the box.
    const vertices = Array.from({ length: 2 ** x[0].length }, (_, i) =>
      x[0].map((_: number, j: number) => ((i >> j) & 1 ? gamma : -gamma)),
    );
    const supremum = (row: number[], y: number) => {
      const at = (rows: number[][]) => linear(float(rows), W, b);
      const moved = vertices.map((v) => v.map((d: number, j: number) => row[j] + d));
      const values = scoreDeviation(
        at(vertices.map(() => row)),
        at(moved),
        ids(vertices.map(() => y)),
      ).js() as number[];
      return Math.max(...values);
    };
    return { trace, exact_sup: x.map((row: number[], i: number) => supremum(row, labels[i])) };
  },
};

function linear(x: np.Array, weight: number[][], bias: number[]): np.Array {
  return np.matmul(x, float(weight).transpose()).add(float(bias));
}
