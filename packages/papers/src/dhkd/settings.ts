import { stepped } from "../kit/schedules.ts";
import type { Scale } from "../reproduction.ts";

/** Rows of one seed, and rows that only tuning is judged by, whatever the seed. */
export const rows = { teacher: 12_000, student: 3000, test: 4000, tuning: 4000 };

/** The large network, with batch normalisation. */
export const teacher = { hidden: [192, 192], epochs: 12, batch: 128, learningRate: 0.05 };

/** The small one, without. */
export const student = { hidden: [24, 24], epochs: 20, batch: 64 };

/** As in the authors' code. */
export const momentum = 0.9;
export const weightDecay = 5e-4;

/** The study of the conflict: a student wide enough to fit its few rows, and what comes after that. */
export const conflict = {
  hidden: [64, 64],
  rows: 1000,
  fitEpochs: 80,
  epochs: 20,
  learningRate: 0.05,
  alpha: 1,
  /** The teacher's logits are multiplied by it. */
  kappas: [1, 0.5, 0.25],
};

/** How much is done at each scale; the fraction multiplies rows and epochs. */
export const scales: Record<Scale, { seeds: number; fraction: number }> = {
  quick: { seeds: 2, fraction: 0.1 },
  default: { seeds: 5, fraction: 1 },
  full: { seeds: 20, fraction: 1 },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];

/** A tenth after 5/8, 6/8 and 7/8 of the epochs, as in the authors' runs on CIFAR-100. */
export const schedule = stepped([0.625, 0.1], [0.75, 0.1 ** 2], [0.875, 0.1 ** 3]);

/** Rows of a forward pass. */
export const chunk = 500;
