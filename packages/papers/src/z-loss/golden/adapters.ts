import type { numpy as np } from "@jax-js/jax";
import {
  hierarchicalSoftmaxLoss,
  logSphericalSoftmaxLoss,
  logTaylorSoftmaxLoss,
  oneHotSquaredError,
  type SphericalLossSpec,
  softmaxUpperBoundLoss,
  sphericalSoftmaxSpec,
  squaredErrorSpec,
  taylorSoftmaxSpec,
  upperBoundSpec,
  zLoss,
  zLossSpec,
} from "minimand/losses";
import { type Adapters, float, ids, meanAndGradients } from "../../kit/golden/adapters.ts";
import { factoredAdapters } from "./factored.ts";

/** Values and gradient of the dense loss, then the statistics and what the loss in plain numbers makes of them. */
function dense(
  { o, labels }: { o: number[][]; labels: number[] },
  loss: (f: np.Array, y: np.Array) => np.Array,
  spec: SphericalLossSpec,
): unknown {
  const { perExample, gradients } = meanAndGradients((f) => loss(f, ids(labels)), float(o));
  const sum = (xs: number[]) => xs.reduce((t, v) => t + v, 0);
  const q = o.map((row) => sum(row.map((v) => v * v)));
  const s = o.map(sum);
  const a = o.map((row, i) => row[labels[i]]);
  const partials = o.map((row, i) => spec.partials(q[i], s[i], a[i], row.length));
  const [gq, gs, ga] = [0, 1, 2].map((j) => partials.map((p) => p[j]));
  return {
    perExample,
    grad_o_of_sum: (gradients[0] as number[][]).map((row) => row.map((g) => g * labels.length)),
    stats: { q, s, a },
    grad_q: gq,
    grad_s: gs,
    grad_a: ga,
  };
}

export const adapters: Adapters = {
  ...factoredAdapters,
  z_loss: (inputs, { a, b }) => dense(inputs, (f, y) => zLoss(f, y, { a, b }), zLossSpec({ a, b })),
  "log-Taylor_softmax": (inputs) => dense(inputs, logTaylorSoftmaxLoss, taylorSoftmaxSpec),
  "log-spherical_softmax": (inputs, { eps }) =>
    dense(inputs, (f, y) => logSphericalSoftmaxLoss(f, y, { eps }), sphericalSoftmaxSpec({ eps })),
  "squared_error_to_one-hot": (inputs) => dense(inputs, oneHotSquaredError, squaredErrorSpec),
  Bouchard_upper_bound: (inputs, { xi }) =>
    dense(inputs, (f, y) => softmaxUpperBoundLoss(f, y, { xi }), upperBoundSpec({ xi })),
  "two-level_hierarchical_softmax": ({ H, labels, topW, topB, leafW, leafB }) => ({
    perExample: hierarchicalSoftmaxLoss(float(H), ids(labels), {
      topW: float(topW),
      topB: float(topB),
      leafW: float(leafW),
      leafB: float(leafB),
    }).js(),
  }),
};
