import type { Scale } from "../../reproduction.ts";

/** Widths of the codes. */
export const bits = [2, 3, 4, 8] as const;
/** Hidden layers: narrow, so that 2 bits are hard. */
export const hidden = [32, 32, 32, 32] as const;
export const classes = 10;
export const batch = 128;
export const floatRate = 1e-3;
/** Examples that step sizes start from. */
export const calibration = 256;

/** How much of everything a trial has. */
export interface Sizes {
  /** Images to train on, those behind them in the same file, and test images. */
  train: number;
  held: number;
  test: number;
  /** Epochs in float, and with codes. */
  floatEpochs: number;
  epochs: number;
  /** Configurations that the predictor learns from, and is judged by. */
  learned: number;
  judged: number;
  /** Most mean bits that the search may use, of weights and of activations. */
  searched: number;
  /** Of the genetic search. */
  generations: number;
  /** Epochs of the predictor; null: the library's own number. */
  predictorEpochs: number | null;
}

const whole: Sizes = {
  train: 6000,
  held: 1000,
  test: 2000,
  floatEpochs: 10,
  epochs: 6,
  learned: 200,
  judged: 100,
  searched: 4,
  generations: 100,
  predictorEpochs: null,
};

export const scales: Record<Scale, { seeds: number; sizes: Sizes; allForms: boolean }> = {
  quick: {
    seeds: 1,
    sizes: {
      train: 128,
      held: 64,
      test: 128,
      floatEpochs: 2,
      epochs: 1,
      learned: 20,
      judged: 20,
      searched: 2.4,
      generations: 5,
      predictorEpochs: 2,
    },
    allForms: false,
  },
  default: { seeds: 5, sizes: whole, allForms: false },
  full: { seeds: 10, sizes: { ...whole, floatEpochs: 20, epochs: 20 }, allForms: true },
};

/** Seeds of the tuning runs, away from those that are reported, and what they try. */
export const tuningSeeds = [1001, 1002];
export const learningRates = [5e-4, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2] as const;
