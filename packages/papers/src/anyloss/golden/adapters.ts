import type { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad } from "minimand/engine";
import type { ScoreTarget } from "minimand/losses";
import { amplify, anyLoss, scoreOrientedLoss, softConfusionMatrix } from "minimand/losses";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";

/** `fbeta_0.5` of the vectors is the metric `fbeta` with `beta: 0.5`. */
function target(metric: string): ScoreTarget {
  const [name, beta] = metric.split("_");
  return {
    metric: name as Extract<ScoreTarget["metric"], string>,
    beta: beta === undefined ? 1 : Number(beta),
  };
}

function valueAndGradient(f: (p: np.Array) => np.Array, p: number[]): unknown {
  const run = compiledValueAndGrad(f);
  const [value, gradient] = run(float(p));
  const result = { value: value.item(), grad_p: gradient.js() as number[] };
  run.dispose();
  return result;
}

export const adapters: Adapters = {
  amplify: ({ p }, options) => {
    const { perExample, gradients } = meanAndGradients((x) => amplify(x, options), float(p));
    return { value: perExample, derivative: (gradients[0] as number[]).map((g) => g * p.length) };
  },
  softConfusionMatrix: ({ p, labels }, options) => {
    const counts = softConfusionMatrix(float(p), ids(labels), options);
    return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count.item()]));
  },
  anyLoss: ({ p, labels }, { metric, ...options }) =>
    valueAndGradient((x) => anyLoss(x, ids(labels), { ...options, ...target(metric) }), p),
  scoreOrientedLoss: ({ p, labels }, { metric, ...options }) =>
    valueAndGradient((x) => scoreOrientedLoss(x, ids(labels), { ...options, ...target(metric) }), p),
  anyLossSlp: ({ X_with_intercept, labels }, { metric, lr, steps, init: _, ...options }, { trace_steps }) => {
    const run = compiledValueAndGrad((theta: np.Array, x: np.Array) =>
      anyLoss(x.mul(theta).sum(-1), ids(labels), { ...options, ...target(metric), fromLogits: true }),
    );
    let theta: number[] = X_with_intercept[0].map(() => 0);
    const cost: number[] = [];
    const trace = new Map<number, number[]>();
    for (let step = 1; step <= steps; step++) {
      const [value, gradient] = run(float(theta), float(X_with_intercept));
      cost.push(value.item());
      const g = gradient.js() as number[];
      theta = theta.map((t, i) => t - lr * g[i]);
      trace.set(step, theta);
    }
    run.dispose();
    return { cost, trace_steps, theta_trace: trace_steps.map((step: number) => trace.get(step)) };
  },
};
