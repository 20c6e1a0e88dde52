import { type Place, quoted } from "../data-error.ts";
import type { Note } from "../results.ts";
import { Column } from "./column.ts";

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
  /** Rows that could not be read and hold no values: none but with `damaged: "empty"`. */
  unreadable: Int32Array;
  /** What those rows have in which column, as far as it is known: cells in front of too few or too many are in their places. */
  remains?: ReadonlyMap<number, ReadonlyMap<string, string>>;
  /** What was repaired, left out or decided in reading. */
  notes: Note[];
}

/** Returns a table that has come from another thread, where its columns have lost their methods. */
export function reviveTable(table: Table): Table {
  return { ...table, columns: table.columns.map(({ name, data, format }) => new Column(name, data, format)) };
}

/** Gives the memory of a large table back at once, not at some later collection; its cells are gone. */
export function releaseTable(table: Table): void {
  for (const { data } of table.columns)
    if (data.kind === "texts")
      for (const { buffer } of [data.bytes, data.ends]) (buffer as ArrayBuffer).transfer(0);
}

/** Returns the columns by their names. */
export function columnsByName({ columns }: Pick<Table, "columns">): ReadonlyMap<string, Column> {
  return new Map(columns.map((column) => [column.name, column]));
}

/** Returns the place of a row, for a message. */
export function placeOf(table: Table, row: number): Place {
  return { file: table.name, line: table.lines[row]!, unit: table.unit };
}

/** `'abc' (line 17)`: a cell and its place. */
export function cellAt(table: Table, column: Column, row: number): string {
  return `${quoted(column.at(row))} (${table.unit} ${table.lines[row]})`;
}
