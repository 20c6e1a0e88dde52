import { typeError } from "./errors.ts";
import { didYouMean } from "./suggest.ts";

/** The names of all options of a type, of each of its kinds where it is a union. The compiler asks for every one of them, and for no other. */
export type OptionNames<T> = { readonly [K in T extends unknown ? keyof T : never]: true };

/**
 * Refuses options that nobody reads. TypeScript does so itself; from JavaScript a mistyped name would mean the default.
 *
 * @param of what the options belong to, for the message
 * @throws TypeError naming the option, and the one that it may mean
 * @example
 * checkOptions<{ size: number }>("minibatches", { sise: 10 }, { size: true }) // throws: ... did you mean 'size'?
 */
export function checkOptions<T extends object>(of: string, options: T, names: OptionNames<T>): void {
  if (typeof options !== "object" || options === null) throw typeError(of, "an object of options", options);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    const { message } = typeError(of, `only the options ${known.join(", ")}`, name);
    throw new TypeError(`${message}${didYouMean(name, known)}`);
  }
}
