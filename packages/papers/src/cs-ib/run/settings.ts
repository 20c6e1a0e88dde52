import type { Scale } from "../../reproduction.ts";

/** Two data sets, as they are and with outliers among the training targets. */
const defaultCells = [
  { id: "diabetes", data: "diabetes", outliers: 0, regime: "small" },
  { id: "Boston housing", data: "boston_housing", outliers: 0, regime: "small" },
  { id: "diabetes, outliers", data: "diabetes", outliers: 0.1, regime: "small" },
  { id: "Boston housing, outliers", data: "boston_housing", outliers: 0.1, regime: "small" },
] as const;

/** More rows and a larger network, with the numbers chosen for Boston housing. */
const [housing, outliers] = [
  { outliers: 0, chosenFor: "Boston housing" },
  { outliers: 0.1, chosenFor: "Boston housing, outliers" },
] as const;
const fullCells = [
  { id: "concrete", data: "concrete", ...housing, regime: "paper" },
  { id: "rotated digits", data: "rotated digits", ...housing, regime: "paper" },
  { id: "concrete, outliers", data: "concrete", ...outliers, regime: "paper" },
  { id: "rotated digits, outliers", data: "rotated digits", ...outliers, regime: "paper" },
] as const;

export const cells = [...defaultCells, ...fullCells] as const;
export type Cell = (typeof cells)[number];

/** The cell whose choices a cell has. */
export const chosenFor = (cell: Cell): string => ("chosenFor" in cell ? cell.chosenFor : cell.id);

/** Images of digits, each turned by an angle that is to be predicted, drawn evenly from both sides of 0. */
export const rotated = { count: 3000, degrees: 45 };

/** Outliers are above their targets, by the size of a normal number times this many deviations of the targets. */
export const outlierScale = 4;

/** Shares of the rows for training and for tuning; the rest is for the test. */
export const shares = { train: 0.64, tuning: 0.16 };

/** A network and how long it is trained: inputs, hidden layers, a linear representation of `size`, a hidden layer, one output. */
export const regimes = {
  small: { encoder: [64, 64], size: 16, decoder: [64], epochs: 60 },
  /** Layers and epochs of the official code. */
  paper: { encoder: [128, 128, 128], size: 128, decoder: [128], epochs: 200 },
} as const;
export type RegimeId = keyof typeof regimes;

export const training = { batch: 128, learningRate: 1e-3 };

/** Radii of FGSM, in deviations of the inputs, for images in grey levels from 0 to 1; PGD takes five steps from the inputs themselves. */
export const attacks = { fgsm: [0.1, 0.2, 0.3], pgd: { gamma: 0.3, stepSize: 0.1, steps: 5 } };

/** Prices at which the information is measured. */
export const sweep = [0, 0.1, 0.3, 1, 3];

/** Width of the second kernel of the representation, about the distance of its rows at the start; the usual width is 1. */
export const wide = 4;

/** Seeds and cells of each scale; the fraction multiplies epochs. */
export const scales: Record<Scale, { seeds: number; fraction: number; cells: readonly Cell[] }> = {
  quick: { seeds: 1, fraction: 0.1, cells: [cells[0], cells[2]] },
  default: { seeds: 10, fraction: 1, cells: defaultCells },
  full: { seeds: 5, fraction: 1, cells: fullCells },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002, 1003];
