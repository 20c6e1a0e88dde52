import type { Scale } from "../reproduction.ts";

/** What is trained on, and how long. */
export interface Regime {
  material: string;
  /** The material on which its configurations were chosen. */
  chosenOn: string;
  seeds: number;
  epochs: number;
}

interface Size {
  regimes: readonly Regime[];
  /** Pairs of each kind, at most. */
  pairs: number;
  fraction: number;
}

const regime = (material: string, seeds: number, epochs: number, chosenOn = material): Regime => {
  return { material, chosenOn, seeds, epochs };
};

export const scales: Record<Scale, Size> = {
  quick: { regimes: [regime("letter", 2, 2)], pairs: 1000, fraction: 0.15 },
  default: {
    regimes: [regime("omniglot", 30, 40), regime("letter", 10, 4), regime("orl", 10, 100)],
    pairs: 4000,
    fraction: 1,
  },
  full: {
    regimes: [
      regime("omniglot, deeper", 10, 120, "omniglot"),
      regime("letter", 30, 12),
      regime("orl", 30, 300),
    ],
    pairs: 10_000,
    fraction: 1,
  },
};

/** What the claim is judged on: the first of these that ran. */
export const judgedMaterials = ["omniglot, deeper", "omniglot", "letter"] as const;

/** What tuning tries of a learning rate, of scales and of margins, in order; a margin of 0 is none. */
export const lists = {
  learningRate: [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3],
  scale: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  arc: [0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.9, 1.2],
  cosine: [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1],
  triplet: [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6],
};

/** Where tuning begins with the learning rate: letters and characters want faster ones than pictures. */
export const firstRate: Readonly<Record<string, number>> = { letter: 0.01, omniglot: 0.01, orl: 1e-3 };
