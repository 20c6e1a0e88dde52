import type { Row } from "@minimand/papers";
import { markdownTable } from "./table.ts";
import { columnsIn, fillTemplate } from "./template.ts";

/** What a page shows of the measured rows that have all the columns named here; texts are those of {@link fillTemplate}. */
export interface View {
  /** Rows with these values, or one of these. Default: all. */
  where?: { [column: string]: Row[string] | Row[string][] };
  /** Heads and cells, a line for each measured row. */
  columns?: { [head: string]: string };
  /** Instead: lines and columns for the values of `rows` and `across`, with `cell` where they meet. */
  rows?: string;
  across?: string;
  cell?: string;
  /** What stands above `rows`. */
  head?: string;
  /** Which number of a line is bold, and among which heads; default: all but the first. */
  bold?: "largest" | "smallest";
  among?: string[];
}

/** The table of a view. */
export function tableOfView(measured: readonly Row[], view: View): string {
  const { where = {}, columns, rows = "", across = "", cell = "" } = view;
  const named = [rows, across, cell, ...Object.values(columns ?? {})].flatMap(columnsIn);
  const shown = measured.filter(
    (row) =>
      named.every((column) => column in row) &&
      Object.entries(where).every(
        ([column, wanted]) => column in row && [wanted].flat().includes(row[column]),
      ),
  );
  if (shown.length === 0)
    throw new Error(
      `no measured row has the columns ${named.join(", ")} and the values ${JSON.stringify(where)}`,
    );
  const [heads, lines] = columns === undefined ? crossed(shown, view) : listed(shown, columns);
  return markdownTable(
    heads,
    lines.map((line) => emphasised(heads, line, view)),
  );
}

function listed(rows: readonly Row[], columns: { [head: string]: string }): [string[], string[][]] {
  const lines = rows.map((row) => Object.values(columns).map((template) => fillTemplate(template, row)));
  return [Object.keys(columns), lines];
}

function crossed(
  rows: readonly Row[],
  { rows: by = "", across = "", cell = "", head = "" }: View,
): [string[], string[][]] {
  const heads = [...new Set(rows.map((row) => fillTemplate(across, row)))];
  const lines = [...Map.groupBy(rows, (row) => fillTemplate(by, row))].map(([name, own]) => [
    name,
    ...heads.map((each) => {
      const found = own.filter((row) => fillTemplate(across, row) === each);
      if (found.length > 1) throw new Error(`${found.length} measured rows for '${name}' and '${each}'`);
      return found.length === 0 ? "" : fillTemplate(cell, found[0]);
    }),
  ]);
  return [[head, ...heads], lines];
}

/** A line with the best of its leading numbers bold. */
function emphasised(heads: readonly string[], line: readonly string[], { bold, among }: View): string[] {
  if (bold === undefined) return [...line];
  const counts = (i: number): boolean => (among === undefined ? i > 0 : among.includes(heads[i]));
  const numbers = line.map((cell, i) => (counts(i) ? Number.parseFloat(cell) : Number.NaN));
  const known = numbers.filter((value) => !Number.isNaN(value));
  const best = bold === "largest" ? Math.max(...known) : Math.min(...known);
  return line.map((cell, i) => (numbers[i] === best ? `**${cell}**` : cell));
}
