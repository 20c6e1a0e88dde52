import { parseJson } from "minimand/engine";
import * as v from "valibot";
import { DataError, quoted } from "./data-error.ts";

/** What reads a value of a type from plain JSON. */
export type Shape<T> = v.GenericSchema<unknown, T>;

/** A check for each field: a field that is added to the type compiles only with its check. */
type Fields<T> = { [Name in keyof T]-?: Shape<T[Name]> };

/** Returns an object of a type. Fields that the type doesn't have are ignored, as files of later versions have more. */
export const shape = <T extends object>(fields: Fields<T>): Shape<T> =>
  v.object(fields) as unknown as Shape<T>;

/** Numbers, some of which may have been NaN: JSON writes that as null. */
export const numbersOrNaN = v.array(v.nullable(v.number())) as unknown as Shape<number[]>;

/** Whether a value is of a type, at every depth. */
export const fits = <T>(of: Shape<T>, value: unknown): value is T => v.is(of, value);

/**
 * Parses JSON of a type.
 *
 * @param what the type, for messages: `results of minimand compare`
 * @param place the file, for messages
 * @throws DataError that names the first field that is of another type
 */
export function parseShape<T>(of: Shape<T>, text: string, what: string, place: string): T {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new DataError(`${place}: expected ${what}, got a file that is not JSON or is cut off`);
  }
  const { issues } = v.safeParse(of, value, { abortEarly: true });
  if (issues === undefined) return value as T;
  const [{ expected, received }] = issues;
  const field = v.getDotPath(issues[0]);
  const named = field === null ? "" : ` in the field ${quoted(field)}`;
  // A field that is missing is expected by its name.
  const instead = received === "undefined" ? "" : ` instead of ${expected ?? "another value"}`;
  const got = received === "undefined" ? "nothing" : quoted(received);
  throw new DataError(`${place}: expected ${what}, got ${got}${named}${instead}`);
}
