import { type OptionNames, rangeError, readOptions, typeError } from "minimand/engine";
import { checkId } from "./check-candidates.ts";
import type { OwnModel } from "./own-parts.ts";

const fields: OptionNames<OwnModel> = { id: true, make: true, origin: true };

/**
 * Checks models of one's own: what TypeScript refuses by itself, and that all names are different from one another and from
 * those of the comparison.
 *
 * @param others own models that have been checked already
 * @throws TypeError, RangeError naming the place in the list and the field, e.g. `models[0].make: expected ...`
 */
export function checkModels(own: readonly OwnModel[], others: readonly OwnModel[] = []): void {
  if (!Array.isArray(own)) throw typeError("models", "a list of models", own);
  const names = ["mlp", "linear", ...others.map(({ id }) => id)];
  for (const [i, model] of own.entries()) {
    const at = `models[${i}]`;
    if (typeof model !== "object" || model === null) throw typeError(at, "a model", model);
    readOptions<object>(at, model, fields);
    checkId(`${at}.id`, model.id);
    if (typeof model.make !== "function") throw typeError(`${at}.make`, "a function", model.make);
    if (names.includes(model.id)) throw rangeError(`${at}.id`, "a name that no other model has", model.id);
    names.push(model.id);
  }
}
