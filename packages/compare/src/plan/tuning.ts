import type { Candidate } from "./candidate.ts";

/** What is tuned, by parameter: its range in words, and the values to try. */
export type Tuned<Name extends string> = Readonly<
  Record<Name, readonly [range: string, ...values: readonly number[]]>
>;

/** Returns the fields of a candidate that say what of it is tuned: the first values of all parameters are the first setting, and so on. */
export function tuning<Name extends string = never>(
  tuned = {} as Tuned<Name>,
): Pick<Candidate, "settings" | "parameters"> {
  const columns = Object.entries<Tuned<Name>[Name]>(tuned).map(([name, [range, ...values]]) => ({
    name,
    range,
    values,
  }));
  const tries = columns[0]?.values ?? [];
  return {
    settings: tries.map((_, i) => Object.fromEntries(columns.map(({ name, values }) => [name, values[i]]))),
    parameters: Object.fromEntries(columns.map(({ name, range }) => [name, range])),
  };
}
