import type { Row } from "@minimand/papers";
import { markdownTable } from "./table.ts";
import { fillTemplate } from "./template.ts";

/** What a page shows of the measured rows; the texts in it are those of {@link fillTemplate}. */
export interface View {
  /** Rows that are shown: those with these values, or one of these. */
  where: { [column: string]: string | number | null | (string | number | null)[] };
  /** Heads and cells, a line for each measured row. */
  columns?: { [head: string]: string };
  /** Instead of {@link columns}: lines and columns for the values of `rows` and `across`, with `cell` where they meet. */
  rows?: string;
  across?: string;
  cell?: string;
  /** Which number of a line (of `across`) or of a column (of `columns`, one of them) is bold. */
  bold?: "largest" | "smallest";
}

/** The table of a view. */
export function tableOfView(measured: readonly Row[], view: View): string {
  const shown = measured.filter((row) => matches(row, view));
  if (shown.length === 0) throw new Error(`no measured row has ${JSON.stringify(view.where)}`);
  return view.columns === undefined ? crossed(shown, view) : listed(shown, view.columns);
}

function matches(row: Row, { where }: View): boolean {
  return Object.entries(where).every(
    ([column, wanted]) => column in row && [wanted].flat().includes(row[column]),
  );
}

function listed(rows: readonly Row[], columns: { [head: string]: string }): string {
  const texts = rows.map((row) => Object.values(columns).map((template) => fillTemplate(template, row)));
  return markdownTable(Object.keys(columns), texts);
}

function crossed(rows: readonly Row[], { rows: by = "", across = "", cell = "", bold }: View): string {
  const lines = Map.groupBy(rows, (row) => fillTemplate(by, row));
  const heads = [...new Set(rows.map((row) => fillTemplate(across, row)))];
  const texts = [...lines].map(([name, own]) => {
    const cells = heads.map((head) => {
      const found = own.find((row) => fillTemplate(across, row) === head);
      return found === undefined ? "" : fillTemplate(cell, found);
    });
    return [name, ...emphasised(cells, bold)];
  });
  return markdownTable([by.replaceAll(/[{}]/g, ""), ...heads], texts);
}

/** The cells with the best of their leading numbers bold. */
function emphasised(cells: readonly string[], bold: View["bold"]): string[] {
  if (bold === undefined) return [...cells];
  const numbers = cells.map((cell) => Number.parseFloat(cell)).filter((value) => !Number.isNaN(value));
  const best = bold === "largest" ? Math.max(...numbers) : Math.min(...numbers);
  return cells.map((cell) => (Number.parseFloat(cell) === best ? `**${cell}**` : cell));
}
