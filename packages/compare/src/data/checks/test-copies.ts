import { columnsByName, type Table } from "../../read/table.ts";
import type { Note } from "../../results.ts";
import type { Dataset } from "../dataset.ts";
import { columnOf } from "../encode.ts";

/**
 * Says how many rows of a test table are in the training table as well, spelled alike in all inputs and the target. A model that has
 * memorised such rows is right on them.
 */
export function testCopies(dataset: Dataset, table: Table, testTable: Table): Note[] {
  const names = [...new Set([dataset.target, ...dataset.features.map(columnOf)])];
  const known = new Set(rowsOf(table, names));
  const copies = rowsOf(testTable, names).filter((row) => known.has(row)).length;
  if (copies === 0) return [];
  const text = `${testTable.name}: ${copies} of ${testTable.rows} rows ${copies === 1 ? "is a copy of a training row" : "are copies of training rows"}, target included: scores are too good, leave ${copies === 1 ? "it" : "them"} out`;
  return [{ level: "warning", about: "leak", text }];
}

/** The cells of each row in some columns; none where one of these is missing, which is an error elsewhere. */
function rowsOf(table: Table, names: readonly string[]): string[] {
  const byName = columnsByName(table);
  const columns = names.map((name) => byName.get(name));
  if (columns.includes(undefined)) return [];
  return Array.from({ length: table.rows }, (_, row) =>
    columns.map((column) => column?.at(row) ?? "").join("\u0000"),
  );
}
