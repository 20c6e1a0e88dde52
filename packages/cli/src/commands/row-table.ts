import type { Row } from "@minimand/papers";
import { cellText, groupRows, isNumeric } from "../report/rows.ts";
import { widthTable } from "../terminal/width-table.ts";

/**
 * Rows of a report as text, a table for each kind of row. If the width is too small, the last columns go first. The first ones stay and
 * wrap, so that the subject of a row remains next to a number.
 *
 * @param stay so many of the first columns
 */
export function rowTables(rows: readonly Row[], width: number, stay = 5): string {
  return groupRows(rows)
    .map((group) =>
      widthTable(
        group.columns.map((head, i) => ({
          head,
          align: isNumeric(group.rows, head) ? "right" : "left",
          keep: Math.min(0, stay - 1 - i),
        })),
        group.rows.map((row) => group.columns.map((column) => cellText(row[column]))),
        width,
      ),
    )
    .join("\n\n");
}
