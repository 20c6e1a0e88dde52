import type { Row } from "@minimand/papers";

/** Rows that go into one table: those with the same columns, in the order in which the kinds first come. */
export interface RowGroup {
  columns: string[];
  rows: Row[];
}

/** Parts the rows of a report by their columns, so that each kind of row has a table of its own. */
export function groupRows(rows: readonly Row[]): RowGroup[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(Object.keys(row)));
  return [...groups.values()].map((group) => ({ columns: Object.keys(group[0]), rows: group }));
}

/** Whether a column holds numbers, or texts that are written like numbers, and nothing else. */
export function isNumeric(rows: readonly Row[], column: string): boolean {
  const values = rows.map((row) => row[column]).filter((value) => value !== null && value !== "");
  return (
    values.length > 0 && values.every((value) => typeof value === "number" || Number.isFinite(Number(value)))
  );
}

/** A cell as people read it: whole numbers whole, others with at most four digits, a dash for none and for NaN. */
export function cellText(value: Row[string]): string {
  if (value === null) return "–";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  return `${Number(value.toPrecision(4))}`;
}
