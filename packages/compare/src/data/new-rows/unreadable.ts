import { placesOf } from "../../read/damage.ts";
import type { Table } from "../../read/table.ts";
import type { Note } from "../../results.ts";
import type { UnreadableRows } from "../encode.ts";

/**
 * Returns the rows of a table for which there can be no prediction, in rising order: those that could not be read, and those that could not
 * be encoded, which get a note.
 *
 * @throws DataError what is wrong with the first, where there is no other row
 */
export function unreadableRows(
  table: Table,
  faults: UnreadableRows,
): { unreadable: Int32Array; notes: Note[] } {
  const rows = [...new Set([...table.unreadable, ...faults.keys()])].sort((a, b) => a - b);
  const [first] = [...faults].sort(([a], [b]) => a - b);
  if (first === undefined) return { unreadable: Int32Array.from(rows), notes: [] };
  if (rows.length === table.rows) throw first[1];
  const lines = [...faults.keys()].sort((a, b) => a - b).map((row) => table.lines[row]!);
  const which = lines.length === 1 ? "1 row" : `${lines.length} rows`;
  const text = `could not predict ${which} (${placesOf(lines, table.unit)}): ${first[1].message.replace(/^.*?: /, "")}`;
  return { unreadable: Int32Array.from(rows), notes: [{ level: "warning", text }] };
}
