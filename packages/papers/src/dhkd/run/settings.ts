import { stepped } from "../../kit/schedules.ts";
import type { Scale } from "../../reproduction.ts";

/** Hidden layers of an MLP, or channels of convolutions. */
export type Hidden = { hidden: readonly number[] } | { channels: readonly number[] };

/** Sizes of the networks and of their training, for one material. */
export interface Regime {
  teacher: Hidden & { epochs: number; batch: number; learningRate: number };
  student: { hidden: readonly number[]; epochs: number; batch: number };
  /** The study of the conflict: a student wide enough to fit its rows, and its continuation. */
  conflict: { hidden: readonly number[]; rows: number; fitEpochs: number; epochs: number };
}

/** Rows of one seed of the letters, and rows for the scores of tuning, the same for all seeds. */
export const rows = { teacher: 12_000, student: 3000, test: 4000, tuning: 4000 };

/** Drawings of each character of Omniglot, by twenty people: those for the scores of tuning, the same for all seeds, and those of a seed. */
export const drawings = { tuning: 3, train: 13, test: 4 };

export const regimes = {
  /** A large MLP with batch normalisation teaches a small one without. */
  letter: {
    teacher: { hidden: [192, 192], epochs: 12, batch: 128, learningRate: 0.05 },
    student: { hidden: [24, 24], epochs: 20, batch: 64 },
    conflict: { hidden: [64, 64], rows: 1000, fitEpochs: 80, epochs: 20 },
  },
  /** Every second character, 121 in all; the student has more units than there are classes and fits its rows, which are the teacher's. */
  omniglot: {
    teacher: { channels: [16, 32, 32], epochs: 30, batch: 64, learningRate: 0.05 },
    student: { hidden: [128, 128], epochs: 60, batch: 64 },
    conflict: { hidden: [128, 128], rows: 121 * drawings.train, fitEpochs: 60, epochs: 20 },
  },
} as const satisfies Record<string, Regime>;
export type Material = keyof typeof regimes;

/** Momentum and weight decay of the authors' code. */
export const momentum = 0.9;
export const weightDecay = 5e-4;

/** Settings of the study of the conflict; the teacher's logits are multiplied by kappa. */
export const conflict = { learningRate: 0.05, alpha: 1, kappas: [1, 0.5, 0.25] };

/** Material and seeds of each scale; the fraction multiplies rows and epochs. */
export const scales: Record<Scale, { material: Material; seeds: number; fraction: number }> = {
  quick: { material: "letter", seeds: 2, fraction: 0.1 },
  default: { material: "letter", seeds: 10, fraction: 1 },
  full: { material: "omniglot", seeds: 5, fraction: 1 },
};

/** Tuning uses seeds that no measured run has: more for characters, which have few drawings for its scores. */
export const tuningSeeds = {
  letter: [1001, 1002],
  omniglot: [1001, 1002, 1003],
} as const satisfies Record<Material, readonly number[]>;

/** Divides the learning rate by ten after 5/8, 6/8 and 7/8 of the epochs, as in the authors' runs on CIFAR-100. */
export const schedule = stepped([0.625, 0.1], [0.75, 0.1 ** 2], [0.875, 0.1 ** 3]);

/** Rows per forward pass. */
export const chunk = 500;
