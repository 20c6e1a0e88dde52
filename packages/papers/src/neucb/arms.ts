import {
  type Bandit,
  linUcb,
  neuFastCb,
  neuralEpsilonGreedy,
  neuralTs,
  neuralUcb,
  neuSquareCb,
} from "minimand";
import { grid } from "../kit/grid.ts";
import { named } from "../kit/named.ts";
import { network, perturbation } from "./settings.ts";

/** A learning rate (LinUCB: lambda) and how much is explored: gamma, epsilon, nu or alpha. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "explore"] as const;

/** A bandit of the comparison. */
export interface Arm {
  id: string;
  label: string;
  /** Its twelve configurations; none where it has those of another. */
  grid: readonly Configuration[];
  /** Whose choice it has. */
  choice: string;
  /** Whether NeuFastCB is measured against it. */
  baseline: boolean;
  make(common: Common, configuration: Configuration): Bandit;
}

interface Common {
  dim: number;
  arms: number;
  seed: number;
}

const cross = (learningRate: readonly number[], explore: readonly number[]): Configuration[] =>
  grid({ learningRate, explore });

// Up to where gradient descent on the loss begins to diverge: a quarter of the curvature, four times the rate.
const squareRates = [0.25, 0.5, 1, 2];
const klRates = [1, 2, 4, 8];
const gammas = [100, 300, 1000];
const epsilons = [0.01, 0.05, 0.1];
const nus = [0.003, 0.03, 0.3];

type Mode = "signs" | "expected" | "none";
const inverseGapArm =
  (make: typeof neuFastCb, mode: Mode): Arm["make"] =>
  (common, { learningRate, explore }) =>
    make({
      ...common,
      ...network,
      learningRate,
      gamma: explore,
      perturbation: mode === "none" ? { mode } : { ...perturbation, mode },
    });
const greedyArm =
  (loss: "square" | "kl", epsilon?: number): Arm["make"] =>
  (common, { learningRate, explore }) =>
    neuralEpsilonGreedy({ ...common, ...network, loss, learningRate, epsilon: epsilon ?? explore });
const uncertainArm =
  (make: typeof neuralUcb, target: "reward" | "cost"): Arm["make"] =>
  (common, { learningRate, explore }) =>
    make({ ...common, ...network, learningRate, nu: explore, lambda: 0.1, target });
/** Nobody asks for its propensities. */
const sampling: typeof neuralUcb = (options) => neuralTs({ ...options, estimates: 1 });

const tuned = (id: string, label: string, grid: Configuration[], make: Arm["make"], baseline = true): Arm => {
  return { id, label, grid, choice: id, baseline, make };
};
const like = (id: string, label: string, choice: string, make: Arm["make"]): Arm => {
  return { id, label, grid: [], choice, baseline: false, make };
};

/** Paper's methods first, then its baselines, a linear one, and what the perturbation and the exploration are worth. */
export const arms: readonly Arm[] = [
  tuned("fast", "NeuFastCB", cross(klRates, gammas), inverseGapArm(neuFastCb, "signs"), false),
  tuned("square", "NeuSquareCB", cross(squareRates, gammas), inverseGapArm(neuSquareCb, "signs"), false),
  tuned("epsilon-square", "epsilon-greedy, square loss", cross(squareRates, epsilons), greedyArm("square")),
  tuned("epsilon-kl", "epsilon-greedy, log loss", cross(klRates, epsilons), greedyArm("kl")),
  tuned("ucb-reward", "NeuralUCB, rewards", cross(squareRates, nus), uncertainArm(neuralUcb, "reward")),
  tuned("ucb-cost", "NeuralUCB, costs", cross(squareRates, nus), uncertainArm(neuralUcb, "cost")),
  tuned("ts-reward", "NeuralTS, rewards", cross(squareRates, nus), uncertainArm(sampling, "reward")),
  tuned("ts-cost", "NeuralTS, costs", cross(squareRates, nus), uncertainArm(sampling, "cost")),
  tuned(
    "lin-ucb",
    "LinUCB",
    cross([0.1, 0.3, 1, 3], [0.1, 0.3, 1]),
    (common, { learningRate, explore }) => linUcb({ ...common, lambda: learningRate, alpha: explore }),
    false,
  ),
  like("fast-expected", "NeuFastCB, expected perturbation", "fast", inverseGapArm(neuFastCb, "expected")),
  like("fast-none", "NeuFastCB, no perturbation", "fast", inverseGapArm(neuFastCb, "none")),
  like(
    "square-expected",
    "NeuSquareCB, expected perturbation",
    "square",
    inverseGapArm(neuSquareCb, "expected"),
  ),
  like("square-none", "NeuSquareCB, no perturbation", "square", inverseGapArm(neuSquareCb, "none")),
  like("greedy-square", "greedy, square loss", "epsilon-square", greedyArm("square", 0)),
  like("greedy-kl", "greedy, log loss", "epsilon-kl", greedyArm("kl", 0)),
];

/** The arms that are tuned. */
export const tunedArms = arms.filter(({ grid }) => grid.length > 0);

/** An arm by its name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
