import { type Markup, table } from "@minimand/compare/report";
import type { Row } from "@minimand/papers";
import { cellText, isNumeric } from "./rows.ts";

/** A table of rows with the same columns, whose names are its heads. */
export function rowTable(caption: string, rows: readonly Row[]): Markup {
  const columns = Object.keys(rows[0] ?? {});
  return table(
    caption,
    columns.map((head) => ({ head, numeric: isNumeric(rows, head) })),
    rows.map((row) => ({ cells: columns.map((column) => cellText(row[column])) })),
  );
}
