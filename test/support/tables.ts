import { readTable, type TableFormat } from "../../packages/compare/src/read/read-table.ts";
import type { Cell, Table } from "../../packages/compare/src/read/table.ts";

/** A table from text, for tests. */
export function tableOf(text: string, name = "a.csv", format?: TableFormat): Promise<Table> {
  const bytes = new TextEncoder().encode(text);
  return readTable(bytes, format === undefined ? { name } : { name, format });
}

/** The message of the error that reading the text (or bytes) ends with; fails if it is read. */
export async function refusal(input: string | Uint8Array, name = "a.csv"): Promise<string> {
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const outcome = await readTable(bytes, { name }).then(
    () => "no error",
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new Error("expected the table to be refused, but it was read");
  return `${outcome.name}: ${outcome.message}`;
}

/** `{ x: [...], y: [...] }`. */
export function cellsOf(table: Table): Record<string, readonly Cell[]> {
  return Object.fromEntries(table.columns.map((column) => [column.name, column.cells]));
}

/** The bytes, gzip-compressed. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
