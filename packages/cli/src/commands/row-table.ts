import type { Row } from "@minimand/papers";
import Table from "cli-table3";
import { printable } from "../printable.ts";
import { cellText, groupRows, isNumeric } from "../report/rows.ts";
import { borders } from "./result-table.ts";

/** Rows of a report as text, a table for each kind of row. */
export function rowTables(rows: readonly Row[]): string {
  return groupRows(rows)
    .map((group) => {
      const table = new Table({
        head: group.columns,
        style: { head: [], border: [] },
        colAligns: group.columns.map((column) => (isNumeric(group.rows, column) ? "right" : "left")),
        chars: borders,
      });
      for (const row of group.rows)
        table.push(group.columns.map((column) => printable(cellText(row[column]))));
      return table.toString();
    })
    .join("\n\n");
}
