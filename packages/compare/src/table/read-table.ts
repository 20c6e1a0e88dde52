import { dataError } from "./data-error.ts";
import { decodeText } from "./decode-text.ts";
import { gunzip, isGzip, maxBytes } from "./gunzip.ts";
import { readCsv } from "./read-csv.ts";
import { readJsonLines } from "./read-json-lines.ts";
import type { Table } from "./table.ts";

export type TableFormat = "csv" | "tsv" | "jsonl" | "parquet";

export interface ReadTableOptions {
  /** The name of the file, for messages; its extension helps to find the format. */
  name: string;
  /** What the bytes are, if they should not be looked at: `csv` (any delimiter), `tsv`, `jsonl` or `parquet`. */
  format?: TableFormat;
}

const formats: readonly TableFormat[] = ["csv", "tsv", "jsonl", "parquet"];

/**
 * Reads the bytes of a file as a table: CSV with `,` `;` tab or `|`, TSV, JSON lines or Parquet, each also gzip-compressed.
 *
 * The format is what the content shows (Parquet's first bytes), then what the extension says (`.tsv`, `.tab`, `.jsonl`,
 * `.ndjson`, `.json`), then JSON lines if the text starts with `{`, else CSV. Works in browsers and in Node.
 *
 * @returns columns of cells; see `readCsv`, `readJsonLines` and `readParquet` for the rules of each format.
 * @throws DataError with one line that names the file, the line where there is one, what was expected and what came.
 * @throws TypeError if `bytes` is no Uint8Array, `name` no string or `format` unknown.
 *
 * @example
 * const table = await readTable(new TextEncoder().encode("x,y\n1,a\n2,b\n"), { name: "tiny.csv" });
 * table.columns.map((column) => column.name); // ["x", "y"]
 */
export async function readTable(bytes: Uint8Array, options: ReadTableOptions): Promise<Table> {
  const { name, format } = options;
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`bytes: expected a Uint8Array, got ${typeof bytes}`);
  if (typeof name !== "string") throw new TypeError(`name: expected a string, got ${typeof name}`);
  if (format !== undefined && !formats.includes(format)) {
    throw new TypeError(`format: expected one of ${formats.join(", ")}, got ${format}`);
  }
  if (bytes.length === 0) throw dataError({ file: name }, "expected a table", "an empty file");
  if (bytes.length > maxBytes) {
    throw dataError({ file: name }, `expected at most ${maxBytes} bytes`, `${bytes.length}`);
  }
  const content = isGzip(bytes) ? await gunzip(bytes, name) : bytes;
  if (isParquet(content) || format === "parquet") {
    // Loaded when needed: its decompressors are most of what a page would download for this stage.
    const { readParquet } = await import("./read-parquet.ts");
    return readParquet(content, name);
  }
  const extension = name
    .toLowerCase()
    .replace(/\.gz$/, "")
    .match(/\.([a-z]+)$/)?.[1];
  if (extension === "parquet")
    throw dataError({ file: name }, "expected a Parquet file (it starts with PAR1)", "something else");
  if (content[0] === 0x50 && content[1] === 0x4b && content[2] === 3 && content[3] === 4) {
    throw dataError(
      { file: name },
      "expected CSV, TSV, JSON lines or Parquet",
      "a ZIP archive or an Excel workbook: save it as CSV",
    );
  }
  const text = decodeText(content, name);
  if (text.trim() === "") throw dataError({ file: name }, "expected a table", "an empty file");
  const kind = format ?? textFormat(extension, text);
  if (kind === "jsonl") return readJsonLines(text, name);
  return kind === "tsv" ? readCsv(text, name, "\t") : readCsv(text, name);
}

function textFormat(extension: string | undefined, text: string): "csv" | "tsv" | "jsonl" {
  if (extension === "jsonl" || extension === "ndjson" || extension === "json") return "jsonl";
  if (extension === "tsv" || extension === "tab") return "tsv";
  return extension !== "csv" && text.trimStart().startsWith("{") ? "jsonl" : "csv";
}

function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}
