import type { Scale } from "../reproduction.ts";

/** Rows of each half that a search sees; the other rows of the digits test. */
export const half = 300;

/** Rows that only tuning is judged by, whatever the seed. */
export const tuningRows = 400;

/** The space: a linear 1 x 1 stem to 6 channels, one cell of 3 edges, 4 x 4 averages, a linear head. */
export const network = { input: [8, 8, 1], classes: 10, channels: 6, nodes: 2, pool: 4 } as const;

export const search = { steps: 200, batch: 32, momentum: 0.9, alphaDecay: 1e-3 };

/** How a discrete cell is trained on both halves, for the table. */
export const retraining = { epochs: 30, batch: 32, learningRate: 0.05, momentum: 0.9 };

/** How random search judges a cell: trained on one half so many steps, judged on the other. */
export const candidate = { steps: 100, batch: 32, learningRate: 0.05, momentum: 0.9 };

/** Seeds of the table of all cells. */
export const tableSeeds = [501, 502, 503];

export const width = {
  hidden: 64,
  keeps: [16, 8],
  steps: 400,
  batch: 32,
  fineTuneEpochs: 15,
  momentum: 0.9,
  weightDecay: 1e-3,
  /** Of the gates, whose gradients are small beside those of the weights. */
  gateRate: 0.05,
};

/** The study of feature gates: rows of each half of the diabetes data, and columns of noise beside its ten. */
export const gates = {
  half: 150,
  noise: 20,
  ridge: 0.05,
  steps: 200,
  learningRate: 0.1,
  gateRate: 0.5,
  /** The exact hypergradient is smaller: weights that follow the gates make up for most of what they do. */
  exactRate: 5,
  lambda: 1,
  beta: 1,
};

/** How much is done at each scale; the fraction multiplies steps and epochs. */
export const scales: Record<Scale, { seeds: number; fraction: number; parts: "all" | "few" }> = {
  quick: { seeds: 1, fraction: 0.015, parts: "few" },
  default: { seeds: 10, fraction: 1, parts: "all" },
  full: { seeds: 30, fraction: 1, parts: "all" },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];
