import { type Choices, chosen } from "../../kit/choices.ts";
import type { Net } from "./settings.ts";
import type { AdversarialSpec, FamilySpec } from "./spec.ts";

/** Values of tau in the bounds part, on both sides of every change of formula. */
export const boundTaus = [0, 0.3, 0.5, 0.9, 1, 1.2, 1.5, 1.8, 2, 2.7];

/** Members of the family that are trained. */
export const taus = [0, 0.5, 1, 1.5, 2];

/** Data and labels that the family is trained on. */
export const familySettings = ["letter", "letter, 40% label noise", "fashion"] as const;

/** Learning rates in order; tuning tries four of them first for every member of the family. */
export const learningRates = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1];
export const firstRates = learningRates.slice(2, 6);

type Method = AdversarialSpec["method"];
export type Tunable = Extract<Method, "TRADES" | "Adv-Comp-Sum">;

/** Strengths in order: beta of TRADES, nu of Adv-Comp-Sum. */
export const strengths: Record<Tunable, readonly number[]> = {
  TRADES: [0.3, 1, 3, 6, 12, 24, 48, 96, 192],
  "Adv-Comp-Sum": [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
};

/** Strengths that tuning tries first; they are measured in addition to the chosen one: five each. */
export const firstStrengths: Record<Tunable, readonly number[]> = {
  TRADES: [1, 3, 6, 12, 24],
  "Adv-Comp-Sum": [0.1, 0.2, 0.3, 0.4, 0.5],
};

export const isTunable = (method: Method): method is Tunable => method in strengths;

/** The name under which a learning rate is chosen. */
export const familyChoice = (setting: FamilySpec["setting"], tau: number): string => `${setting}, tau ${tau}`;

/** The chosen learning rate of a member of the family. */
export const learningRateOf = (choices: Choices, setting: FamilySpec["setting"], tau: number): number =>
  chosen(choices, familyChoice(setting, tau), ["learningRate"]).learningRate;

/** The name under which a strength is chosen. */
export const adversarialChoice = (net: Net, method: Tunable): string => `${net}, ${method}`;

/** The chosen strength of an adversarial method for a network. */
export const strengthOf = (choices: Choices, net: Net, method: Tunable): number =>
  chosen(choices, adversarialChoice(net, method), ["strength"]).strength;

/** Returns the arms of a network: methods without a strength, and some strengths for each of those that have one. */
export function armsOf(choices: Choices, net: Net): Pick<AdversarialSpec, "method" | "strength">[] {
  return [
    { method: "standard", strength: 0 },
    { method: "PGD training", strength: 0 },
    ...(["TRADES", "Adv-Comp-Sum"] as const).flatMap((method) =>
      [...new Set([...firstStrengths[method], strengthOf(choices, net, method)])]
        .sort((a, b) => a - b)
        .map((strength) => ({ method, strength })),
    ),
  ];
}
