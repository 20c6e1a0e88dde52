import { grid } from "../../kit/grid.ts";
import type { Scale } from "../../reproduction.ts";

/** Seeds, sizes and epochs of a scale. */
export interface Settings {
  seeds: number;
  /** Cells along a side of the grid that networks are trained on. */
  size: number;
  /** Sides of the other grids that the same weights are used on. */
  sizes: number[];
  channels: number;
  /** Training right-hand sides; an epoch is all of them. */
  examples: number;
  batch: number;
  epochs: number;
  /** Right-hand sides of each family. */
  solves: number;
  /** Iterations after which a solve by directions of a network is given up. */
  most: number;
}

const pilot: Settings = {
  seeds: 5,
  size: 32,
  sizes: [48, 64, 96],
  channels: 8,
  examples: 2000,
  batch: 10,
  epochs: 4,
  solves: 5,
  most: 100,
};

export const scales: Record<Scale, Settings> = {
  quick: {
    ...pilot,
    seeds: 1,
    size: 16,
    sizes: [24],
    channels: 2,
    examples: 40,
    epochs: 2,
    solves: 1,
    most: 12,
  },
  default: pilot,
  full: { ...pilot, seeds: 10, sizes: [48, 64, 96, 128], epochs: 20 },
};

/** Hyperparameters of training that are tuned, on seeds that no measured run has: `decay` 1 lets the learning rate fall to 0 by a half cosine. */
export const columns = ["learningRate", "decay"] as const;
export type Configuration = Record<(typeof columns)[number], number>;

/** Their values in order, and where the search begins. */
export const axes: Record<keyof Configuration, readonly number[]> = {
  learningRate: [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1],
  decay: [0, 1],
};
export const firstConfigurations: readonly Configuration[] = grid({
  learningRate: [3e-4, 1e-3, 3e-3],
  decay: axes.decay,
});
export const tuning = { seeds: [1001, 1002], solves: 3 };
export const tolerances = [1e-4, 1e-6] as const;

/** Iterations after which a solve without a network is given up. */
export const mostClassical = 1000;

/** Vectors of deflation, of the paper's code. */
export const deflation = 16;

/** Iterations after which errors are shown. */
export const shownAfter = 5;
