import { checkOptions, type OptionNames } from "../engine/options.ts";
import type { LossOptions } from "./per-example.ts";

/** The names of {@link LossOptions}, for losses that take no others, and for those that take more. */
export const lossOptions: OptionNames<LossOptions> = { weights: true };

/**
 * What an objective hands to its loss beside the weights, whether the loss has a use for it or not. So `objectiveOf(model,
 * crossEntropy)` trains, and an own loss may give all that it gets to one of the library.
 */
export const handedByObjective = { key: true, hyper: true } as const;

/** Refuses options that the loss doesn't read, but for those that an objective hands to every loss. */
export function checkLossOptions<T extends object>(of: string, options: T, names: OptionNames<T>): void {
  const known: object = names;
  const own =
    typeof options === "object" && options !== null
      ? Object.fromEntries(
          Object.entries(options).filter(
            ([name]) => Object.hasOwn(known, name) || !Object.hasOwn(handedByObjective, name),
          ),
        )
      : options;
  checkOptions<object>(of, own, known);
}
