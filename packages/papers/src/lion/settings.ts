import type { Scale } from "../reproduction.ts";

/** The exact part: quadratics in six dimensions. */
export const quadratic = {
  /** A number that 32 bits hold exactly. */
  weightDecay: 0.75,
  b1: 0.9,
  b2: 0.95,
  /** Peak of the cosine. */
  learningRate: 0.05,
  steps: 1600,
  every: 20,
  checkedRate: 0.03125,
  checkedSteps: 120,
  ode: { alpha: 1, gamma: 1, epsilon: 0.5 },
  h: 0.02,
  odeSteps: 300,
};

/** How much is done at each scale: the fraction multiplies steps, and of the kappas every so many take part. */
export const scales: Record<Scale, { seeds: number; fraction: number; everyKappa: number }> = {
  quick: { seeds: 1, fraction: 0.05, everyKappa: 4 },
  default: { seeds: 5, fraction: 1, everyKappa: 1 },
  full: { seeds: 20, fraction: 1, everyKappa: 1 },
};

/** The networks on the digits: 64-64-64-10, tanh. */
export const network = {
  hidden: [64, 64],
  train: 1200,
  /** Of the training rows, the last so many judge tuning. */
  held: 300,
  batch: 64,
  /** 19 batches an epoch: 798 steps. */
  epochs: 42,
  /** Starts so many times too large, what they are drawn to, and how long: 1501 steps. */
  large: { factor: 8, weightDecay: 10, learningRate: 3e-3, epochs: 79 },
};

/** Lion at these weight decays and one learning rate, to see what lambda does. */
export const decays = { values: [0, 1, 3, 10], learningRate: 1e-3 };

/** What starts too large: Lion, and two optimizers with the same weight decay. */
export const largeArms = ["lion", "adamw", "sgdw"];

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002, 1003, 1004];
