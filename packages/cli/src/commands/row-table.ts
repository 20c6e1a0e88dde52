import type { Row } from "@minimand/papers";
import { cellText, groupRows, isNumeric } from "../report/rows.ts";
import { widthTable } from "../terminal/width-table.ts";

/** Rows of a report as text, a table for each kind of row; where there is no room their last columns go first. */
export function rowTables(rows: readonly Row[], width: number): string {
  return groupRows(rows)
    .map((group) =>
      widthTable(
        group.columns.map((head, i) => ({
          head,
          align: isNumeric(group.rows, head) ? "right" : "left",
          keep: -i,
        })),
        group.rows.map((row) => group.columns.map((column) => cellText(row[column]))),
        width,
      ),
    )
    .join("\n\n");
}
