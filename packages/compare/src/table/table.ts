import type { Note } from "../results.ts";
import type { Column } from "./column.ts";
import { type Place, quoted } from "./data-error.ts";

export { type Cell, Column, type ColumnData } from "./column.ts";

/** A file as columns of cells, before any decision about their types. */
export interface Table {
  /** The name of the file, for messages. */
  name: string;
  columns: Column[];
  rows: number;
  /** Where each row starts in the file, counted from 1: its line in a text file, its row in Parquet. */
  lines: Int32Array;
  unit: "line" | "row";
  /** The line of the header; null where the file has none (names are made up then) or needs none. */
  header: number | null;
  /** Rows that could not be read and hold no values: none but with `damaged: "blank"`. */
  blanks: Int32Array;
  /** What was repaired, left out or decided in reading. */
  notes: Note[];
}

/** The place of a row, for a message. */
export function placeOf(table: Table, row: number): Place {
  return { file: table.name, line: table.lines[row]!, unit: table.unit };
}

/** `'abc' (line 17)`: a cell and where it stands. */
export function cellAt(table: Table, column: Column, row: number): string {
  return `${quoted(column.at(row))} (${table.unit} ${table.lines[row]})`;
}
