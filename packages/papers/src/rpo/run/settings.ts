import type { Scale } from "../../reproduction.ts";
import { arms, rpoArm, rpoEtas } from "./arms.ts";

/** The world of the bandit, as the theory has it: linear rewards, and policies that are exponential in them. */
export const bandit = {
  contexts: 8,
  actions: 20,
  features: 12,
  /** The last features, which only actions have that the logs never offer. */
  hidden: 3,
  /** What each of them takes from the reward. */
  risk: -2,
  /** Actions a context that the logs offer, drawn from the better half. */
  offered: 6,
  beta: 0.1,
  /** Bound of the parameters of rewards, the same for all policies; the true ones have a norm of about 6. */
  radius: 20,
};

/** Weights of pessimism. */
export const etas = [0.001, 0.005, 0.02, 0.1, 0.5, 2] as const;
/** Those that the rule asks a gain of, the last of them, and one that is too large. */
export const usefulEtas = [0.005, 0.02, 0.1] as const;
export const [largestUseful, tooLarge] = [0.1, 2] as const;
/** Pairs in the logs by which the rule judges. */
export const judgedSize = 300;

/** Adam's learning rate on pairs, the same for all losses. */
export const rate = 1e-3;

export interface TextSettings {
  /** Steps of the language model before any preference. */
  pretraining: number;
  /** To train on. */
  pairs: number;
  /** To judge by: pairs, prompts that are continued, human texts. */
  held: number;
  /** Steps of training by pairs after which the policy is judged; the last is the end. */
  judgedAfter: number[];
  /** The losses, by id. */
  arms: string[];
}

/** How much is done at each scale. */
export interface Settings {
  banditSeeds: number;
  /** Each with a language model of its own. */
  textSeeds: number;
  /** Pairs in the logs of the bandit. */
  sizes: number[];
  text: TextSettings;
}

const text: TextSettings = {
  pretraining: 1500,
  pairs: 4000,
  held: 500,
  judgedAfter: [50, 100, 200, 300, 450, 600],
  arms: arms.map(({ id }) => id),
};

/** Four times the pairs, and the steps by them. */
const longer: TextSettings = { ...text, pairs: 16_000, judgedAfter: [100, 200, 300, 600, 1200, 1800, 2400] };

export const scales: Record<Scale, Settings> = {
  quick: {
    banditSeeds: 2,
    textSeeds: 1,
    sizes: [40, judgedSize],
    text: { pretraining: 6, pairs: 40, held: 40, judgedAfter: [6], arms: ["dpo", ...rpoEtas.map(rpoArm)] },
  },
  default: { banditSeeds: 40, textSeeds: 3, sizes: [40, 100, judgedSize, 1000], text },
  full: { banditSeeds: 40, textSeeds: 5, sizes: [40, 100, judgedSize, 1000, 3000], text: longer },
};

/** The bandit was designed on seeds from 1000 on; how many of them isn't known. */
export const tuningSeeds = Array.from({ length: 100 }, (_, i) => 1000 + i);
