import type { Answer } from "@minimand/compare";
import { printableJson } from "../../printable.ts";
import { cellText } from "../../report/rows.ts";
import { type WidthColumn, widthTable } from "../../terminal/width-table.ts";

/** An answer as JSON, an object a line. */
export function answerJson({ columns, rows }: Answer): string {
  return rows
    .map((row) => `${printableJson(Object.fromEntries(columns.map((name, i) => [name, row[i]])))}\n`)
    .join("");
}

/** Rows that a terminal shows. */
export const sampleRows = 20;

/** The first rows of an answer as a table; where there is no room for all probabilities the last ones go first. */
export function answerSample({ columns, rows, ids }: Answer, width: number): string {
  const shown = rows.slice(0, sampleRows);
  const table = columns.map(
    (head, i): WidthColumn => ({
      head,
      align: shown.some((row) => typeof row[i] === "number") ? "right" : "left",
      keep: i <= ids ? 0 : -i,
    }),
  );
  return widthTable(
    table,
    shown.map((row) => row.map(cellText)),
    width,
  );
}
