import { numpy as np } from "@jax-js/jax";
import {
  innerMaximise,
  type LinearRobustOptions,
  linearRobustLoss,
  linearRss,
  linearWorstInputs,
} from "@minimand/lab/self-training";
import { droRisk, expectedHatLoss, expectedRampLoss, gaussianMixtureRisk } from "@minimand/lab/theory";
import { compiledValueAndGrad, relu, softplus } from "minimand/engine";
import { transportCost } from "../../../../lab/src/self-training/inner-maximise.ts";
import { type Adapters, float } from "../../kit/golden/adapters.ts";

type Linear = { X: number[][]; y: number[]; w: number[]; b: number };
type Params = { w: np.Array; b: np.Array };

const params = ({ w, b }: Linear): Params => ({ w: float(w), b: float(b) });

/** Value and gradients of a mean or another scalar, by compiled differentiation. */
function gradients(
  p: Params,
  f: (p: Params) => np.Array,
): { value: number; grad_w: unknown; grad_b: unknown } {
  const run = compiledValueAndGrad(f);
  const [value, { w, b }] = run(p);
  const result = { value: value.item(), grad_w: w.js(), grad_b: b.item() };
  run.dispose();
  return result;
}

/** The worst case of a linear score: values, mean, gradient, and where it moves the inputs. */
const phi: Adapters[string] = (inputs: Linear, options: LinearRobustOptions, expected) => {
  const [x, y] = [() => float(inputs.X), () => float(inputs.y)];
  try {
    const perExample = linearRobustLoss(params(inputs), x(), y(), options).js();
    const { z, distance } = linearWorstInputs(params(inputs), x(), y(), options);
    return {
      perExample,
      tStar: distance.js(),
      Z: z.js(),
      ...gradients(params(inputs), (p) => np.mean(linearRobustLoss(p, x(), y(), options))),
    };
  } catch (error) {
    // Where the worst case is infinite the library refuses, naming gamma and the norm of the weights.
    if (!(error instanceof RangeError && /^gamma: .*\|\|w\|\| = /.test(error.message))) throw error;
    return { value: Infinity, note: (expected as { note?: string }).note };
  }
};

const rss: Adapters[string] = (
  inputs: Linear & { U: number[][] },
  { lambda_, lambda = lambda_, ...rest },
) => {
  const data = () => ({ x: float(inputs.X), y: float(inputs.y), u: float(inputs.U) });
  const options = { ...rest, lambda };
  const { labeled, unlabeled, value } = linearRss(params(inputs), data(), options);
  value.dispose();
  return {
    labeled: labeled.item(),
    unlabeled: unlabeled.item(),
    ...gradients(params(inputs), (p) => linearRss(p, data(), options).value),
  };
};

/** Losses of a linear score that the vectors climb. */
const losses: Record<string, (score: np.Array, y: np.Array) => np.Array> = {
  logistic: (f, y) => softplus(f.mul(y).neg()),
  hinge: (f, y) => relu(f.mul(y).neg().add(1)),
  squared: (f, y) => np.square(y.sub(f)),
};

const innerAscent: Adapters[string] = (inputs: Linear, { loss, cost, gamma, steps, stepSize }) => {
  const values = (p: Params, z: np.Array): np.Array =>
    losses[loss](np.matmul(z, p.w).add(p.b), float(inputs.y));
  const ascend = innerMaximise<Params>((z, p) => values(p, z), { cost, steps });
  const z = ascend(float(inputs.X), params(inputs), { gamma, stepSize });
  ascend.dispose();
  const moved = transportCost(z.ref, float(inputs.X), cost).mul(gamma);
  const perExample = values(params(inputs), z.ref).sub(moved).js();
  const { grad_w, grad_b } = gradients(params(inputs), (p) => np.mean(values(p, z.ref)));
  return { Z: z.js(), perExample, grad_w, grad_b };
};

const dro: Adapters[string] = ({ X, y, w, b }: Linear, options) => droRisk({ w, b }, X.flat(), y, options);

const kinds = ["zeroone_l2cost", "zeroone_sqcost", "hinge_sqcost", "hinge_l2cost_gamma_above_norm"];
const others = [
  "hinge_l2cost_infinite",
  "hinge_l2cost",
  "logistic_sqcost",
  "logistic_l2cost",
  "squared_sqcost",
];
const duals = ["hinge_l2", "hinge_halfsq", "logistic_l2", "logistic_halfsq", "zeroOne_l2", "squared_halfsq"];

export const adapters: Adapters = {
  ...Object.fromEntries([...kinds, ...others].map((kind) => [`phi_${kind}`, phi])),
  rss_objective_zeroOne: rss,
  rss_objective_hinge: rss,
  rss_objective_logistic: rss,
  inner_ascent: innerAscent,
  ...Object.fromEntries(duals.map((kind) => [`dro_dual_${kind}`, dro])),

  gmm_population: (_, options) => {
    const risk = gaussianMixtureRisk(options);
    return {
      risk,
      accuracy: 1 - risk,
      expectedPhi: expectedRampLoss(options),
      expectedUnlabeledHat: expectedHatLoss(options),
    };
  },
};
