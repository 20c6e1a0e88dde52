import { checkParameter } from "../engine/checks.ts";
import { type Bounds, checkNumber } from "../engine/errors.ts";
import { type NamesOf, type OptionRules, type ReadOptions, readOptions } from "../engine/options.ts";
import type { Parameter } from "../engine/parameter.ts";

/**
 * What an objective hands to its loss in addition to the weights, whether the loss has a use for it or not. So
 * `objectiveOf(model, crossEntropy)` trains, and an own loss may give all that it gets to one of the library.
 */
export const handedByObjective = { key: true, hyper: true } as const;

/**
 * `readOptions` for a loss. The weights and what else an objective hands to every loss are accepted. A number with bounds may be a 0-d
 * array (its value may be traced), unless it is an integer.
 */
export function readLossOptions<T extends object, const R extends OptionRules<Omit<T, "weights">>>(
  of: string,
  given: T,
  rules: R & { readonly [K in Exclude<keyof R, NamesOf<T>>]: never },
): ReadOptions<T, R> {
  const known = { ...rules, weights: true };
  const own: unknown =
    typeof given === "object" && given !== null
      ? Object.fromEntries(
          Object.entries(given).filter(
            ([name]) => Object.hasOwn(known, name) || !Object.hasOwn(handedByObjective, name),
          ),
        )
      : given;
  return readOptions<T, R & OptionRules<T>>(of, own as T, known as never, checkBounds) as ReadOptions<T, R>;
}

function checkBounds(name: string, value: unknown, bounds: Bounds): void {
  if (bounds.integer) checkNumber(name, value, bounds);
  else checkParameter(name, value as Parameter, bounds);
}
