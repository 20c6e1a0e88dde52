import { dataError } from "../data-error.ts";
import type { Note } from "../results.ts";

/**
 * What becomes of records that can't be read: left out (`drop`), the same but for short ones, which get missing values
 * (`pad`), not accepted (`refuse`), or kept in their places without values (`empty`, for predictions).
 */
export type Damaged = "drop" | "pad" | "refuse" | "empty";

export const damagedChoices: readonly Damaged[] = ["drop", "pad", "refuse", "empty"];

/** A record that is no row. */
export interface Fault {
  line: number;
  what: "too few cells" | "too many cells" | "a broken quote" | "no JSON object";
  /** For an error in the project's grammar. */
  expected: string;
  got: string;
}

/** Returns how many of a number of records may be damaged: one in a hundred or ten, never more than one in ten. */
export function allowed(records: number): number {
  return Math.min(Math.max(records / 100, 10), records / 10);
}

/** Returns the note on rows that were left out, or could not be read and hold no values. */
export function faultNote(faults: readonly Fault[], damaged: Damaged): Note {
  const parts = [...Map.groupBy(faults, ({ what }) => what)].map(
    ([what, some]) => `${some.length} with ${what} (${placesOf(some.map(({ line }) => line))})`,
  );
  const which = faults.length === 1 ? "1 row" : `${faults.length} rows`;
  const verb = damaged === "empty" ? "could not read" : "left out";
  return { level: "warning", text: `${verb} ${which}: ${parts.join(", ")}` };
}

/** Formats line numbers: `line 7`, `lines 3, 5 and 12 more`. */
export function placesOf(lines: readonly number[], unit: "line" | "row" = "line"): string {
  if (lines.length === 1) return `${unit} ${lines[0]}`;
  const shown = lines.slice(0, 8).join(", ");
  return `${unit}s ${shown}${lines.length > 8 ? ` and ${lines.length - 8} more` : ""}`;
}

/**
 * Refuses a file with more damaged records than are allowed.
 *
 * @param records of the table, damaged ones included
 * @throws DataError with the first of them and what to do
 */
export function checkFaults(faults: readonly Fault[], records: number, damaged: Damaged, file: string): void {
  const [first] = faults;
  if (first === undefined) return;
  const tolerated = { drop: allowed(records), pad: allowed(records), refuse: 0, empty: records - 1 }[damaged];
  if (faults.length <= tolerated) return;
  const many = faults.length === 1 ? "" : `; ${faults.length} of ${records} rows are damaged`;
  const padding = damaged === "drop" && faults.some(({ what }) => what === "too few cells");
  const hint = padding ? "; --damaged pad gives short rows missing values" : "";
  throw dataError({ file, line: first.line }, first.expected, `${first.got}${many}${hint}`);
}
