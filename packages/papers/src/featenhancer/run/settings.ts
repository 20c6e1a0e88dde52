import type { Scale } from "../../reproduction.ts";

/** How dark it is. */
export interface Regime {
  /** Exposures are drawn evenly in their logarithm between these. */
  exposure: readonly [number, number];
  /** Most that light grows from the middle to a border, each way. */
  tilt: number;
  /** Most that is lost in the corners. */
  vignetting: number;
}

/** Exposures over a factor of ten and uneven light; and nearly the same light everywhere. */
export const regimes = {
  wide: { exposure: [0.005, 0.05], tilt: 0.4, vignetting: 0.5 },
  constant: { exposure: [0.018, 0.022], tilt: 0, vignetting: 0 },
} as const satisfies Record<string, Regime>;

/** What canvases show: objects of Fashion-MNIST on an even background. */
export const scene = {
  side: 32,
  classes: [
    { id: 1, name: "trouser" },
    { id: 7, name: "sneaker" },
    { id: 8, name: "bag" },
  ],
  background: [0.05, 0.2],
  objects: [1, 3],
  /** Pixels of the longer side. */
  size: [12, 18],
  /** What grey levels of an object are multiplied by. */
  brightness: [0.7, 1],
  /** Grey level from which on a pixel belongs to an object. */
  visible: 0.15,
  /** Pixels that boxes of pictures may overlap. */
  overlap: 3,
} as const;

/** FeatEnHancer at the sheet's small scale. */
export const enhancer = { inChannels: 1, width: 8, groups: 8, heads: 4 } as const;

/** Zero-DCE at the same width. */
export const zeroDceSizes = { width: 8 } as const;

export const batch = 8;
/** Longest gradient of a step. */
export const clip = 1;
/** Into how many parts training is cut, each of one learning rate; of short ones into its steps. */
export const pieces = 20;
/** Shares of training after which a network is looked at. */
export const looksAt = [0.1, 0.25, 0.5, 0.75, 1] as const;
/** Canvases that are looked at together. */
export const chunk = 32;

/** How much of everything a trial has. */
export interface Sizes {
  /** Dark canvases to train on from scratch, or bright ones to train a head on in the light. */
  train: number;
  /** Dark canvases that such a head is adapted to. */
  dark: number;
  /** Canvases to judge by. */
  judged: number;
  /** Steps from scratch, and of adapting. */
  steps: number;
  adapting: number;
  /** Steps in which Zero-DCE's curves are learned. */
  curveSteps: number;
}

const pilot: Sizes = { train: 800, dark: 200, judged: 128, steps: 250, adapting: 120, curveSteps: 100 };

/** How much is done at each scale. */
export const scales: Record<Scale, { seeds: number; sizes: Sizes }> = {
  quick: {
    seeds: 1,
    sizes: { train: 16, dark: 8, judged: 8, steps: 2, adapting: 1, curveSteps: 1 },
  },
  default: { seeds: 5, sizes: pilot },
  full: {
    seeds: 10,
    sizes: { ...pilot, train: 2000, judged: 256, steps: 1000, adapting: 400, curveSteps: 200 },
  },
};

/** By how much more steps the head alone takes about as long as with FeatEnHancer. */
export const longer = 4;

/** Largest learning rates that are tried of every arm. */
export const rates = {
  scratch: [1e-3, 3e-3, 9e-3, 2.7e-2],
  adapted: [3e-4, 1e-3, 3e-3, 9e-3],
} as const;
/** That of heads that are trained in the light. */
export const lightRate = 3e-3;

export const tuningSeeds = [100, 101] as const;

/** Canvases of which pictures are shown. */
export const shown = 4;
