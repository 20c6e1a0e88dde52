import type { Cell } from "./cell.ts";
import { type NumberFormat, plainSpelling } from "./number-format.ts";

/** What counts as missing in any column, besides an empty cell, null and a NaN: exactly these spellings. */
export const missingWords: ReadonlySet<string> = new Set([
  "",
  "?",
  "NA",
  "N/A",
  "na",
  "n/a",
  "#N/A",
  "<NA>",
  "NaN",
  "nan",
  "NAN",
  "null",
  "NULL",
  "None",
  "\\N",
]);

/** What counts as missing only among numbers, for elsewhere it may be a category (`+` and `-`, `none`). */
export const missingAmongNumbers: ReadonlySet<string> = new Set(["-", "--", ".", "none"]);

/** Whether a cell holds no value, in any column. */
export function isMissing(cell: Cell): boolean {
  if (cell === null) return true;
  return typeof cell === "number" ? Number.isNaN(cell) : missingWords.has(cell);
}

/** Whether a cell of a column of numbers holds no value. */
export function isMissingNumber(cell: Cell): boolean {
  return isMissing(cell) || (typeof cell === "string" && missingAmongNumbers.has(cell));
}

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinity = /^[+-]?inf(?:inity)?$/i;
const leadingZero = /^[+-]?0\d/;
const longDigits = /^[+-]?\d{16,}$/;

/**
 * Returns the number that a cell spells, or why it spells none.
 *
 * Numbers are decimal with an optional exponent. `inf` and `Infinity` are numbers (so that they are found and refused in a
 * numeric column and not taken for a category). Not numbers, though all digits: codes with a leading zero (`007`) and whole
 * numbers beyond 2^53 (identifiers), because both lose characters when read as numbers.
 *
 * @param format how the column writes its numbers; a cell that is not written in this way may still be so in the plain one
 */
export function parseNumber(
  cell: Cell,
  format: NumberFormat | null = null,
): number | "text" | "leading zero" | "long digits" {
  if (typeof cell === "number") return cell;
  if (cell === null) return "text";
  const spelled = format === null ? null : plainSpelling(cell, format);
  if (spelled !== null) return Number(spelled);
  if (decimal.test(cell)) {
    if (leadingZero.test(cell)) return "leading zero";
    const value = Number(cell);
    return longDigits.test(cell) && !Number.isSafeInteger(value) ? "long digits" : value;
  }
  if (infinity.test(cell)) return cell.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return "text";
}
