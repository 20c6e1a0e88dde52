import type { Scale } from "../../reproduction.ts";

/** A recovery problem: the algorithm, the weight of its penalty, and the number of layers. */
export const problems = [
  { id: "l1, lambda 0.2, 12 layers", algorithm: "ista", lambda: 0.2, layers: 12 },
  { id: "l1, lambda 0.1, 20 layers", algorithm: "ista", lambda: 0.1, layers: 20 },
  { id: "l0, lambda 0.05, 20 layers", algorithm: "iht", lambda: 0.05, layers: 20 },
] as const;
export type Problem = (typeof problems)[number];

export const batch = 50;
export const learningRate = 0.01;

/** The distribution of signals and of measurements. */
export interface Conditions {
  /** Probability that an entry is not 0. */
  probability: number;
  noiseVariance: number;
  /** Standard deviation of the entries that are not 0. */
  amplitude: number;
}

export const trained: Conditions = { probability: 0.1, noiseVariance: 0.01, amplitude: 1 };

/** Test conditions that differ from those of training. */
export const shifts: readonly (Partial<Conditions> & { id: string })[] = [
  { id: "probability 0.2", probability: 0.2 },
  { id: "probability 0.05", probability: 0.05 },
  { id: "noise variance 0.1", noiseVariance: 0.1 },
  { id: "noise variance 0.0001", noiseVariance: 1e-4 },
  { id: "signals twice as large", amplitude: 2 },
];

/** Sizes of the system of a trial, of training and of the test. */
export interface Sizes {
  measurements: number;
  /** Entries of a signal. */
  entries: number;
  /** Most layers of a network. */
  layers: number;
  /** Batches for each layer. */
  batches: number;
  /** Test signals. */
  test: number;
  /** Iterations after which an algorithm counts as converged. */
  converged: number;
}

const small = { measurements: 50, entries: 100 };
/** The sizes of TISTA's published code. */
const large = { measurements: 250, entries: 500 };

/** Seeds and sizes of each scale. */
export const scales: Record<Scale, { seeds: number; sizes: Sizes }> = {
  quick: { seeds: 1, sizes: { ...small, layers: 3, batches: 8, test: 60, converged: 60 } },
  default: { seeds: 5, sizes: { ...small, layers: 20, batches: 100, test: 500, converged: 2000 } },
  full: { seeds: 5, sizes: { ...large, layers: 20, batches: 100, test: 500, converged: 2000 } },
};
