import {
  type Bandit,
  linUcb,
  neuFastCb,
  neuralEpsilonGreedy,
  neuralTs,
  neuralUcb,
  neuSquareCb,
} from "@minimand/lab/online";
import { named } from "../../kit/named.ts";
import { perturbation, replay } from "./settings.ts";

/** A learning rate (LinUCB: lambda) and how much is explored: gamma, epsilon, nu or alpha. */
export type Configuration = Record<(typeof columns)[number], number>;
export const columns = ["learningRate", "explore"] as const;

/** Values of learning rate and exploration in order, and where tuning begins. */
interface Grid {
  axes: Record<(typeof columns)[number], readonly number[]>;
  start: Configuration;
}

/** A bandit of the comparison. */
export interface Arm {
  id: string;
  label: string;
  /** What is tuned; null where it has the choices of another. */
  tuning: Grid | null;
  /** Whose choice it has. */
  choice: string;
  /** What NeuFastCB is measured against: rivals of the paper, and a variant of ours that predicts costs where those predict rewards. */
  rival: "paper" | "ours" | null;
  make(common: Common, configuration: Configuration): Bandit;
}

interface Common {
  dim: number;
  arms: number;
  seed: number;
  hidden: readonly number[];
}

const cross = (
  [learningRate, rate]: readonly [readonly number[], number],
  [explore, amount]: readonly [readonly number[], number],
): Grid => ({ axes: { learningRate, explore }, start: { learningRate: rate, explore: amount } });

// A quarter of the curvature, four times the rate.
const squareRates = [[0.03, 0.06, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16], 1] as const;
const klRates = [[0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64], 4] as const;
const gammas = [[3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000], 300] as const;
const epsilons = [[0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5], 0.03] as const;
const nus = [[3e-7, 3e-6, 3e-5, 3e-4, 0.003, 0.03, 0.3, 3, 30, 300], 0.03] as const;
const lambdas = [[0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10], 0.3] as const;
const alphas = [[0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10], 0.3] as const;

type Mode = "signs" | "expected" | "none";
const inverseGapArm =
  (make: typeof neuFastCb, mode: Mode): Arm["make"] =>
  (common, { learningRate, explore }) =>
    make({
      ...common,
      replay,
      learningRate,
      gamma: explore,
      perturbation: mode === "none" ? { mode } : { ...perturbation, mode },
    });
const greedyArm =
  (loss: "square" | "kl", epsilon?: number): Arm["make"] =>
  (common, { learningRate, explore }) =>
    neuralEpsilonGreedy({ ...common, replay, loss, learningRate, epsilon: epsilon ?? explore });
const uncertainArm =
  (make: typeof neuralUcb, target: "reward" | "cost"): Arm["make"] =>
  (common, { learningRate, explore }) =>
    make({ ...common, replay, learningRate, nu: explore, lambda: 0.1, target });
/** Nobody asks for its propensities. */
const sampling: typeof neuralUcb = (options) => neuralTs({ ...options, estimates: 1 });

const tuned = (
  id: string,
  label: string,
  tuning: Grid,
  make: Arm["make"],
  rival: Arm["rival"] = "paper",
): Arm => {
  return { id, label, tuning, choice: id, rival, make };
};
const like = (id: string, label: string, choice: string, make: Arm["make"]): Arm => {
  return { id, label, tuning: null, choice, rival: null, make };
};

/** Paper's methods first, then its baselines, a linear one, and what the perturbation and the exploration are worth. */
export const arms: readonly Arm[] = [
  tuned("fast", "NeuFastCB", cross(klRates, gammas), inverseGapArm(neuFastCb, "signs"), null),
  tuned("square", "NeuSquareCB", cross(squareRates, gammas), inverseGapArm(neuSquareCb, "signs"), null),
  tuned("epsilon-square", "epsilon-greedy, square loss", cross(squareRates, epsilons), greedyArm("square")),
  tuned("epsilon-kl", "epsilon-greedy, log loss", cross(klRates, epsilons), greedyArm("kl")),
  tuned("ucb-reward", "NeuralUCB, rewards", cross(squareRates, nus), uncertainArm(neuralUcb, "reward")),
  tuned("ucb-cost", "NeuralUCB, costs", cross(squareRates, nus), uncertainArm(neuralUcb, "cost"), "ours"),
  tuned("ts-reward", "NeuralTS, rewards", cross(squareRates, nus), uncertainArm(sampling, "reward")),
  tuned("ts-cost", "NeuralTS, costs", cross(squareRates, nus), uncertainArm(sampling, "cost"), "ours"),
  tuned(
    "lin-ucb",
    "LinUCB",
    cross(lambdas, alphas),
    ({ hidden: _, ...common }, { learningRate, explore }) =>
      linUcb({ ...common, lambda: learningRate, alpha: explore }),
    null,
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
export const tunedArms = arms.filter(({ tuning }) => tuning !== null);

/** An arm by its name. */
export const armOf = (id: string): Arm => named(arms, id, "arm");
