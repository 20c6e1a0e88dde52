import { checkChoice, checkNumber, derive, type OptionNames, readOptions } from "minimand/engine";
import type { Algorithm, Verdict } from "../algorithm.ts";
import type { Bandit, BanditOptions } from "../bandit.ts";
import { predictions } from "../context.ts";
import { makeBandit, type SavedBandit } from "../make-bandit.ts";
import {
  checkGammaSchedule,
  fastInverseGap,
  type GammaSchedule,
  gammaAt,
  inverseGap,
} from "./inverse-gap.ts";
import { buildRegressor, type RegressorState } from "./regressor.ts";
import { type RegressorOptions, regressorPart } from "./regressor-options.ts";

/** Options of all bandits that predict by a network; see {@link onlineRegressor} and {@link Bandit}. */
export interface NeuralBanditOptions
  extends BanditOptions,
    Omit<RegressorOptions, "dim" | "slots" | "seed" | "loss"> {}

/** Names of the options that all of these take. */
export const neuralBanditNames: OptionNames<NeuralBanditOptions> = {
  dim: true,
  arms: true,
  norm: true,
  rewardRange: true,
  seed: true,
  hidden: true,
  activation: true,
  scaled: true,
  learningRate: true,
  optimizer: true,
  perturbation: true,
  radius: true,
  replay: true,
  warn: true,
};

/** Options of {@link neuSquareCb} and {@link neuFastCb}. */
export interface InverseGapBanditOptions extends NeuralBanditOptions {
  /** Exploitation; default `{ kind: "sqrt", initial: 10 }`. 100 to 1000 are usual for some thousand rounds. */
  gamma?: GammaSchedule;
}

/** Options of {@link neuralEpsilonGreedy}. */
export interface EpsilonGreedyOptions extends NeuralBanditOptions {
  /** Probability of a uniform choice, in [0, 1]; default 0.05. */
  epsilon?: number;
  /** Default `square`. */
  loss?: "square" | "kl";
}

/** All options of a neural bandit; internal. */
export type NeuralOptions = InverseGapBanditOptions & EpsilonGreedyOptions;
export const neuralKinds = ["neu-square-cb", "neu-fast-cb", "neural-epsilon-greedy"] as const;
export type NeuralKind = (typeof neuralKinds)[number];

/**
 * NeuSquareCB: a network predicts costs, with the perturbed square loss; arms are drawn by {@link inverseGap}.
 *
 * Costs are `1 - reward` (as shares of the reward's range). Predictions are clipped to [0, 1] for the weighting only.
 * `perturbation: { mode: "none" }` is SquareCB with a network.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @example
 * const bandit = neuSquareCb({ dim: 3, arms: 2 });
 * const { decisionId } = bandit.choose({ features: [1, 0, 2] });
 * bandit.update(decisionId, 1);
 * @see Deb et al. 2023, arXiv 2312.07145, algorithm NeuSquareCB
 */
export function neuSquareCb(options: InverseGapBanditOptions): Bandit {
  readOptions("neuSquareCb", options, { ...neuralBanditNames, gamma: true });
  return buildNeural("neu-square-cb", options);
}

/**
 * NeuFastCB: a network predicts costs, with the perturbed logarithmic loss; arms are drawn by {@link fastInverseGap}, which
 * explores less where the best arm costs little. Otherwise as {@link neuSquareCb}.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @see Deb et al. 2023, arXiv 2312.07145, algorithm NeuFastCB
 */
export function neuFastCb(options: InverseGapBanditOptions): Bandit {
  readOptions("neuFastCb", options, { ...neuralBanditNames, gamma: true });
  return buildNeural("neu-fast-cb", options);
}

/**
 * Makes a bandit whose network predicts costs. The cheapest arm is chosen, with probability epsilon a uniform one. `epsilon: 0` is greedy.
 *
 * Its perturbation is `none` unless given.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 */
export function neuralEpsilonGreedy(options: EpsilonGreedyOptions): Bandit {
  readOptions("neuralEpsilonGreedy", options, { ...neuralBanditNames, epsilon: true, loss: true });
  return buildNeural("neural-epsilon-greedy", options);
}

/** Makes any of the three bandits, new or from a snapshot. */
export function buildNeural(kind: NeuralKind, options: NeuralOptions, saved?: SavedBandit): Bandit {
  return makeBandit(options, (state?: RegressorState) => neuralAlgorithm(kind, options, state), saved);
}

/** Below this a predicted cost is raised to it, as FastCB divides by the least one. */
const leastCost = 1e-6;

function neuralAlgorithm(kind: NeuralKind, options: NeuralOptions, saved?: RegressorState): Algorithm {
  const { gamma = { kind: "sqrt", initial: 10 }, epsilon = 0.05, seed = 0 } = options;
  checkNumber("dim", options.dim, { min: 1, integer: true });
  checkGammaSchedule("gamma", gamma);
  checkNumber("epsilon", epsilon, { min: 0, max: 1 });
  const greedy = kind === "neural-epsilon-greedy";
  const { loss = "square" } = greedy ? options : { loss: kind === "neu-fast-cb" ? "kl" : "square" };
  checkChoice("loss", loss, ["square", "kl"]);
  const settings: RegressorOptions = {
    ...regressorPart(options),
    loss,
    slots: options.arms ?? 1,
    seed: derive(seed, 13),
    ...(greedy && options.perturbation === undefined ? { perturbation: { mode: "none" } } : {}),
  };
  const regressor = buildRegressor(settings, saved);

  const weigh = (costs: Float64Array, t: number): Float64Array => {
    if (greedy) return epsilonGreedy(costs, epsilon);
    const clipped = costs.map((cost) => Math.min(1, Math.max(kind === "neu-fast-cb" ? leastCost : 0, cost)));
    const weighting = kind === "neu-fast-cb" ? fastInverseGap : inverseGap;
    return weighting(clipped, { gamma: gammaAt(gamma, t) });
  };

  return {
    kind,
    propensities: "exact",
    decide(arms, t): Verdict {
      const costs = predictions(regressor.predict, arms);
      const predicted = costs.map((cost) => 1 - cost);
      // Predictions that are not finite are refused by who asked.
      return { predicted, propensities: costs.every(Number.isFinite) ? weigh(costs, t) : costs };
    },
    learn: ({ slot, x }, reward) => regressor.learn(slot, x, 1 - reward),
    state: regressor.state,
  };
}

/** `1 - epsilon + epsilon / K` for the first cheapest arm, `epsilon / K` for the others. */
function epsilonGreedy(costs: Float64Array, epsilon: number): Float64Array {
  const best = costs.reduce((b, cost, arm) => (cost < costs[b] ? arm : b), 0);
  const share = epsilon / costs.length;
  return costs.map((_, arm) => (arm === best ? 1 - epsilon + share : share));
}
