import { readOptions } from "minimand/engine";
import { dataError, sizeText, TooLargeError } from "../data-error.ts";
import { textBytes } from "./bytes/encoding.ts";
import { foreignKind } from "./bytes/foreign.ts";
import { gunzip, isGzip } from "./bytes/gunzip.ts";
import { readCsv } from "./csv/read-csv.ts";
import { type Damaged, damagedChoices } from "./damage.ts";
import { readJsonLines } from "./read-json-lines.ts";
import type { Table } from "./table.ts";
import type { Nested } from "./typed-cells.ts";

/** Rises when the same bytes become another table, so that results of before are not taken for those of now. */
export const readerVersion = 2;

export type TableFormat = "csv" | "tsv" | "jsonl" | "parquet";

export interface ReadTableOptions {
  /** The name of the file, for messages; its extension helps to find the format. */
  name: string;
  /** What the bytes are, if they should not be looked at: `csv` (any delimiter), `tsv`, `jsonl` or `parquet`. */
  format?: TableFormat;
  /**
   * What becomes of records that can't be read. `drop` (the default) leaves them out and `pad` gives short ones missing
   * values, both up to 1 % of the rows or 10, whichever is more, and never more than 10 %; `refuse` accepts none; `empty`
   * keeps each as a row without values (see `Table.unreadable`).
   */
  damaged?: Damaged;
  /** Columns that the table is known to have: a first record that holds them all, and not numbers alone, is the header, whatever it looks like. */
  names?: readonly string[];
  /** Refuses whatever needs a note: all that was repaired, left out or decided. */
  strict?: boolean;
  /**
   * What becomes of lists and objects in JSON lines and Parquet: `drop` (the default) leaves their columns out, with a note; `json` keeps
   * them as texts, as JSON writes them.
   */
  nested?: Nested;
  /** The most bytes that are taken, packed and unpacked; default 2 GB. */
  maxBytes?: number;
  /** Called now and then with how many of how many bytes are read. */
  progress?: (done: number, total: number) => void;
}

const formats: readonly TableFormat[] = ["csv", "tsv", "jsonl", "parquet"];
/**
 * Reads the bytes of a file as a table: delimiter-separated text of nearly any kind, JSON lines (or one list of objects) or
 * Parquet, each also gzip-compressed; text in UTF-8, UTF-16 or Windows-1252.
 *
 * The format is what the content shows (Parquet's first bytes), then what the extension says (`.tsv`, `.tab`, `.jsonl`,
 * `.ndjson`, `.json`), then JSON lines if the text starts like an object or a list of some, else CSV. Works in browsers and
 * in Node.
 *
 * Cells stay as they are in the file, numbers in other locales (`1.234,5`, `$12`, `12 %`) included: `Column.format` says how they are read.
 * Whatever was repaired, left out or decided is in `Table.notes`; damage beyond what `damaged` accepts is an error.
 *
 * @returns columns of cells; see `readCsv`, `readJsonLines` and `readParquet` for the rules of each format.
 * @throws DataError with one line that names the file, the line where there is one, what was expected and what came.
 * @throws TypeError if `bytes` is no Uint8Array, `name` no string, `format`, `damaged` or `nested` unknown, or an option is unknown.
 *
 * @example
 * const table = await readTable(new TextEncoder().encode("x,y\n1,a\n2,b\n"), { name: "tiny.csv" });
 * table.columns.map((column) => column.name); // ["x", "y"]
 * table.columns[0].at(1); // "2"
 */
