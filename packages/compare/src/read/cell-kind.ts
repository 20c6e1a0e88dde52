import { isMissingNumber } from "./cells.ts";
import { looksLikeNumber } from "./number-format.ts";

/** What a cell looks like, to distinguish names from values and a good delimiter from a bad one. */
export type CellKind = "missing" | "number" | "date" | "text";

const day = "\\d{1,4}[-/.]\\d{1,2}[-/.]\\d{1,4}|\\d{8}T?";
const month = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
const named = `\\d{1,2}[ -]${month}(?:[ ,-]*\\d{2,4})?|${month}[ -]\\d{1,4}(?:, ?\\d{4})?|\\d{4}-${month}(?:-\\d{1,2})?`;
const clock =
  "\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?(?: ?[ap]\\.?m\\.?)?(?: ?(?:z|utc|[+-]\\d{2}:?\\d{2}))?";
const date = new RegExp(`^(?:(?:${day}|${named})(?:[t ,]+(?:${clock}))?|${clock})$`, "i");

/** Returns the kind of a cell without spaces around it. */
export function kindOf(cell: string): CellKind {
  if (isMissingNumber(cell)) return "missing";
  const first = cell.charCodeAt(0);
  // Most texts begin with a letter, which few dates and no number without a currency do.
  if (cell.length > 64) return "text";
  if (looksLikeNumber(cell)) return "number";
  if ((first >= 48 && first <= 57) || /^[jfmasond][a-z]{2}/i.test(cell))
    return date.test(cell) ? "date" : "text";
  return "text";
}
