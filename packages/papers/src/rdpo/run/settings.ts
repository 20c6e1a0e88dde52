import type { Scale } from "../../reproduction.ts";
import { armIds, three } from "./arms.ts";

/** How much the bandit is given. */
export interface BanditAmount {
  /** Numbers of pairs, the first of them all. */
  counts: readonly number[];
  epsilons: readonly number[];
}

/** How much is done with text. */
export interface TextAmount {
  /** Batches that the language model is trained on first. */
  pretraining: number;
  pairs: number;
  steps: number;
  /** Steps after which policies are judged. */
  checkpoints: readonly number[];
  /** Held-out prompts, and held-out pairs. */
  held: number;
  /** Which losses are trained at which share of flips. */
  runs: readonly { epsilon: number; arms: readonly string[] }[];
  /** Completions of which a reward model takes the best. */
  candidates: number;
}

/** How much a scale does. */
export interface Settings {
  /** Of the text part; the bandit has twice as many. */
  seeds: number;
  bandit: BanditAmount;
  text: TextAmount;
}

const bandit: BanditAmount = { counts: [500, 2000, 8000, 32_000], epsilons: [0.1, 0.2, 0.3, 0.4] };
const text: TextAmount = {
  pretraining: 1500,
  pairs: 4000,
  steps: 300,
  held: 500,
  candidates: 16,
  checkpoints: [25, 50, 100, 150, 200, 250, 300],
  runs: [
    { epsilon: 0.4, arms: armIds },
    { epsilon: 0, arms: three },
  ],
};

/** Four times the pairs, and the steps by them; every loss at every share of flips. */
const longer: TextAmount = {
  ...text,
  pairs: 16_000,
  steps: 1200,
  checkpoints: [50, 100, 200, 400, 600, 900, 1200],
  runs: [0.4, 0, 0.1, 0.2, 0.3].map((epsilon) => ({ epsilon, arms: armIds })),
};

export const scales: Record<Scale, Settings> = {
  quick: {
    seeds: 1,
    bandit: { counts: [500, 2000], epsilons: [0.2, 0.4] },
    text: {
      pretraining: 8,
      pairs: 40,
      steps: 4,
      held: 20,
      candidates: 2,
      checkpoints: [2, 4],
      runs: [0.4, 0].map((epsilon) => ({ epsilon, arms: three })),
    },
  },
  default: { seeds: 5, bandit, text },
  full: { seeds: 5, bandit, text: longer },
};

/** The bandit: contexts, actions of each, features; the norm of the true parameters, and how far others may be from 0. */
export const world = { contexts: 200, actions: 6, features: 8, norm: 4, radius: 8 };

/** Radii of the study of what holds the parameters, as multiples of the true norm, and its pairs and share of flips. */
export const unheld = { radii: [1, 2, 4, 8, 16, 32], count: 500, epsilon: 0.4 };

/** The share of flips that the rule's text part is about. */
export const judgedAt = 0.4;

/** Rate of Adam for all policies and reward models. */
export const rate = 3e-3;

/** Temperatures of sampling: the first is the rule's. */
export const temperatures = [1, 0.5] as const;

/** Adam's rate was chosen on seeds from 1001 on; how many of them isn't known. */
export const tuningSeeds = Array.from({ length: 100 }, (_, i) => 1001 + i);
