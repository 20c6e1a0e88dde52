import type { Scale } from "../../reproduction.ts";

/** Of the world's data; the same for all trials. */
export const worldSeed = 1;

/** How every refiner is trained: with the decoder, since a frozen one of this size keeps less of what was asked. */
export const training = { size: 32, clip: 1, vectors: 4, trainDecoder: true } as const;

/** What is tuned, on other seeds and prompts. */
export interface Tuned {
  /** What the words count beside the picture. */
  gamma: number;
  learningRate: number;
}

/** What tuning tries, in order; an objective of one loss has no weight between two. */
export const lists = {
  gamma: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
  learningRate: [1.25e-4, 2.5e-4, 5e-4, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2],
} as const satisfies Record<keyof Tuned, readonly number[]>;

/** Seeds of tuning, and its test prompts, are none of a run. */
export const tuning = { seeds: [100, 101], from: 250, prompts: 40 };

/** How many candidates of how many prompts are judged to make preferences, and what is learned of them. */
export const preferring = {
  candidates: 4,
  minGap: 0.5,
  beta: 0.3,
  learningRate: 3e-4,
  /** Of pictures that are only scored. */
  pictureSteps: 10,
  /** What faithfulness counts beside the aesthetic score, both in standard deviations of the candidates. */
  faithfulness: 1,
} as const;

/** How much is done. */
export interface Amounts {
  seeds: number;
  /** Steps of training. */
  steps: number;
  /** Triplets to train on. */
  triplets: number;
  /** Test prompts, rewrites of each, steps of the sampler. */
  prompts: number;
  rewrites: number;
  pictureSteps: number;
  /** Prompts whose rewrites are judged, and steps of training on what was judged. */
  judged: number;
  judgedSteps: number;
}

export const scales: Record<Scale, Amounts> = {
  quick: {
    seeds: 1,
    steps: 2,
    triplets: 40,
    prompts: 4,
    rewrites: 2,
    pictureSteps: 2,
    judged: 3,
    judgedSteps: 2,
  },
  default: {
    seeds: 3,
    steps: 400,
    triplets: 6000,
    prompts: 100,
    rewrites: 5,
    pictureSteps: 15,
    judged: 100,
    judgedSteps: 100,
  },
  full: {
    seeds: 3,
    steps: 1500,
    triplets: 6000,
    prompts: 200,
    rewrites: 5,
    pictureSteps: 25,
    judged: 200,
    judgedSteps: 200,
  },
};

/** Of the sampler, everywhere. */
export const guidance = 2;

/** Prompts whose pictures the report shows. */
export const shown = 4;
