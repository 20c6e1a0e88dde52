import type { Scale } from "../../reproduction.ts";

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

/** What a network is: hidden layers with tanh, or a residual network with batch normalisation on square images. */
export type Layers = { hidden: readonly number[] } | { channels: readonly [few: number, many: number] };

/** A network, its rows, and how long it is trained. */
interface Regime {
  layers: Layers;
  train: number;
  /** Rows that judge tuning, none of them tested by: the last of the training rows, or of images others. */
  held: number;
  /** Training rows of which loss and gradient are looked at, at most. */
  looked: number;
  epochs: number;
  /** Of the starts that are too large. */
  largeEpochs: number;
}

export const regimes = {
  /** 64-64-64-10; 19 batches an epoch: 798 steps, and 1501. */
  digits: { layers: { hidden: [64, 64] }, train: 1200, held: 300, looked: 1200, epochs: 42, largeEpochs: 79 },
  /** Fashion-MNIST at 14 x 14, and seven layers; 63 batches an epoch: 1890 steps, and 2520. */
  images: {
    layers: { channels: [8, 16] },
    train: 4000,
    held: 1000,
    looked: 500,
    epochs: 30,
    largeEpochs: 40,
  },
} satisfies Record<string, Regime>;
export type RegimeId = keyof typeof regimes;

/**
 * How much is done at each scale: the fraction multiplies steps, of the kappas every so many take part, and the networks are those of a regime.
 */
export const scales: Record<
  Scale,
  { seeds: number; fraction: number; everyKappa: number; regime: RegimeId }
> = {
  quick: { seeds: 1, fraction: 0.05, everyKappa: 4, regime: "digits" },
  default: { seeds: 5, fraction: 1, everyKappa: 1, regime: "digits" },
  full: { seeds: 5, fraction: 1, everyKappa: 1, regime: "images" },
};

export const batch = 64;

/** Starts so many times too large, and what they are drawn to. */
export const large = { factor: 8, weightDecay: 10, learningRate: 3e-3 };

/** Lion at these weight decays and one learning rate, to see what lambda does. */
export const decays = { values: [0, 1, 3, 10], learningRate: 1e-3 };

/** What starts too large: Lion, and two optimizers with the same weight decay. */
export const largeArms = ["lion", "adamw", "sgdw"];

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002, 1003, 1004];
