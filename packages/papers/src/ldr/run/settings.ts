import type { Scale } from "../../reproduction.ts";

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

/** How much is trained: by how many rows, how long, and how deep a network. */
export interface Regime {
  train: number;
  epochs: number;
  layers: number;
}

/** A data set as it is used here: how much of it, how wide a network, which classes are mistaken for each other. */
export interface Material extends Record<"pilot" | "long", Regime> {
  id: string;
  test: number;
  hidden: number;
  /** Seeds of each round of tuning, which no measured run has: the smaller the set, the more. */
  tuning: [first: readonly number[], second: readonly number[]];
  /** Names of classes that are mistaken for each other. */
  pairs: readonly (readonly [string, string])[];
}

/** Class names are numbers in the data: A is 0. */
const letters = (pair: string): [string, string] => [
  String(pair.charCodeAt(0) - 65),
  String(pair.charCodeAt(1) - 65),
];

/** The two sets of the paper that fit a laptop; 100 epochs are the authors' own. */
export const materials: readonly Material[] = [
  {
    id: "letter",
    pilot: { train: 2500, epochs: 25, layers: 2 },
    long: { train: 5000, epochs: 100, layers: 3 },
    test: 4000,
    hidden: 48,
    tuning: [[1001], [1002, 1003]],
    pairs: ["BD", "CG", "EF", "HN", "IL", "KX", "MW", "OQ", "PR", "UV"].map(letters),
  },
  {
    id: "vowel",
    pilot: { train: 600, epochs: 40, layers: 2 },
    long: { train: 600, epochs: 100, layers: 3 },
    test: 390,
    hidden: 64,
    tuning: [[1001], [1002, 1003, 1004]],
    pairs: [0, 2, 4, 6, 8].map((k) => [String(k), String(k + 1)]),
  },
];

interface Size {
  seeds: number;
  /** Multiplies rows and epochs. */
  fraction: number;
  losses: "few" | "all";
  settings: number;
  regime: "pilot" | "long";
}

/** How much is done at each scale. */
export const scales: Record<Scale, Size> = {
  quick: { seeds: 1, fraction: 0.1, losses: "few", settings: 2, regime: "pilot" },
  default: { seeds: 20, fraction: 1, losses: "all", settings: settings.length, regime: "pilot" },
  full: { seeds: 20, fraction: 1, losses: "all", settings: settings.length, regime: "long" },
};
