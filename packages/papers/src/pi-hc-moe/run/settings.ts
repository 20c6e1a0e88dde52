import type { Scale } from "../../reproduction.ts";

const line = (n: number, to: number): number[] => Array.from({ length: n }, (_, i) => (to * i) / (n - 1));

/** Seconds that pass, by which the equation is multiplied: time without a unit. */
export const duration = 500;

/** The grid of the paper's problem at this size. */
export const grid = { times: line(32, duration), places: line(48, 1) };

/** Points of the numerical solution: those of the grid are among them. */
export const reference = { points: 6 * (grid.places.length - 1) + 1, stepsPerInterval: 20 };

/** The problem: a start that meets both conditions at the ends, and no flow at the right one. */
export const problem = { scale: duration, rightBoundary: "closed", relativeInitial: false } as const;

/** Instances are drawn from `u0` and `delta` evenly. */
export const family = { u0: [0.02, 0.2], delta: [0.15, 0.4] } as const;

/** Instances that all are judged by, whatever the seed. */
export const test = { seed: 4242, count: 8 };

export const training = {
  hidden: [32, 32, 32],
  batch: 4,
  learningRate: 2e-3,
  /** How often the learning rate is halved on the way. */
  halvings: 5,
  /** Longest gradient. */
  clip: 1,
};

/** The inner solve: always, while training, and at the test, where it sees all points. */
export const inner = {
  always: { initialDamping: 1e-3, tolerance: 1e-4, newtonSteps: 1 },
  training: { maxIterations: 12 },
  test: { maxIterations: 30 },
  /** Points of the single expert's solve from which those of several start. */
  warmSamples: 400,
};

/** How the time of a solve is measured: points in all, and what is timed. */
export const cost = {
  grid: [64, 160],
  size: 16,
  batch: 4,
  totals: [128, 1024, 10_240],
  experts: [1, 4],
  rounds: 5,
} as const;

/** The problem of the gradients: rows and parameters of two inner solves at once. */
export const gradients = {
  problems: 2,
  rows: 9,
  parameters: 3,
  kappa: 0.3,
  ridge: 0.05,
  iterations: [5, 20, 80],
} as const;

/** By how much more the longer schedule of the full scale trains. */
export const longer = 6;

/** How much is done at each scale; the fraction multiplies steps. */
export const scales: Record<Scale, { seeds: number; fraction: number; tests: number }> = {
  quick: { seeds: 1, fraction: 0.001, tests: 2 },
  default: { seeds: 5, fraction: 1, tests: test.count },
  full: { seeds: 5, fraction: 1, tests: test.count },
};
