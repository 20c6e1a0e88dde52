import type { Scale } from "../../reproduction.ts";

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
