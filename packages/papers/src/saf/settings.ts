import type { Scale } from "../reproduction.ts";

/** Two data sets, with clean and with noisy labels. */
export const cells = [
  { id: "digits, clean", source: "digits", noise: 0 },
  { id: "digits, 30 % noise", source: "digits", noise: 0.3 },
  { id: "Fashion, clean", source: "fashion", noise: 0 },
  { id: "Fashion, 30 % noise", source: "fashion", noise: 0.3 },
] as const;
export type Cell = (typeof cells)[number];

/** Images are made smaller, to 14 x 14. Rows, widths, batches and epochs; `measured`: training rows on which sharpness is measured. */
export const sizes = {
  digits: { train: 600, tuning: 300, hidden: [128], batch: 32, epochs: 40, measured: 500 },
  fashion: { train: 2000, tuning: 1000, hidden: [128], batch: 64, epochs: 30, measured: 500 },
} as const;

export const momentum = 0.9;
export const weightDecay = 5e-4;

/** As in the official code: the term's temperature, how far back, and from when on. */
export const trajectory = { tau: 5, lag: 3, startEpoch: 5 };

/** Averaged weights remember about one and a half epochs. */
export const decayFor = (stepsPerEpoch: number): number => 1 - 1 / (2 * stepsPerEpoch);

/** How much is done at each scale; the fraction multiplies rows and epochs. */
export const scales: Record<
  Scale,
  { seeds: number; fraction: number; cells: readonly Cell[]; rounds: number; shape: keyof typeof speedShapes }
> = {
  quick: { seeds: 1, fraction: 0.25, cells: [cells[1]], rounds: 2, shape: "quick" },
  default: { seeds: 5, fraction: 1, cells, rounds: 40, shape: "measured" },
  full: { seeds: 20, fraction: 1, cells, rounds: 100, shape: "measured" },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];

/** The network whose updates are timed, and a small one for smoke tests. */
export const speedShapes = {
  measured: { rows: 128, inputs: 784, hidden: [256, 256] },
  quick: { rows: 32, inputs: 16, hidden: [16] },
} as const;

/** Updates a round, and updates before the first: beyond the compiler, and with the terms of SAF and MESA active. */
export const timing = { steps: 8, warmUp: 24 };

/** Distances of the loss curve, in units of the parameters' own lengths, and how many directions are averaged. */
export const landscape = {
  alphas: Array.from({ length: 13 }, (_, i) => Number(((i - 6) / 6).toFixed(3))),
  directions: 5,
};
