import type { Row } from "../reproduction.ts";
import type { DigitArm, SphericalArm, WordArm, zArms } from "./arms.ts";
import tuned from "./tuned.json" with { type: "json" };

/** What tuning chose, by name; committed in `tuned.json`. */
export type Choices = Record<string, Row>;

/** The committed choices. */
export const committed: Choices = tuned.choices;

/** Names of the choices: a learning rate for each arm of each part, a Z-loss for each k. */
export const names = {
  words: (arm: WordArm): string => `words, ${arm}`,
  digits: (arm: DigitArm): string => `digits, ${arm}`,
  zLoss: (k: number): string => `Z-loss for top-${k}`,
};

/** A chosen learning rate. */
export function rateOf(choices: Choices, name: string): number {
  const value = choices[name]?.learningRate;
  if (typeof value !== "number")
    throw new RangeError(`choices: expected a learning rate for ${name}, got ${String(value)}`);
  return value;
}

/** The Z-loss chosen for top-k accuracy. */
export function zLossFor(choices: Choices, k: number): (typeof zArms)[number] & SphericalArm {
  const value = choices[names.zLoss(k)]?.arm;
  if (typeof value !== "string" || !value.startsWith("Z-loss"))
    throw new RangeError(`choices: expected a Z-loss for top-${k}, got ${String(value)}`);
  return value as (typeof zArms)[number];
}
