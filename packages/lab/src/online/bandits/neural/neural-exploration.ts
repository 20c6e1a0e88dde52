import { checkChoice, checkNumber, derive, readOptions } from "minimand/engine";
import type { Algorithm, Verdict } from "../algorithm.ts";
import { argmax, argmaxOfSum, drawnFirst, only } from "../arm-choice.ts";
import type { Bandit } from "../bandit.ts";
import { makeBandit, type SavedBandit } from "../make-bandit.ts";
import { checkSaved } from "../saved-arrays.ts";
import { type NeuralBanditOptions, neuralBanditNames } from "./neural-bandits.ts";
import { buildRegressor, type RegressorState } from "./regressor.ts";
import { type RegressorOptions, regressorPart } from "./regressor-options.ts";

/** Options of {@link neuralUcb} and {@link neuralTs}. */
export interface NeuralExplorationOptions extends NeuralBanditOptions {
  /** Start of the design, > 0; default 0.1. */
  lambda?: number;
  /** Scale of the exploration, > 0; default 0.1. */
  nu?: number;
  /**
   * What the network predicts: `reward` (default, as in the authors' code: a network that starts near 0 is pessimistic) or
   * `cost` (it is optimistic).
   */
  target?: "reward" | "cost";
}

/** Options of {@link neuralTs}. */
export interface NeuralTsOptions extends NeuralExplorationOptions {
  /** Draws by which propensities are estimated, 1 to 100,000; default 100. */
  estimates?: number;
}

export const explorationKinds = ["neural-ucb", "neural-ts"] as const;
export type ExplorationKind = (typeof explorationKinds)[number];

/**
 * NeuralUCB with a diagonal design: a network predicts rewards, the arm of the highest {@link neuralUcbScores} bound is
 * chosen. Trained as the others here, one minibatch a reward; its perturbation is `none` unless given. The design grows
 * when the reward is learned, so decisions without one leave it as it was.
 *
 * Deterministic: its propensities are 1 and 0, of no use for off-policy evaluation.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @see Zhou, Li, Gu 2020, arXiv 1911.04462
 */
export function neuralUcb(options: NeuralExplorationOptions): Bandit {
  readOptions("neuralUcb", options, { ...neuralBanditNames, lambda: true, nu: true, target: true });
  return buildExploration("neural-ucb", options);
}

/**
 * NeuralTS with a diagonal design: as {@link neuralUcb}, but the arm of the highest draw from `N(f_a, sigma_a^2)` is
 * chosen. Propensities are estimated by Monte Carlo.
 *
 * @throws TypeError, RangeError for options outside of their ranges
 * @see Zhang, Zhou, Li, Gu 2021, arXiv 2010.00827
 */
export function neuralTs(options: NeuralTsOptions): Bandit {
  readOptions("neuralTs", options, {
    ...neuralBanditNames,
    lambda: true,
    nu: true,
    target: true,
    estimates: true,
  });
  return buildExploration("neural-ts", options);
}

interface State {
  regressor: RegressorState;
  design: Float64Array;
}

/** Makes either of the two bandits, new or from a snapshot. */
export function buildExploration(
  kind: ExplorationKind,
  options: NeuralTsOptions,
  saved?: SavedBandit,
): Bandit {
  return makeBandit(options, (state?: State) => explorationAlgorithm(kind, options, state), saved);
}

function explorationAlgorithm(kind: ExplorationKind, options: NeuralTsOptions, saved?: State): Algorithm {
  const { lambda = 0.1, nu = 0.1, target = "reward", seed = 0, estimates = 100 } = options;
  checkNumber("lambda", lambda, { above: 0 });
  checkNumber("nu", nu, { above: 0 });
  checkChoice("target", target, ["reward", "cost"]);
  checkNumber("estimates", estimates, { min: 1, max: 100_000, integer: true });
  const settings: RegressorOptions = {
    perturbation: { mode: "none" },
    ...regressorPart(options),
    loss: "square",
    slots: options.arms ?? 1,
    seed: derive(seed, 13),
  };
  const regressor = buildRegressor(settings, saved?.regressor);
  const { network, parameters } = regressor;
  const design = new Float64Array(network.size).fill(lambda);
  /** 1 / U. */
  const inverse = new Float64Array(network.size).fill(1 / lambda);
  const gradient = new Float64Array(network.size);
  const reaches = Array.from({ length: network.slots }, (_, slot) => network.reach(slot));
  if (saved !== undefined) {
    checkSaved("design", saved.design, Float64Array, network.size);
    design.set(saved.design);
    inverse.set(design.map((u) => 1 / u));
  }

  return {
    kind,
    propensities: kind === "neural-ucb" ? "deterministic" : "estimated",
    decide(arms, t, random): Verdict {
      const predicted = new Float64Array(arms.count);
      const uncertainty = new Float64Array(arms.count);
      for (let arm = 0; arm < arms.count; arm++) {
        const slot = arms.own ? arm : 0;
        const f = network.forward(parameters, slot, arms.rows[arm]);
        const square = network.squaredGradient(parameters, slot, arms.rows[arm], inverse);
        predicted[arm] = target === "reward" ? f : 1 - f;
        uncertainty[arm] = Math.sqrt(lambda * nu * square);
      }
      if (kind === "neural-ucb") {
        const action = argmaxOfSum(predicted, uncertainty);
        return { predicted, uncertainty, action, propensities: only(action, arms.count) };
      }
      const sample = (normal: () => number): Float64Array =>
        predicted.map((f, arm) => f + uncertainty[arm] * normal());
      const action = random === null ? null : argmax(sample(random.normal));
      const propensities = drawnFirst(sample, arms.count, { estimates, stream: derive(seed, 14, t), action });
      return { predicted, uncertainty, propensities, ...(action === null ? {} : { action }) };
    },
    learn({ slot, x }, reward) {
      const y = target === "reward" ? reward : 1 - reward;
      network.forward(parameters, slot, x);
      network.backward(parameters, slot, x, 1, gradient);
      const ranges = reaches[slot];
      try {
        regressor.learn(slot, x, y);
      } catch (error) {
        for (const { offset, length } of ranges) gradient.fill(0, offset, offset + length);
        throw error;
      }
      for (const { offset, length } of ranges)
        for (let i = offset; i < offset + length; i++) {
          design[i] += gradient[i] * gradient[i];
          inverse[i] = 1 / design[i];
          gradient[i] = 0;
        }
    },
    state: (): State => ({ regressor: regressor.state(), design }),
  };
}
