import { type Bounds, checkChoice, checkNumber, typeError } from "./errors.ts";
import { didYouMean } from "./suggest.ts";

/** What an option must be: bounds of a number, or a function that throws for another value. */
export type OptionCheck = Bounds | ((name: string, value: unknown) => void);

/**
 * How an option is read: `true` as it was given, an {@link OptionCheck} where it has to be given, and `[default, check]` where it
 * needn't be. With the default `undefined` only an option that was given is checked.
 */
export type OptionRule<V> =
  | true
  | OptionCheck
  | readonly [byDefault: V | undefined]
  | readonly [byDefault: V | undefined, check: OptionCheck];

/** The names of all options of a type, of each of its kinds where it is a union. */
export type NamesOf<T> = T extends unknown ? keyof T : never;
type ValueOf<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;

/** The rules for all options of a type, of each of its kinds where it is a union. The compiler asks for every one of them, and for no other. */
export type OptionRules<T> = { readonly [K in NamesOf<T>]: OptionRule<ValueOf<T, K>> };

/** The names of all options of a type, for those that are read by what they are passed on to. */
export type OptionNames<T> = { readonly [K in NamesOf<T>]: true };

/** Options of which those with a default are there. */
export type ReadOptions<T, R> = T & {
  [K in keyof T & keyof R as R[K] extends readonly [infer D, ...unknown[]]
    ? undefined extends D
      ? never
      : K
    : never]-?: Exclude<T[K], undefined>;
};

/**
 * Options with their defaults, checked. It refuses names that nobody reads: TypeScript does so itself; from JavaScript a mistyped
 * name would mean the default.
 *
 * @param of what the options belong to, for the message
 * @param given the options; not changed
 * @param rules of every option
 * @param checkBounds what checks a number that has bounds
 * @returns a copy of the options, with defaults
 * @throws TypeError naming an option that isn't among the rules, and the one that it may mean; and as the checks
 * @example
 * const rules = { gamma: [2, { min: 0 }] } as const
 * readOptions<{ gamma?: number }, typeof rules>("focal", {}, rules).gamma // 2
 * readOptions("focal", { gama: 1 }, rules as never) // throws: ... did you mean 'gamma'?
 */
export function readOptions<T extends object, const R extends OptionRules<T> = OptionRules<T>>(
  of: string,
  given: T,
  rules: R & { readonly [K in Exclude<keyof R, NamesOf<T>>]: never },
  checkBounds: (name: string, value: unknown, bounds: Bounds) => void = checkNumber,
): ReadOptions<T, R> {
  if (typeof given !== "object" || given === null) throw typeError(of, "an object of options", given);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(rules, name)) continue;
    const known = Object.keys(rules);
    const expected = known.length === 0 ? "no options" : `only the options ${known.join(", ")}`;
    const { message } = typeError(of, expected, name);
    throw new TypeError(`${message}${didYouMean(name, known)}`);
  }
  const read = { ...given } as Record<string, unknown>;
  for (const name of Object.keys(rules)) {
    const rule = (rules as Record<string, OptionRule<unknown>>)[name];
    if (rule === true) continue;
    const mayLack = Array.isArray(rule);
    if (mayLack && read[name] === undefined && rule[0] !== undefined) read[name] = rule[0];
    const check = mayLack ? rule[1] : rule;
    if (check === undefined || (mayLack && read[name] === undefined)) continue;
    if (typeof check === "function") check(name, read[name]);
    else checkBounds(name, read[name], check);
  }
  return read as ReadOptions<T, R>;
}

/**
 * The check of an option that is one of the named choices.
 *
 * @example
 * oneOf(["l1", "l2"])("cost", "l3") // throws: cost: expected one of "l1", "l2", got "l3"
 */
export const oneOf =
  (choices: readonly string[]) =>
  (name: string, value: unknown): void =>
    checkChoice(name, value, choices);
