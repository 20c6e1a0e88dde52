import type { Scale } from "../../reproduction.ts";

/** Data, a network and its training: rows, batches, epochs; `measured`: training rows on which sharpness is measured. */
export const regimes = {
  digits: { source: "digits", train: 600, tuning: 300, batch: 32, epochs: 40, measured: 500 },
  fashion: { source: "fashion", train: 2000, tuning: 1000, batch: 64, epochs: 30, measured: 500 },
  convolutions: { source: "fashion", train: 2000, tuning: 1000, batch: 64, epochs: 20, measured: 200 },
} as const;

/** What a network is: an MLP, or convolutions with batch normalisation on images of 14 x 14. */
export type Architecture = { hidden: readonly number[] } | { channels: readonly number[] };

/** By the names of the regimes. */
export const architectures: Record<keyof typeof regimes, Architecture> = {
  digits: { hidden: [128] },
  fashion: { hidden: [128] },
  convolutions: { channels: [8, 16, 16] },
};

/** Two data sets, with clean and with noisy labels. */
const defaultCells = [
  { id: "digits, clean", regime: "digits", noise: 0 },
  { id: "digits, 30 % noise", regime: "digits", noise: 0.3 },
  { id: "Fashion, clean", regime: "fashion", noise: 0 },
  { id: "Fashion, 30 % noise", regime: "fashion", noise: 0.3 },
] as const;

/** A deeper network, of convolutions; its choices are looked for from those for the same rows and labels on. */
const fullCells = [
  { id: "Fashion, convolutions, clean", regime: "convolutions", noise: 0, after: "Fashion, clean" },
  {
    id: "Fashion, convolutions, 30 % noise",
    regime: "convolutions",
    noise: 0.3,
    after: "Fashion, 30 % noise",
  },
] as const;

export const cells = [...defaultCells, ...fullCells] as const;
export type Cell = (typeof cells)[number];

export const momentum = 0.9;
/** The usual one, of the arms that tune none. */
export const weightDecay = 5e-4;

/** As in the official code: the term's temperature, how far back, and from when on. */
export const trajectory = { tau: 5, lag: 3, startEpoch: 5 };

/** Averaged weights remember about one and a half epochs. */
export const decayFor = (stepsPerEpoch: number): number => 1 - 1 / (2 * stepsPerEpoch);

/** How much is done at a scale; the fraction multiplies rows and epochs. */
interface Amount {
  seeds: number;
  fraction: number;
  cells: readonly Cell[];
  /** Names of the arms; null for all. */
  arms: readonly string[] | null;
  starts: number;
  rounds: number;
  shape: keyof typeof speedShapes;
}

const some = ["sgd", "sgd-usual", "sam", "saf", "saf-usual", "mesa"];

export const scales: Record<Scale, Amount> = {
  quick: { seeds: 1, fraction: 0.25, cells: [cells[1]], arms: null, starts: 2, rounds: 2, shape: "quick" },
  default: {
    seeds: 10,
    fraction: 1,
    cells: defaultCells,
    arms: null,
    starts: 9,
    rounds: 20,
    shape: "measured",
  },
  full: { seeds: 5, fraction: 1, cells: fullCells, arms: some, starts: 9, rounds: 10, shape: "convolutions" },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];

/** Networks whose updates are timed, the last a small one for smoke tests. */
export const speedShapes = {
  measured: { rows: 128, inputs: 784, architecture: { hidden: [256, 256] } },
  convolutions: { rows: 64, inputs: 196, architecture: architectures.convolutions },
  quick: { rows: 32, inputs: 16, architecture: { hidden: [16] } },
} as const;

/** Updates of each arm a round, and rounds before those that count: beyond the compilers, and with the terms of SAF and MESA active. */
export const timing = { steps: 8, warmUp: 20 };

/** Distances of the loss curve, in units of the parameters' own lengths, and how many directions are averaged. */
export const landscape = {
  alphas: Array.from({ length: 13 }, (_, i) => Number(((i - 6) / 6).toFixed(3))),
  directions: 5,
};
