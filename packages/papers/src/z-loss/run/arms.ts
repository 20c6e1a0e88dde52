import {
  type SphericalLossSpec,
  sphericalSoftmaxSpec,
  squaredErrorSpec,
  taylorSoftmaxSpec,
  zLossSpec,
} from "minimand/losses";
import { type Choices, chosen } from "../../kit/choices.ts";

/** The Z-losses that are tried, b ever larger; for every k tuning chooses one of them. No score can have a z above the root of the number of classes, 223. */
export const zArms = [
  "Z-loss a 1 b 0",
  "Z-loss a 0.1 b 10",
  "Z-loss a 0.1 b 28",
  "Z-loss a 0.03 b 60",
  "Z-loss a 0.03 b 120",
  "Z-loss a 0.01 b 200",
] as const;

/** The rest of the spherical family. */
export const otherSpherical = ["log-Taylor softmax", "log-spherical softmax", "squared error"] as const;

/** Baselines outside of the family. */
export const softmaxArms = ["log-softmax", "hierarchical softmax", "sampled softmax"] as const;

export type SphericalArm = (typeof zArms)[number] | (typeof otherSpherical)[number];
export type WordArm = SphericalArm | (typeof softmaxArms)[number];

/** All losses of the language model; the slowest first, so that workers end together. */
export const wordArms: readonly WordArm[] = [...softmaxArms, ...zArms, ...otherSpherical];

/** The spherical losses, which the factored layer trains. */
export const sphericalLosses: Record<SphericalArm, SphericalLossSpec> = {
  "Z-loss a 1 b 0": zLossSpec({ a: 1, b: 0 }),
  "Z-loss a 0.1 b 10": zLossSpec({ a: 0.1, b: 10 }),
  "Z-loss a 0.1 b 28": zLossSpec({ a: 0.1, b: 28 }),
  "Z-loss a 0.03 b 60": zLossSpec({ a: 0.03, b: 60 }),
  "Z-loss a 0.03 b 120": zLossSpec({ a: 0.03, b: 120 }),
  "Z-loss a 0.01 b 200": zLossSpec({ a: 0.01, b: 200 }),
  "log-Taylor softmax": taylorSoftmaxSpec,
  "log-spherical softmax": sphericalSoftmaxSpec({ eps: 0.1 }),
  "squared error": squaredErrorSpec,
};

/** Losses of the small classifier of digits. */
export const digitArms = ["log-softmax", "log-Taylor softmax", "log-spherical softmax", "Z-loss"] as const;
export type DigitArm = (typeof digitArms)[number];

/** Output layers whose step is timed. */
export const speedArms = [
  "dense log-softmax",
  "dense Z-loss",
  "hierarchical softmax",
  "factored Z-loss",
] as const;
export type SpeedArm = (typeof speedArms)[number];

/** Names of the choices: a learning rate for each arm of each part, a Z-loss for each k. */
export const names = {
  words: (arm: WordArm): string => `words, ${arm}`,
  digits: (arm: DigitArm): string => `digits, ${arm}`,
  zLoss: (k: number): string => `Z-loss for top-${k}`,
};

/** A chosen learning rate. */
export const rateOf = (choices: Choices, name: string): number =>
  chosen(choices, name, ["learningRate"]).learningRate;

/** The Z-loss chosen for top-k accuracy. */
export function zLossFor(choices: Choices, k: number): (typeof zArms)[number] {
  const found = zArms.find((arm) => arm === choices[names.zLoss(k)]?.arm);
  if (found === undefined)
    throw new RangeError(`choices: expected a Z-loss for top-${k}, got ${choices[names.zLoss(k)]?.arm}`);
  return found;
}
