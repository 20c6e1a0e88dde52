import type { Note } from "../results.ts";
import { type Place, quoted } from "./data-error.ts";

/** One cell as it was read: text from text files, numbers where the file has numbers (JSON, Parquet), null where empty. */
export type Cell = string | number | null;

export interface Column {
  name: string;
  /** One cell a row. */
  cells: Cell[];
}

/** A file as columns of cells, before any decision about their types. */
export interface Table {
  /** The name of the file, for messages. */
  name: string;
  columns: Column[];
  rows: number;
  /** Where each row starts in the file, counted from 1: its line in a text file, its row in Parquet. */
  lines: Int32Array;
  unit: "line" | "row";
  notes: Note[];
}

/** The place of a row, for a message. */
export function placeOf(table: Table, row: number): Place {
  return { file: table.name, line: table.lines[row]!, unit: table.unit };
}

/** `'abc' (line 17)`: a cell and where it stands. */
export function cellAt(table: Table, column: Column, row: number): string {
  return `${quoted(column.cells[row]!)} (${table.unit} ${table.lines[row]})`;
}
