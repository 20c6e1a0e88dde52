import { typeColumn } from "../../data/column-type.ts";
import { isOfPairs } from "../../data/pairs/is-of-pairs.ts";
import { DataError, TooLargeError } from "../../data-error.ts";
import { sha256Of } from "../../model/sums.ts";
import { bySeverity } from "../../notes.ts";
import { type Column, releaseTable, type Table } from "../../read/table.ts";
import type { FeatureSummary, Note, Settings } from "../../results.ts";
import { nameOfFile } from "../../run/prepare/file-names.ts";
import { readTableOf, type TableOf } from "../../run/prepare/read-table-of.ts";
import { quotedWord } from "../../shell-words.ts";

/** How a file of a page is to be read. */
export type PageReading = Partial<Pick<Settings, "damaged" | "strict">>;

/** A column of a file, before anything is asked of it. */
export interface ColumnRead {
  name: string;
  kind: FeatureSummary["kind"] | "date";
  /** Why that kind. */
  why: string;
  missing: number;
}

/** What a file of a page is. */
export interface FileRead {
  /** Short, for titles. */
  name: string;
  /** As the file is called. */
  source: string;
  sha256: string;
  bytes: number;
  rows: number;
  columns: ColumnRead[];
  /** Its first rows, a text per column: what is long is cut, what is missing empty. */
  head: string[][];
  /** What was repaired, left out or decided in reading. */
  notes: Note[];
  /** The column that is most likely to be predicted; null where responses are compared. */
  target: string | null;
  /** Whether one of two responses was chosen: a file for the task `preference`. */
  pairs: boolean;
}

/** Rows of a file that are shown. */
const firstRows = 8;

/** The columns that data sets call what they are about. */
const usualTargets = ["target", "label", "class", "outcome", "y", "species", "diagnosis", "churn", "churned"];

/**
 * Reads a file of a page.
 *
 * @param most bytes that are taken, packed and unpacked
 * @throws DataError in one line; for a file that is too large with the command that takes it
 */
export async function readPageFile(
  file: File,
  { damaged = "drop", strict = false }: PageReading,
  { most, progress }: { most: number; progress: (done: number, total: number) => void },
): Promise<FileRead> {
  const bytes = await bytesOfFile(file, most);
  const sha256 = await sha256Of(bytes);
  const table = await pageTables(
    most,
    comparing("--target COLUMN"),
    progress,
  )({ source: file.name, bytes }, { damaged, strict, task: "preference" });
  const columns = table.columns.map((column) => columnRead(table, column));
  const pairs = isOfPairs(columns.map(({ name }) => name));
  const { rows, notes } = table;
  const head = Array.from({ length: Math.min(firstRows, rows) }, (_, row) =>
    table.columns.map((column) => String(column.at(row) ?? "").slice(0, 80)),
  );
  releaseTable(table);
  return {
    name: nameOfFile(file.name),
    source: file.name,
    sha256,
    bytes: file.size,
    rows,
    columns,
    head,
    notes: bySeverity(notes),
    target: pairs ? null : targetAmong(columns),
    pairs,
  };
}

/** The command that takes a file which is too large for a page. */
export type CommandFor = (file: string) => string;

/** That compares losses on it, with the options behind it as a shell takes them. */
export const comparing =
  (options: string): CommandFor =>
  (file) =>
    `npx minimand compare ${quotedWord(file)} ${options}`;

/** Returns the bytes of a file that isn't too large. */
export async function bytesOfFile(
  file: File,
  most: number,
  commandFor: CommandFor = comparing("--target COLUMN"),
): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > most)
    throw new TooLargeError(
      `${file.name}: expected at most ${Math.round(most / 1e6)} MB in a page, got ${Math.round(file.size / 1e6)} MB; the command takes more: ${commandFor(file.name)}`,
    );
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new DataError(
      `${file.name}: expected the file that was chosen, got one that can't be read any more`,
    );
  }
}

/** Reads tables of a page, and says of those that are too large which command takes them. */
export function pageTables(
  most: number,
  commandFor: CommandFor,
  progress: (done: number, total: number) => void,
): TableOf {
  return async (file, reading) => {
    try {
      return await readTableOf(file, reading, { maxBytes: most, progress });
    } catch (error) {
      if (!(error instanceof TooLargeError)) throw error;
      throw new TooLargeError(`${error.message}; the command takes more: ${commandFor(file.source)}`);
    }
  };
}

function columnRead(table: Table, column: Column): ColumnRead {
  const { kind, why, missing } = typeColumn(table, column);
  return { name: column.name, kind, why, missing };
}

/** By name, else the last column of numbers or classes. */
function targetAmong(columns: readonly ColumnRead[]): string | null {
  const named = usualTargets.flatMap((name) =>
    columns.filter((column) => column.name.toLowerCase() === name),
  );
  const fitting = columns.filter(({ kind }) => kind === "numeric" || kind === "categorical");
  return (named[0] ?? fitting.at(-1))?.name ?? null;
}
