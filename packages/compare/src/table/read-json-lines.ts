import { cellOf, nestedNote } from "./columns.ts";
import { dataError, messageOf, quoted } from "./data-error.ts";
import { checkNames } from "./header.ts";
import type { Cell, Table } from "./table.ts";

/**
 * A table from JSON lines: one object a line, its keys the columns (in the order in which they first occur), an absent key
 * an empty cell. Blank lines are skipped. Columns that hold a list or an object anywhere are left out, with a note.
 *
 * @throws DataError, with the line: not JSON, not an object, an empty key, no objects or no columns at all.
 */
export function readJsonLines(text: string, name: string): Table {
  const index = new Map<string, number>();
  const columns: { name: string; cells: Cell[]; nested: boolean }[] = [];
  const lines: number[] = [];
  for (const [at, source] of text.split(/\r\n?|\n/).entries()) {
    if (source.trim() === "") continue;
    const place = { file: name, line: at + 1 };
    const value = parse(source, place);
    const row = lines.length;
    for (const [key, entry] of Object.entries(value)) {
      const trimmed = key.trim();
      let which = index.get(trimmed);
      if (which === undefined) {
        which = columns.length;
        index.set(trimmed, which);
        columns.push({ name: trimmed, cells: [], nested: false });
      }
      const column = columns[which]!;
      const cell = cellOf(entry);
      if (cell === undefined) column.nested = true;
      while (column.cells.length < row) column.cells.push(null);
      column.cells[row] = cell ?? null;
    }
    lines.push(at + 1);
  }
  const rows = lines.length;
  if (rows === 0) throw dataError({ file: name }, "expected JSON objects, one a line", "an empty file");
  checkNames([...index.keys()], { file: name });
  const flat = columns.filter((column) => !column.nested);
  if (flat.length === 0) throw dataError({ file: name }, "expected numbers or texts in the objects", "none");
  for (const column of flat) while (column.cells.length < rows) column.cells.push(null);
  return {
    name,
    columns: flat.map((column) => ({ name: column.name, cells: column.cells })),
    rows,
    lines: Int32Array.from(lines),
    unit: "line",
    notes: nestedNote(columns.filter((column) => column.nested).map((column) => column.name)),
  };
}

function parse(source: string, place: { file: string; line: number }): object {
  let value: unknown;
  try {
    // Digits of identifiers beyond 2^53 are kept as text; the reviver is slow, so only where there may be some.
    value = /\d{16}/.test(source) ? JSON.parse(source, keepLongDigits) : JSON.parse(source);
  } catch (cause) {
    throw dataError(place, "expected a JSON object", `${quoted(source)} (${messageOf(cause)})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw dataError(
      place,
      "expected a JSON object (one a line)",
      Array.isArray(value) ? "a list" : quoted(source),
    );
  }
  return value;
}

function keepLongDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined) return value;
  return /^-?\d+$/.test(source) ? source : value;
}
