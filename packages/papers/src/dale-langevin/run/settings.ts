import type { Scale } from "../../reproduction.ts";

/** Volatility of the official runs; the drift is such that the logarithm has none. */
export const sigma = 0.8;
/** Smallest time in training. */
export const firstTime = 1e-3;
export const batch = 64;
export const learningRate = 1e-3;

/** Sizes of a trial. */
export interface Sizes {
  /** Hidden width of the networks for pictures; that for points is `pointWidth`. */
  width: number;
  /** Training steps for pictures and for points. */
  steps: number;
  pointSteps: number;
  /** Steps back in time. */
  sampling: number;
  /** Samples that are judged. */
  samples: number;
  /** Training digits; the others are for the test. */
  train: number;
  /** Epochs of the classifier that gives the features. */
  epochs: number;
  /** Pictures with speckle. */
  speckled: number;
}

export const pointWidth = 64;
export const featureSize = 32;

const whole: Sizes = {
  width: 256,
  steps: 5000,
  pointSteps: 2000,
  sampling: 100,
  samples: 400,
  train: 1200,
  epochs: 40,
  speckled: 200,
};

/** Sizes for pictures of clothes, 28 x 28; `width` is the number of channels of the U-Net. */
const clothes: Sizes = { ...whole, width: 16, steps: 3000, train: 10_000, epochs: 10, speckled: 0 };
/** Test pictures of clothes. */
export const clothesTest = 2000;

/** Seeds and sizes of each scale; clothes have a number of seeds of their own. */
export const scales: Record<
  Scale,
  { seeds: number; sizes: Sizes; clothes?: { seeds: number; sizes: Sizes } }
> = {
  quick: {
    seeds: 1,
    sizes: {
      width: 16,
      steps: 20,
      pointSteps: 20,
      sampling: 5,
      samples: 60,
      train: 1200,
      epochs: 1,
      speckled: 20,
    },
  },
  default: { seeds: 5, sizes: whole },
  full: {
    seeds: 10,
    sizes: { ...whole, steps: 20_000, pointSteps: 8000, sampling: 400 },
    clothes: { seeds: 3, sizes: clothes },
  },
};

/** Times to which the test's digits are multiplied by noise. */
export const speckleTimes = [0.02, 0.1, 0.3] as const;

/** Widths in pixels of the Gaussian filter, of which training pictures choose one for each time. */
export const filterWidths = [0.3, 0.4, 0.5, 0.6, 0.8, 1] as const;

/** Numbers of steps of the exact chain. */
export const exactSteps = [25, 50, 100, 200, 400] as const;
/** Log-normal data of the exact chain. */
export const exactData = { mean: 0.3, deviation: 0.4 } as const;
