import type { Choices } from "../../kit/choices.ts";
import type { LatticeArm } from "../../kit/tune-lattice.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms, type Configuration, dhkdArms } from "./arms.ts";
import { type Material, tuningSeeds } from "./settings.ts";
import type { Spec } from "./trial.ts";

/** The choices of tuning, for each arm on each material. */
export const choices: Choices = tuned.choices;

/** Returns the name of a choice. */
export const choiceOf = (material: Material, arm: string): string => `${material}, ${arm}`;

/** Returns the variant of DHKD with the best accuracy in tuning. */
export function tunedVariant(material: Material): string {
  const accuracy = (arm: string): number => Number(choices[choiceOf(material, arm)]?.accuracy ?? 0);
  return dhkdArms.reduce((best, arm) => (accuracy(arm) > accuracy(best) ? arm : best));
}

/** Returns the searches of tuning on a material: every arm, on rows that no measured run sees. */
export const lattices = (material: Material, fraction: number): LatticeArm<Spec, keyof Configuration>[] =>
  arms.map(({ id: arm, axes, first }) => ({
    choice: choiceOf(material, arm),
    label: { material, arm },
    axes,
    first,
    start: first[0],
    specsOf: (configuration) =>
      tuningSeeds[material].map((seed) => {
        return { part: "arm", material, arm, configuration, seed, judge: "tune", fraction };
      }),
  }));
