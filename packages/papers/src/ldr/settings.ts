import type { Scale } from "../reproduction.ts";

/** A kind and rate of label noise. */
export interface Setting {
  id: string;
  kind: "clean" | "uniform" | "class-dependent";
  rate: number;
}

/** The settings of the comparison: clean labels, two rates of uniform and two of class-dependent noise. */
export const settings: readonly Setting[] = [
  { id: "clean", kind: "clean", rate: 0 },
  { id: "uniform 0.3", kind: "uniform", rate: 0.3 },
  { id: "uniform 0.6", kind: "uniform", rate: 0.6 },
  { id: "class-dependent 0.1", kind: "class-dependent", rate: 0.1 },
  { id: "class-dependent 0.3", kind: "class-dependent", rate: 0.3 },
];

/** A data set as it is used here: how much of it, how wide a network, which classes are mistaken for each other. */
export interface Material {
  id: string;
  train: number;
  test: number;
  epochs: number;
  hidden: number;
  /** Names of classes that are mistaken for each other. */
  pairs: readonly (readonly [string, string])[];
}

/** Class names are numbers in the data: A is 0. */
const letters = (pair: string): [string, string] => [
  String(pair.charCodeAt(0) - 65),
  String(pair.charCodeAt(1) - 65),
];

/** The two sets of the paper that fit a laptop. */
export const materials: readonly Material[] = [
  {
    id: "letter",
    train: 2500,
    test: 4000,
    epochs: 25,
    hidden: 48,
    pairs: ["BD", "CG", "EF", "HN", "IL", "KX", "MW", "OQ", "PR", "UV"].map(letters),
  },
  {
    id: "vowel",
    train: 600,
    test: 390,
    epochs: 40,
    hidden: 64,
    pairs: [0, 2, 4, 6, 8].map((k) => [String(k), String(k + 1)]),
  },
];

/** How much is done at each scale; the fraction multiplies rows and epochs. */
export const scales: Record<
  Scale,
  { seeds: number; fraction: number; losses: "few" | "all"; settings: number }
> = {
  quick: { seeds: 1, fraction: 0.1, losses: "few", settings: 2 },
  default: { seeds: 5, fraction: 1, losses: "all", settings: settings.length },
  full: { seeds: 20, fraction: 1, losses: "all", settings: settings.length },
};

/** Tuning uses seeds that no measured run has. */
export const tuningSeeds = [1001, 1002];
