import type { Note } from "../results.ts";
import { isMissingNumber } from "./cells.ts";
import { listed } from "./data-error.ts";
import type { Column } from "./table.ts";

// 3,14 or 1.234.567,8: a decimal comma, dots only between groups of three digits.
const withComma = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+(?:[eE][+-]?\d+)?$/;
const whole = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)$/;

/**
 * Rewrites numbers with a decimal comma to a decimal point (`3,14` to `3.14`, `1.234,5` to `1234.5`), in the columns where
 * every cell that is not missing is such a number and at least one has a comma. Changes the columns in place.
 *
 * @returns a note that names the columns, or null.
 */
export function readDecimalCommas(columns: readonly Column[]): Note | null {
  const changed: string[] = [];
  for (const column of columns) {
    let commas = 0;
    const all = column.cells.every((cell) => {
      if (typeof cell !== "string" || isMissingNumber(cell)) return true;
      if (withComma.test(cell)) return ++commas > 0;
      return whole.test(cell);
    });
    if (!all || commas === 0) continue;
    column.cells = column.cells.map((cell) =>
      typeof cell === "string" && !isMissingNumber(cell) ? cell.replaceAll(".", "").replace(",", ".") : cell,
    );
    changed.push(column.name);
  }
  if (changed.length === 0) return null;
  const which = changed.length === 1 ? "column" : `${changed.length} columns`;
  return { level: "info", text: `decimal commas read as decimal points in ${which} ${listed(changed)}` };
}
