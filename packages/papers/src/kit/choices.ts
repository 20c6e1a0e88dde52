import type { Row } from "../reproduction.ts";

/** What tuning chose, by name; committed in a paper's `tuned.json`. */
export type Choices = Record<string, Row | undefined>;

/**
 * Returns the numbers of a choice, in the order asked for.
 *
 * @throws RangeError where tuning did not choose them
 *
 * @example
 * const configuration = chosen(tuned.choices, "letter, ce", ["learningRate", "alpha"]);
 */
export function chosen<Column extends string>(
  choices: Choices,
  name: string,
  columns: readonly Column[],
): Record<Column, number> {
  const numbers = columns.map((column) => {
    const value = choices[name]?.[column];
    if (typeof value !== "number")
      throw new RangeError(`choices: expected a number for ${column} of ${name}, got ${String(value)}`);
    return [column, value];
  });
  return Object.fromEntries(numbers);
}
