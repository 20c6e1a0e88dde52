import { type Choices, chosen } from "../kit/choices.ts";
import type { AdversarialSpec, FamilySpec } from "./spec.ts";

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

/** The name under which a learning rate is chosen. */
export const familyChoice = (setting: FamilySpec["setting"], tau: number): string => `${setting}, tau ${tau}`;

/** The chosen learning rate of a member of the family. */
export const learningRateOf = (choices: Choices, setting: FamilySpec["setting"], tau: number): number =>
  chosen(choices, familyChoice(setting, tau), ["learningRate"]).learningRate;

/** The chosen strength of an adversarial method. */
export const strengthOf = (choices: Choices, method: AdversarialSpec["method"]): number =>
  chosen(choices, method, ["strength"]).strength;
