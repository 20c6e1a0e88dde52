import type { Scale } from "../../reproduction.ts";

/** Rows of each half that a search sees; the other rows of the digits test. */
export const half = 300;

/** Rows that only tuning is judged by, whatever the seed. */
export const tuningRows = 400;

const shared = { input: [8, 8, 1], classes: 10, pool: 4 } as const;
/**
 * Spaces of cells between a linear 1 x 1 stem and 4 x 4 averages with a linear head, and the steps of a search. 3 edges make 64 cells,
 * all evaluated beforehand. 6 edges make 4096 cells; the chosen ones are retrained and judged.
 */
export const spaces = {
  small: { network: { ...shared, channels: 6, nodes: 2 }, steps: 600 },
  large: { network: { ...shared, channels: 8, nodes: 3 }, steps: 1200 },
} as const;
export type SpaceName = keyof typeof spaces;

export const search = { batch: 32, momentum: 0.9, alphaDecay: 1e-3 };

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

/** The study of feature gates: rows of each half of the diabetes data, and columns of noise in addition to its ten. */
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

/** What is searched at each scale; the fraction multiplies steps and epochs. */
export const scales: Record<
  Scale,
  { seeds: number; fraction: number; arms: "judged" | "compared" | "all"; space: SpaceName }
> = {
  quick: { seeds: 1, fraction: 0.005, arms: "judged", space: "small" },
  default: { seeds: 30, fraction: 1, arms: "compared", space: "small" },
  full: { seeds: 10, fraction: 1, arms: "all", space: "large" },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];