export async function readTable(bytes: Uint8Array, options: ReadTableOptions): Promise<Table> {
  const { name, format, damaged, names, strict, nested, maxBytes, progress } = readOptions(
    "readTable",
    options,
    {
      name: true,
      format: true,
      damaged: ["drop"],
      names: [[]],
      strict: [false],
      nested: ["drop"],
      maxBytes: [2e9],
      progress: true,
    },
  );
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`bytes: expected a Uint8Array, got ${typeof bytes}`);
  if (typeof name !== "string") throw new TypeError(`name: expected a string, got ${typeof name}`);
  if (format !== undefined && !formats.includes(format)) {
    throw new TypeError(`format: expected one of ${formats.join(", ")}, got ${format}`);
  }
  if (!damagedChoices.includes(damaged))
    throw new TypeError(`damaged: expected one of ${damagedChoices.join(", ")}, got ${damaged}`);
  if (nested !== "drop" && nested !== "json")
    throw new TypeError(`nested: expected one of drop, json, got ${nested}`);
  if (!Array.isArray(names) || !names.every((one) => typeof one === "string"))
    throw new TypeError(`names: expected a list of strings, got ${typeof names}`);
  if (bytes.length === 0) throw dataError({ file: name }, "expected a table", "an empty file");
  checkSize(bytes.length, maxBytes, name);
  const content = isGzip(bytes) ? await gunzip(bytes, name, maxBytes, progress) : bytes;
  const table = await read(content, { name, format, damaged, names, nested, maxBytes, progress });
  const [first] = table.notes;
  if (strict && first !== undefined)
    throw dataError({ file: name }, "strict: expected a file that is read as it is written", first.text);
  return table;
}

async function read(
  content: Uint8Array,
  {
    name,
    format,
    damaged,
    names,
    nested,
    maxBytes,
    progress,
  }: Pick<ReadTableOptions, "name" | "format" | "names" | "progress"> & {
    damaged: Damaged;
    nested: Nested;
    maxBytes: number;
  },
): Promise<Table> {
  if (isParquet(content) || format === "parquet") {
    // Loaded when needed: its decompressors are most of what a page would download for this stage.
    const { readParquet } = await import("./parquet/read-parquet.ts");
    return readParquet(content, name, { nested, maxBytes, progress });
  }
  const extension = name
    .toLowerCase()
    .replace(/\.gz$/, "")
    .match(/\.([a-z]+)$/)?.[1];
  if (extension === "parquet")
    throw dataError({ file: name }, "expected a Parquet file (it starts with PAR1)", "something else");
  const foreign = foreignKind(content);
  if (foreign !== null) throw dataError({ file: name }, "expected CSV, TSV, JSON lines or Parquet", foreign);
  const { bytes, notes } = textBytes(content, name);
  const start = beginning(bytes);
  if (start === "") throw dataError({ file: name }, "expected a table", "an empty file");
  const kind = format ?? textFormat(extension, start);
  // What only the extension says has to be possible.
  const tabs = kind === "tsv" && (format === "tsv" || bytes.includes(9));
  const table =
    kind === "jsonl"
      ? readJsonLines(bytes, name, damaged, nested)
      : await readCsv(bytes, name, {
          ...(tabs && { delimiter: "\t" }),
          damaged,
          ...(names !== undefined && { names }),
          ...(progress !== undefined && { progress: (done: number) => progress(done, bytes.length) }),
        });
  return { ...table, notes: [...notes, ...table.notes] };
}

function checkSize(size: number, most: number, name: string): void {
  if (size > most)
    throw new TooLargeError(
      `${name}: expected at most ${sizeText(most)}, so that the memory suffices, got ${sizeText(size)}`,
    );
}

/** Some characters of a text from the first that is not white; none if there is none. */
function beginning(bytes: Uint8Array): string {
  for (let size = 256, from = 0; from < bytes.length; from += size, size *= 2) {
    const text = new TextDecoder().decode(bytes.subarray(from, from + size)).trimStart();
    if (text !== "") return text;
  }
  return "";
}

function textFormat(extension: string | undefined, start: string): "csv" | "tsv" | "jsonl" {
  if (extension === "jsonl" || extension === "ndjson" || extension === "json") return "jsonl";
  if (/^(?:\[\s*)?\{\s*"(?:[^"\\]|\\.)*"\s*:/.test(start)) return "jsonl";
  return extension === "tsv" || extension === "tab" ? "tsv" : "csv";
}

function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}
