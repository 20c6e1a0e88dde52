import type { Scale } from "../../reproduction.ts";

/** The paper's simulation. */
export const mixture = {
  dimension: 200,
  sigma: 1,
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
  hidden: { linear: [] as number[], network: [32], deep: [128, 128] },
  learningRate: 0.01,
  unlabeledBatch: 64,
  /** Steps after which teachers label. */
  warmup: 100,
  every: 50,
  /** Steps of ascent. */
  ascent: 5,
};

export type Shape = keyof typeof transfer.hidden;

/** Labelled rows, models and steps of training on real domains: two classes, or ten. */
export const regimes = {
  small: { labeled: [10, 50], shapes: ["linear", "network"], steps: 300 },
  large: { labeled: [50, 200], shapes: ["deep"], steps: 1000 },
} satisfies Record<string, { labeled: number[]; shapes: Shape[]; steps: number }>;
export type RegimeId = keyof typeof regimes;

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
  /** Labelled points of the simulation. */
  labeled: number[];
  /** Of real domains. */
  regime: RegimeId;
}

export const scales: Record<Scale, Size> = {
  quick: { mixtureSeeds: 2, transferSeeds: 2, fraction: 0.1, labeled: [10], regime: "small" },
  default: { mixtureSeeds: 10, transferSeeds: 10, fraction: 1, labeled: [10, 40], regime: "small" },
  full: { mixtureSeeds: 10, transferSeeds: 10, fraction: 1, labeled: [10, 20, 40], regime: "large" },
};

/** Measured runs count seeds from here, tuning from there. */
export const firstSeed = 100;
export const tuningSeeds = [1001, 1002, 1003];
