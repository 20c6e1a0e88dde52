import { parseJson, textLines } from "minimand/engine";
import { dataError, messageOf, quoted } from "../data-error.ts";
import type { Note } from "../results.ts";
import { type Cell, Column } from "./column.ts";
import { decodeLines } from "./csv/blocks.ts";
import { checkFaults, type Damaged, type Fault, faultNote } from "./damage.ts";
import { distinctNames } from "./names.ts";
import type { Table } from "./table.ts";
import { cellOf, type Nested, nestedNote } from "./typed-cells.ts";

/**
 * Returns a table from JSON lines: one object a line, its keys the columns (in the order in which they first occur), an absent key an empty
 * cell; or from one list of objects. Blank lines are skipped, lines that are no object are damaged rows. Columns that hold a list or an
 * object anywhere are left out, with a note, or kept as JSON texts.
 *
 * @param bytes UTF-8
 * @param nested what becomes of lists and objects
 * @throws DataError, with the line: more damaged rows than are accepted; no objects or no columns at all.
 */
export function readJsonLines(
  bytes: Uint8Array,
  name: string,
  damaged: Damaged,
  nested: Nested = "drop",
): Table {
  const text = decodeLines(bytes);
  const index = new Map<string, number>();
  const columns: { name: string; cells: Cell[]; nested: boolean }[] = [];
  const lines: number[] = [];
  const faults: Fault[] = [];
  const unreadable: number[] = [];
  let filled = 0;
  const list = text.trimStart().startsWith("[") ? parseList(text, name) : null;
  let replaced = list?.replaced ?? 0;
  let line = 0;
  for (const source of list?.values ?? linesOf(text)) {
    line++;
    if (typeof source === "string" && source.trim() === "") continue;
    const value = typeof source === "string" ? parse(source) : objectOf(source, JSON.stringify(source));
    const row = lines.length;
    if ("expected" in value) {
      faults.push({ ...value, line, what: "no JSON object" });
      if (damaged !== "empty") continue;
      unreadable.push(row);
      lines.push(line);
      continue;
    }
    replaced += value.replaced;
    for (const [key, entry] of Object.entries(value.object)) {
      let which = index.get(key);
      if (which === undefined) {
        which = columns.length;
        index.set(key, which);
        columns.push({ name: key.trim(), cells: [], nested: false });
      }
      const column = columns[which]!;
      const cell = cellOf(entry, nested);
      if (cell === undefined) column.nested = true;
      while (column.cells.length < row) column.cells.push(null);
      column.cells[row] = cell ?? null;
      if (column.cells[row] !== null) filled++;
    }
    lines.push(line);
    if (columns.length > mostKeys && lines.length % 1000 === 0)
      checkKeys(columns.length, lines.length, filled, name);
  }
  const rows = lines.length;
  checkFaults(faults, damaged === "empty" ? rows : rows + faults.length, damaged, name);
  if (rows === 0) throw dataError({ file: name }, "expected JSON objects, one a line", "an empty file");
  const flat = columns.filter((column) => !column.nested);
  if (flat.length === 0) throw dataError({ file: name }, "expected numbers or texts in the objects", "none");
  for (const column of flat) while (column.cells.length < rows) column.cells.push(null);
  const { names, notes } = distinctNames(flat.map((column) => column.name));
  const damage: Note[] = [
    ...(faults.length === 0 ? [] : [faultNote(faults, damaged)]),
    ...(replaced === 0
      ? []
      : [{ level: "info", text: "NaN and Infinity read as missing, which JSON has not" } as const]),
  ];
  return {
    name,
    columns: flat.map(({ cells }, j) => new Column(names[j]!, { kind: "cells", cells })),
    rows,
    lines: Int32Array.from(lines),
    unit: list === null ? "line" : "row",
    header: null,
    unreadable: Int32Array.from(unreadable),
    notes: [
      ...damage,
      ...notes,
      ...nestedNote(columns.filter(({ nested }) => nested).map((column) => column.name)),
    ],
  };
}

function* linesOf(text: string): Generator<string, undefined> {
  for (const line of textLines(text)) yield line.text;
  return undefined;
}

/** Columns from which on it is looked at whether they are filled. */
const mostKeys = 1000;

/** Cells of such a table, filled or not. Fewer fill a text of the most bytes that are read, where all are filled. */
const mostCells = 1e8;

/** Objects that have hardly a key in common would become a table of empty cells that no memory holds. */
function checkKeys(columns: number, rows: number, filled: number, name: string): void {
  if (filled > 0.01 * columns * rows && columns * rows <= mostCells) return;
  throw dataError(
    { file: name },
    "expected objects with the same keys",
    `${columns} different ones in ${rows} objects`,
  );
}

type Parsed = { object: object; replaced: number } | { expected: string; got: string };

function parse(source: string): Parsed {
  try {
    const { value, replaced } = parsedText(source);
    return objectOf(value, source, replaced);
  } catch (cause) {
    return { expected: "expected a JSON object", got: `${quoted(source)} (${messageOf(cause)})` };
  }
}

function objectOf(value: unknown, source: string, replaced = 0): Parsed {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return { object: value, replaced };
  return {
    expected: "expected a JSON object (one a line)",
    got: Array.isArray(value) ? "a list" : quoted(source),
  };
}

function parseList(text: string, name: string): { values: unknown[]; replaced: number } {
  try {
    const { value, replaced } = parsedText(text);
    return { values: value as unknown[], replaced };
  } catch (cause) {
    throw dataError(
      { file: name },
      "expected JSON objects, one a line or in one list",
      `a list that can't be read (${messageOf(cause)})`,
    );
  }
}

/**
 * `NaN` and the like between a colon, a comma or a bracket and the next; texts are passed over. One that never ends is passed over to
 * the end of the line: looking for its quote again from each quote inside of it would take quadratic time.
 */
const notNumbers = /("[^"\\]*(?:\\[\s\S][^"\\]*)*"?)|([:,[]\s*)(?:NaN|-?Infinity)(?=\s*[,}\]])/g;

/**
 * The value of a JSON text. What some programs write for numbers that are not finite becomes null; how often is `replaced`. Digits of
 * identifiers beyond 2^53 are kept as text; the reviver is slow, so only where there may be some.
 */
function parsedText(source: string): { value: unknown; replaced: number } {
  let replaced = 0;
  const text = /NaN|Infinity/.test(source)
    ? source.replace(notNumbers, (found, quotedText: string | undefined, before: string) => {
        if (quotedText !== undefined) return found;
        replaced++;
        return `${before}null`;
      })
    : source;
  return { value: parseJson(text, /\d{16}/.test(text) ? keepLongDigits : undefined), replaced };
}

function keepLongDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== "number" || Number.isSafeInteger(value) || source === undefined) return value;
  return /^-?\d+$/.test(source) ? source : value;
}
