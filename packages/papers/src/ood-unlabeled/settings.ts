import type { Scale } from "../reproduction.ts";

/** The paper's simulation. */
export const mixture = {
  dimension: 200,
  sigma: 1,
  labeled: [10, 40],
  unlabeled: [100, 1000, 10_000],
  shifts: [0, 0.5, 1],
  /** The cell of the rule. */
  judged: { m: 10, n: 1000, shift: 0.5 },
  iterations: 300,
  /** Unlabelled rows a step, at most. */
  batch: 1000,
};

/** Training on real domains. */
export const transfer = {
  labeled: [10, 50],
  hidden: { linear: [] as number[], network: [32] },
  steps: 300,
  learningRate: 0.01,
  unlabeledBatch: 64,
  /** Steps after which teachers label. */
  warmup: 100,
  every: 50,
  /** Steps of ascent. */
  ascent: 5,
};

export type Shape = keyof typeof transfer.hidden;
export const shapes = Object.keys(transfer.hidden) as Shape[];

/** The study of attacks: linear models, dual parameters of robust training, radii. */
export const attack = {
  domain: "digits",
  m: 50,
  gammas: [4, 1, 0.25],
  radii: [0, 0.25, 0.5, 1, 1.5, 2, 3, 4],
};

export interface Size {
  /** Seeds of the simulation and of real domains. */
  mixtureSeeds: number;
  transferSeeds: number;
  /** Multiplies iterations, steps and dimension. */
  fraction: number;
}

export const scales: Record<Scale, Size> = {
  quick: { mixtureSeeds: 2, transferSeeds: 2, fraction: 0.1 },
  default: { mixtureSeeds: 10, transferSeeds: 10, fraction: 1 },
  full: { mixtureSeeds: 50, transferSeeds: 50, fraction: 1 },
};

/** Measured runs count seeds from here, tuning from there. */
export const firstSeed = 100;
export const tuningSeeds = [1001, 1002, 1003];
