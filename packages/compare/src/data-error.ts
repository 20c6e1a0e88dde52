/**
 * Something is wrong with the data a user gave, or with what was asked of it. The message is one line that a user can act
 * on: the file, the line where there is one, what was expected and what came. The command line prints it and exits with 2.
 */
export class DataError extends Error {
  override name = "DataError";
}

/** A file that is larger than what is taken. */
export class TooLargeError extends DataError {}

/** Where in a file: its name and, if known, the line (text files) or row (Parquet), counted from 1. */
export interface Place {
  file: string;
  line?: number;
  /** What `line` counts. Default `line`. */
  unit?: "line" | "row";
}

/**
 * Returns a `DataError` in the project's grammar.
 *
 * @example
 * dataError({ file: "a.csv", line: 7 }, "expected 3 fields", "2").message
 * // "a.csv, line 7: expected 3 fields, got 2"
 */
export function dataError(place: Place, expected: string, got?: string): DataError {
  const where =
    place.line === undefined ? place.file : `${place.file}, ${place.unit ?? "line"} ${place.line}`;
  return new DataError(got === undefined ? `${where}: ${expected}` : `${where}: ${expected}, got ${got}`);
}

/** Returns a cell or a name inside a one-line message: quoted, control characters escaped, long ones cut. */
export function quoted(value: string | number | null): string {
  if (typeof value === "number") return String(value);
  if (value === null) return "nothing";
  const escaped = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"');
  return `'${escaped.length > 60 ? `${escaped.slice(0, 57)}...` : escaped}'`;
}

/** Lists quoted names, `'a', 'b', 'c' and 4 more`: a list of names that stays readable when there are thousands. */
export function listed(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map(quoted).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Returns what another library says went wrong, as part of a one-line message. */
export function messageOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return JSON.stringify(message).slice(1, -1).replaceAll('\\"', '"');
}

/** `1.5 GB`, `150 MB`; small sizes in bytes. */
export function sizeText(bytes: number): string {
  if (bytes < 1e8) return `${bytes} bytes`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
