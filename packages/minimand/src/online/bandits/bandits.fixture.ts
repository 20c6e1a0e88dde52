import {
  type Bandit,
  linExp3,
  linTs,
  linUcb,
  neuFastCb,
  neuralEpsilonGreedy,
  neuralTs,
  neuralUcb,
  neuSquareCb,
} from "../../index.ts";

/** What the conformance suite makes bandits of. */
export interface Common {
  dim: number;
  arms?: number;
  seed?: number;
  rewardRange?: readonly [number, number];
  norm?: "scale" | "check" | "any";
}

const small = { hidden: [8], replay: { capacity: 20, batch: 4 } };

/** Every bandit, and variants with state of their own; a new one joins by a line. */
export const bandits: Record<string, (common: Common) => Bandit> = {
  "NeuSquareCB, expected": (c) => neuSquareCb({ ...c, ...small }),
  "NeuSquareCB, signs": (c) =>
    neuSquareCb({ ...c, ...small, perturbation: { mode: "signs", cp: 0.02, samples: 9 } }),
  "NeuSquareCB, none, Adam": (c) =>
    neuSquareCb({
      ...c,
      ...small,
      perturbation: { mode: "none" },
      optimizer: { kind: "adam" },
      learningRate: 0.01,
    }),
  "NeuFastCB, momentum, ball": (c) =>
    neuFastCb({ ...c, ...small, optimizer: { kind: "sgd", momentum: 0.5 }, radius: 2, gamma: 50 }),
  "NeuFastCB, signs": (c) => neuFastCb({ ...c, ...small, perturbation: { mode: "signs", cp: 0.02 } }),
  "epsilon-greedy": (c) => neuralEpsilonGreedy({ ...c, ...small, epsilon: 0.2 }),
  "epsilon-greedy, kl": (c) => neuralEpsilonGreedy({ ...c, ...small, loss: "kl" }),
  NeuralUCB: (c) => neuralUcb({ ...c, ...small, nu: 1 }),
  "NeuralUCB, cost": (c) => neuralUcb({ ...c, ...small, target: "cost" }),
  NeuralTS: (c) => neuralTs({ ...c, ...small, estimates: 20 }),
  LinUCB: (c) => linUcb({ ...c }),
  LinTS: (c) => linTs({ ...c, scale: 0.3, estimates: 20 }),
  LinExp3: (c) => linExp3({ ...c, buffer: { capacity: 30, refresh: 10 } }),
  "LinExp3, log barrier": (c) => linExp3({ ...c, regularizer: "log-barrier", eta: 0.3 }),
};
