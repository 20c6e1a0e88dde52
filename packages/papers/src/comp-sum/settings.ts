import type { Scale } from "../reproduction.ts";
import type { AdversarialSpec } from "./spec.ts";

/** Values of tau in the bounds part, on both sides of every change of formula. */
export const boundTaus = [0, 0.3, 0.5, 0.9, 1, 1.2, 1.5, 1.8, 2, 2.7];

/** Members of the family that are trained. */
export const taus = [0, 0.5, 1, 1.5, 2];

/** Data and labels that the family is trained on. */
export const familySettings = ["letter", "letter, 40% label noise", "fashion"] as const;

/** Learning rates tried for every member of the family. */
export const learningRates = [1e-3, 3e-3, 1e-2, 3e-2];

/** Methods without a parameter, and three values for each of those that have one. */
export const arms: readonly Pick<AdversarialSpec, "method" | "strength">[] = [
  { method: "standard", strength: 0 },
  { method: "PGD training", strength: 0 },
  ...[1, 3, 6].map((strength) => ({ method: "TRADES" as const, strength })),
  ...[0.2, 0.3, 0.4].map((strength) => ({ method: "Adv-Comp-Sum" as const, strength })),
];

/** How much of everything a scale does. */
export interface Amount {
  draws: number;
  seeds: number;
  fraction: number;
}

export const amounts: Record<Scale, Amount> = {
  quick: { draws: 300, seeds: 1, fraction: 0.05 },
  default: { draws: 10_000, seeds: 5, fraction: 1 },
  full: { draws: 100_000, seeds: 20, fraction: 1 },
};

/** Seeds of the tuning runs, away from those that are reported. */
export const tuningSeeds = [1001, 1002];
