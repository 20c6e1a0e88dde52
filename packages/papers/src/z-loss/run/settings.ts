import type { Scale } from "../../reproduction.ts";
import { type DigitArm, digitArms, type WordArm, wordArms, zArms } from "./arms.ts";

/** The k of top-k accuracy. */
export const ks = [1, 5, 10, 20, 100] as const;

/** The language model: three words before, embeddings of 24, one hidden layer; its last unit is always 1, a bias. */
export const model = { context: 3, embedding: 24, features: 48, batch: 128, bodyRate: 1e-2 };

/** Words with an embedding of their own as context; the rarer ones share one. Targets are never reduced by this. */
export const contextWords = 5000;

/** Layer and batch of the timed steps. */
export const speedShape = { features: 64, batch: 64 };

/** Rates of W, of the mean loss, in order; four are tried first for each arm, where its gradient asks for them. */
export const rates = [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4];

/** Where the rates of an arm begin. */
export function firstRatesOf(arm: WordArm): readonly number[] {
  // Squared error bounds its rate by the inverse of twice the squared norm of the hidden layer.
  if (arm === "squared error") return fourFrom(0.01);
  if (arm === "log-Taylor softmax" || arm === "log-spherical softmax" || arm === "Z-loss a 1 b 0")
    return fourFrom(3);
  // The gradient of the Z-loss is one over the deviation of the scores, which grows as it is trained.
  if (arm.startsWith("Z-loss")) return fourFrom(30);
  return fourFrom(0.3);
}

const fourFrom = (least: number): readonly number[] =>
  rates.slice(rates.indexOf(least), rates.indexOf(least) + 4);

/** Rates of Adam for each loss on digits, in order, of which four are tried first. */
export const digitRates = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1];
export const firstDigitRates = digitRates.slice(2, 6);

/** Seeds of the tuning runs, away from those that are reported. */
export const tuningSeeds = [1001, 1002];

/** How much of everything a scale does. */
export interface Amount {
  seeds: number;
  /** Training positions of log-softmax, at which all are compared. */
  positions: number;
  /** Training positions of the arms whose steps are cheap, as a multiple. */
  multiple: number;
  /** Positions judged at every checkpoint. */
  held: number;
  digitEpochs: number;
  /** Numbers of classes, and steps timed, in the speed part. */
  speed: { classes: number; steps: number }[];
  words: readonly WordArm[];
  digits: readonly DigitArm[];
}

const speed = [1_000, 10_000, 50_000, 200_000].map((classes) => ({ classes, steps: 20 }));
const whole = { multiple: 8, speed, words: wordArms, digits: digitArms };

export const scales: Record<Scale, Amount> = {
  quick: {
    seeds: 1,
    positions: 512,
    multiple: 4,
    held: 64,
    digitEpochs: 2,
    speed: [1_000, 20_000].map((classes) => ({ classes, steps: 3 })),
    words: ["log-softmax", "hierarchical softmax", ...zArms, "log-Taylor softmax"],
    digits: ["log-softmax", "log-Taylor softmax"],
  },
  default: { ...whole, seeds: 5, positions: 12_800, held: 1000, digitEpochs: 30 },
  /** Log-softmax takes as much text as its rivals, which at the default scale take eight times as much. */
  full: { ...whole, multiple: 1, seeds: 3, positions: 102_400, held: 2000, digitEpochs: 30 },
};

/** Where a run of so many positions is judged. */
export function checkpointsOf(amount: Pick<Amount, "positions" | "multiple">, cheap: boolean): number[] {
  const { positions, multiple } = amount;
  const early = [positions / 4, positions / 2, positions];
  const later = cheap ? [(positions * (1 + multiple)) / 2, positions * multiple] : [];
  return [...new Set([...early, ...later])];
}
