import type { Row } from "../reproduction.ts";
import type { AdversarialSpec, FamilySpec } from "./spec.ts";
import tuned from "./tuned.json" with { type: "json" };

/** What tuning chose, by name; committed in `tuned.json`. */
export type Choices = Record<string, Row>;

/** The committed choices. */
export const committed: Choices = tuned.choices;

/** The name under which a learning rate is chosen. */
export function familyChoice(setting: FamilySpec["setting"], tau: number): string {
  return `${setting}, tau ${tau}`;
}

/** The chosen learning rate of a member of the family. */
export function learningRateOf(choices: Choices, setting: FamilySpec["setting"], tau: number): number {
  return numberOf(choices, familyChoice(setting, tau), "learningRate");
}

/** The chosen strength of an adversarial method. */
export function strengthOf(choices: Choices, method: AdversarialSpec["method"]): number {
  return numberOf(choices, method, "strength");
}

function numberOf(choices: Choices, name: string, column: string): number {
  const value = choices[name]?.[column];
  if (typeof value !== "number")
    throw new RangeError(`choices: expected a number for ${column} of ${name}, got ${String(value)}`);
  return value;
}
