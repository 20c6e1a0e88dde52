import type { Scale } from "../reproduction.ts";

/** Two data sets, as they are and with outliers among the training targets. */
export const cells = [
  { id: "diabetes", data: "diabetes", outliers: 0 },
  { id: "Boston housing", data: "boston_housing", outliers: 0 },
  { id: "diabetes, outliers", data: "diabetes", outliers: 0.1 },
  { id: "Boston housing, outliers", data: "boston_housing", outliers: 0.1 },
] as const;
export type Cell = (typeof cells)[number];

/** Outliers lie above their targets, by the size of a normal number times this many deviations of the targets. */
export const outlierScale = 4;

/** Shares of the rows: trained on, and judged by in tuning; the rest is tested by. */
export const shares = { train: 0.64, tuning: 0.16 };

/** The network: inputs, two hidden layers, a linear representation of `size`, a hidden layer, one output. */
export const network = { encoder: [64, 64], size: 16, decoder: [64] };

export const training = { batch: 128, epochs: 60, learningRate: 1e-3 };

/** Radii of FGSM, in deviations of the inputs; PGD takes five steps from the inputs themselves. */
export const attacks = { fgsm: [0.1, 0.2, 0.3], pgd: { gamma: 0.3, stepSize: 0.1, steps: 5 } };

/** Prices of information along which that is measured. */
export const sweep = [0, 0.1, 0.3, 1, 3];

/** A kernel of the representation about as wide as its rows are apart at the start, beside the usual width of 1. */
export const wide = 4;

/** How much is done at each scale; the fraction multiplies epochs. */
export const scales: Record<Scale, { seeds: number; fraction: number; cells: readonly Cell[] }> = {
  quick: { seeds: 1, fraction: 0.1, cells: [cells[0], cells[2]] },
  default: { seeds: 10, fraction: 1, cells },
  full: { seeds: 20, fraction: 1, cells },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002, 1003];
