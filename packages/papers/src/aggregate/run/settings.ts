import type { Scale } from "../../reproduction.ts";

/** The grid of the simulation; `psi d` rows of d inputs. */
export const simulation = {
  psis: [4, 8],
  ks: [2, 5],
  sigma2s: [0.25, 1],
  rhos: [0, 0.1, 0.3, 0.5, 1],
};

/** The study of private means: C by the paper's rule for signal and noise of variance 1. */
export const privacy = {
  n: 2000,
  d: 50,
  C: 2.1,
  epsilons: [0.5, 1, 2],
  ks: [1, 2, 3, 4, 5, 10],
  rhos: [0, 0.3, 1],
};

export type ModelName = "linear" | "mlp" | "logistic";
export type DatasetName = "diabetes" | "boston_housing" | "coil2000_caravan";

/** Real data: which models are fitted to it, with bags of which sizes. */
export interface Study {
  dataset: DatasetName;
  model: ModelName;
  ks: readonly number[];
}
const ks = [2, 5, 10, 20, 50];
export const studies: readonly Study[] = [
  ...(["diabetes", "boston_housing"] as const).flatMap((dataset) =>
    (["linear", "mlp"] as const).map((model) => ({ dataset, model, ks })),
  ),
  { dataset: "coil2000_caravan", model: "logistic", ks },
];

/** Mixtures tried on real data; close to 0, where the theory expects the best for strong signals. */
export const rhos = [0, 0.01, 0.03, 0.1, 0.3, 1];
/** Grids of tuning, the same for every mixture. */
export const learningRates = [3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1];
/** 0: the least norm among the best fits. */
export const ridges = [0, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];

/** Settings of networks: hidden units of the one hidden layer, and about how many rows a batch has. */
export const network = {
  hidden: 32,
  mlp: { batchRows: 64 },
  logistic: { batchRows: 128 },
};

/** Rows of the large table that one seed uses, for training and for the test. */
export const largestTrain = 2000;
export const largestTest = 3000;

interface Amount {
  draws: number;
  chunk: number;
  privateDraws: number;
  seeds: number;
  small: boolean;
  /** Inputs of the simulation; the theory holds in the limit of many. */
  d: number;
  epochs: Record<ModelName, number>;
}

const whole = { chunk: 20, small: false };
/** Numbers of draws, seeds and epochs at each scale. */
export const scales: Record<Scale, Amount> = {
  quick: {
    draws: 4,
    chunk: 4,
    privateDraws: 3,
    seeds: 2,
    small: true,
    d: 100,
    epochs: { linear: 0, mlp: 3, logistic: 3 },
  },
  default: {
    ...whole,
    draws: 100,
    privateDraws: 60,
    seeds: 20,
    d: 100,
    epochs: { linear: 0, mlp: 50, logistic: 8 },
  },
  full: {
    ...whole,
    draws: 100,
    privateDraws: 400,
    seeds: 50,
    d: 200,
    epochs: { linear: 0, mlp: 200, logistic: 32 },
  },
};

/** Measured seeds and draws count from here: results from 0 on had been seen when the rule got its intervals. */
export const firstSeed = 100;

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002, 1003, 1004];

/** Data sets, models and bag sizes at a scale. */
export function studiesOf(scale: Scale): readonly Study[] {
  return scales[scale].small ? studies.map((study) => ({ ...study, ks: [5] })) : studies;
}
