import type { Scale } from "../reproduction.ts";

/** A table, cut 70/30, or two classes of Fashion-MNIST: few of the training images to train on, others to judge by. */
export type Source = { table: string } | { images: readonly [number, number]; train: number; judged: number };

/** One cell of the comparison. */
export interface Cell {
  id: string;
  /** Learning rates are chosen per data set. */
  dataset: string;
  source: Source;
  /** Hidden layers. */
  depth: number;
  weightDecay: number;
}

const table = (name: string) => ({ dataset: name, source: { table: name }, weightDecay: 5e-6 });
const shirts = (a: number, b: number) => ({
  dataset: `fashion ${a}/${b}`,
  source: { images: [a, b] as const, train: 600, judged: 1400 },
  weightDecay: 5e-4,
});

/** Weight decays are those of the official configuration for tables and for images. */
export const cells: readonly Cell[] = [
  { id: "musk1, 1 hidden layer", depth: 1, ...table("musk1") },
  { id: "musk1, 3 hidden layers", depth: 3, ...table("musk1") },
  { id: "musk1, 5 hidden layers", depth: 5, ...table("musk1") },
  { id: "sonar, 3 hidden layers", depth: 3, ...table("sonar") },
  { id: "T-shirt/shirt, 3 hidden layers", depth: 3, ...shirts(0, 6) },
  { id: "pullover/coat, 3 hidden layers", depth: 3, ...shirts(2, 4) },
];

interface Size {
  cells: readonly string[];
  splits: number;
  epochs: number;
  tailSeeds: number;
  tailSteps: number;
}

const all = cells.map(({ id }) => id);
/** How much is done at each scale. */
export const scales: Record<Scale, Size> = {
  quick: { cells: ["sonar, 3 hidden layers"], splits: 2, epochs: 4, tailSeeds: 1, tailSteps: 40 },
  default: { cells: all, splits: 10, epochs: 50, tailSeeds: 5, tailSteps: 2000 },
  full: { cells: all, splits: 30, epochs: 100, tailSeeds: 10, tailSteps: 8000 },
};

/** The same for all losses. */
export const learningRates = [1e-3, 1e-2, 1e-1];

/** Splits used for tuning; the measured ones count from 0. */
export const tuningSeeds = [1001, 1002, 1003];
