import { parquetMetadataAsync, parquetRead, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type Cell, Column } from "./column.ts";
import { DataError, dataError, messageOf, quoted } from "./data-error.ts";
import { distinctNames } from "./names.ts";
import type { Table } from "./table.ts";
import { cellOf, type Nested, nestedNote } from "./typed-cells.ts";

/**
 * A table from a Parquet file (every codec that hyparquet-compressors knows). Numbers stay numbers; booleans become words,
 * dates ISO 8601, integers beyond 2^53 text. Columns of lists, structs or raw bytes are left out, with a note; lists and structs are
 * JSON texts where `nested` says so.
 *
 * @throws DataError for a damaged file, repeated names, no rows, or no column that can be read.
 */
export async function readParquet(bytes: Uint8Array, name: string, nested: Nested = "drop"): Promise<Table> {
  try {
    return await read(bytes, name, nested);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw dataError({ file: name }, "expected a whole Parquet file", `damaged data (${messageOf(cause)})`);
  }
}

async function read(bytes: Uint8Array, name: string, kept: Nested): Promise<Table> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = await parquetMetadataAsync({
    byteLength: file.byteLength,
    slice: (a, b) => file.slice(a, b),
  });
  const rows = Number(metadata.num_rows);
  const fields = parquetSchema(metadata).children;
  const twice = fields.find(({ element }, i) => fields.findIndex((f) => f.element.name === element.name) < i);
  if (twice !== undefined)
    throw dataError(
      { file: name },
      "expected different names for all columns",
      `${quoted(twice.element.name)} twice`,
    );
  if (rows === 0) throw dataError({ file: name }, "expected at least one row", "none");
  const nested = new Set<string>();
  const cells = new Map<string, Cell[]>();
  for (const { element, children } of fields) {
    const isNested = children.length > 0 || element.repetition_type === "REPEATED";
    if (isNested && kept === "drop") nested.add(element.name);
    else cells.set(element.name, new Array<Cell>(rows).fill(null));
  }
  await parquetRead({
    file,
    metadata,
    columns: [...cells.keys()],
    compressors,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const column = cells.get(columnName);
      for (let i = 0; column !== undefined && i < columnData.length; i++) {
        const cell = cellOf(columnData[i], kept);
        if (cell === undefined) nested.add(columnName);
        column[rowStart + i] = cell ?? null;
      }
    },
  });
  const flat = [...cells].filter(([column]) => !nested.has(column));
  if (flat.length === 0) throw dataError({ file: name }, "expected columns of numbers or texts", "none");
  const { names, notes } = distinctNames(flat.map(([column]) => column.trim()));
  return {
    name,
    columns: flat.map(([, values], j) => new Column(names[j]!, { kind: "cells", cells: values })),
    rows,
    lines: Int32Array.from({ length: rows }, (_, row) => row + 1),
    unit: "row",
    header: null,
    unreadable: new Int32Array(0),
    notes: [...notes, ...nestedNote([...nested])],
  };
}
