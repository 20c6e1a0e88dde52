import {
  expectedSquareLoss,
  fastCbGamma,
  fastInverseGap,
  inverseGap,
  linUcbScores,
  neuralUcbScores,
  offPolicyEstimates,
  onlineNetwork,
  type PerturbedPoint,
  packSigns,
  perturbationScale,
  perturbedKlLoss,
  perturbedOutputs,
  perturbedSquareLoss,
  projectBall,
  squareCbGamma,
} from "@minimand/lab/online";
import { expit } from "minimand/engine";
import { argmax } from "../../../../lab/src/online/bandits/arm-choice.ts";
import type { Adapters } from "../../kit/golden/adapters.ts";

/** The vectors' network: `v^T tanh(W x) / sqrt(m)`. */
const networkOf = ({ m, d }: { m: number; d: number }) =>
  onlineNetwork({ dim: d, hidden: [m], activation: "tanh", scaled: true });

interface Inputs {
  theta: number[];
  theta0: number[];
  x: number[];
}
interface Options {
  m: number;
  d: number;
  cp: number;
}

function pointOf({ theta, theta0, x }: Inputs, options: Options): PerturbedPoint {
  const network = networkOf(options);
  const parameters = Float64Array.from(theta);
  const input = Float64Array.from(x);
  const gradient = new Float64Array(network.size);
  const output = network.forward(parameters, 0, input);
  network.backward(parameters, 0, input, 1, gradient);
  return { output, gradient, theta, theta0, scale: perturbationScale(options.cp, options.m) };
}

const list = (values: ArrayLike<number>): number[] => Array.from(values);
const mean = (values: ArrayLike<number>): number => list(values).reduce((a, b) => a + b, 0) / values.length;
const loss = ({ value, gradient }: { value: number; gradient: Float64Array }) => ({
  value,
  grad_theta: list(gradient),
});
const weighting =
  (weigh: typeof inverseGap): Adapters[string] =>
  ({ costs }, { gamma }) => {
    const p = weigh(costs, { gamma });
    return { value: list(p), greedy: argmax(p) };
  };

export const adapters: Adapters = {
  "perturbed-network": (inputs, options) => {
    const point = pointOf(inputs, options);
    const perturbed = perturbedOutputs(point, packSigns(inputs.eps));
    return {
      base: point.output,
      perturbed: list(perturbed),
      mean: mean(perturbed),
      grad_base: list(point.gradient),
      sigmoidMean: mean(perturbed.map(expit)),
    };
  },
  "perturbed-square-loss": (inputs, options) =>
    loss(perturbedSquareLoss(pointOf(inputs, options), packSigns(inputs.eps), options.y)),
  "perturbed-kl-loss": (inputs, options) =>
    loss(perturbedKlLoss(pointOf(inputs, options), packSigns(inputs.eps), options.y)),
  "expected-square-loss-over-signs": (inputs, options) =>
    loss(expectedSquareLoss(pointOf(inputs, options), options.y)),
  "projected-ogd-step": ({ theta, theta0, grad }, { m, d, eta, rho, rho1 }) => {
    const moved = Float64Array.from(theta as number[], (value, i) => value - eta * grad[i]);
    projectBall(moved, theta0, networkOf({ m, d }).layers, [rho, rho1]);
    return { value: list(moved) };
  },
  "igw-square": weighting(inverseGap),
  "igw-fast": weighting(fastInverseGap),
  "igw-fast-zero-best": weighting(fastInverseGap),
  "gamma-schedules": (_, { T, K, regret, Lstar, delta }) => ({
    squareCb: squareCbGamma({ rounds: T, arms: K, regret }),
    squareCbFosterRakhlin: squareCbGamma({ rounds: T, arms: K, regret, delta }),
    fastCb: fastCbGamma({ arms: K, regret, bestCost: Lstar }),
  }),
  "neural-ucb-diag": ({ rewards, gradients, U }, { lambda, nu }) => {
    const { sigma, bounds, action, design } = neuralUcbScores(rewards, gradients, U, { lambda, nu });
    return { sigma: list(sigma), ucb: list(bounds), action, nextU: list(design) };
  },
  linucb: ({ Z, b, contexts }, { alpha }) => {
    const { theta, scores, action } = linUcbScores(Z, b, contexts, { alpha });
    return { theta: list(theta), ucb: list(scores), action };
  },
  "off-policy-estimates": ({ loggedPropensity, reward, targetProb, qLogged, qTarget }, { clip }) => {
    const { ips, snips, clipped, doublyRobust, effectiveSampleSize } = offPolicyEstimates(
      { propensity: loggedPropensity, reward, target: targetProb, qLogged, qTarget },
      { clip },
    );
    return {
      ips: ips.value,
      snips: snips.value,
      clippedIps: clipped.value,
      dr: doublyRobust?.value,
      effectiveSampleSize,
    };
  },
};
