import type { Row } from "@minimand/papers";
import type { Markup } from "./page/markup.ts";
import { table } from "./page/table.ts";
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
