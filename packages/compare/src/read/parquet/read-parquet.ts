import { type CompressionCodec, type FileMetaData, parquetMetadata, parquetRead } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { compressors, decompressZstd } from "hyparquet-compressors";
import { parseJson } from "minimand/engine";
import { DataError, dataError, messageOf, quoted, sizeText, TooLargeError } from "../../data-error.ts";
import { type Cell, Column } from "../column.ts";
import { distinctNames } from "../names.ts";
import type { Table } from "../table.ts";
import { cellOf, type Nested, nestedNote } from "../typed-cells.ts";
import { bytesMade, checkedPages } from "./checked-pages.ts";
import { type Field, fieldsOf } from "./fields.ts";
import { endOfThrift } from "./thrift.ts";

/** Milliseconds after which the event loop gets a turn, so that a signal is heard. */
const turn = 50;

/** Bytes that a number takes at most as a cell, and a text or date while tables of them are read. */
const cellBytes = { number: 24, text: 64 };

/** Bytes that values may take for each byte of JSON: an empty object of two and a comma takes 56 and a place. */
const jsonBytes = 24;

const utf8 = new TextDecoder();

/** Cells of dates and objects that are kept for other rows. */
const mostKnown = 100_000;

export interface ReadParquetOptions {
  /** What becomes of lists and objects. */
  nested: Nested;
  /** The most bytes that its pages, or its cells, may take. */
  maxBytes: number;
  /** Called now and then with the number of columns that are read, and of all. */
  progress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Returns a table from a Parquet file (every codec that hyparquet-compressors knows). Numbers stay numbers; booleans become words, dates
 * ISO 8601, integers beyond 2^53 text. Columns of lists, structs or raw bytes are left out, with a note; lists and structs are JSON texts
 * where `nested` says so, variants never.
 *
 * @throws DataError for a damaged file, one that needs more than `maxBytes`, repeated names, no rows, or no column that can be read.
 */
export async function readParquet(
  bytes: Uint8Array,
  name: string,
  options: ReadParquetOptions,
): Promise<Table> {
  try {
    return await read(bytes, name, options);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw dataError({ file: name }, "expected a whole Parquet file", `damaged data (${messageOf(cause)})`);
  }
}

async function read(bytes: Uint8Array, name: string, options: ReadParquetOptions): Promise<Table> {
  const metadata = metadataOf(bytes);
  const fields = fieldsOf(metadata, bytes.length);
  const known = new Set<string>();
  for (const field of fields) {
    if (known.has(field.name))
      throw dataError(
        { file: name },
        "expected different names for all columns",
        `${quoted(field.name)} twice`,
      );
    known.add(field.name);
  }
  const rows = Number(metadata.num_rows);
  if (rows === 0) throw dataError({ file: name }, "expected at least one row", "none");
  const isWanted = ({ nested, variant }: Field): boolean =>
    !variant && (!nested || options.nested === "json");
  const wanted = fields.filter(isWanted);
  checkCells(metadata, wanted, name, options.maxBytes);
  const budget = (): ((size: number) => void) => {
    let room = options.maxBytes;
    return (size) => {
      room -= size;
      if (room < 0)
        throw new TooLargeError(
          `${name}: expected at most ${sizeText(options.maxBytes)} after unpacking, so that the memory suffices, got more`,
        );
    };
  };
  const take = budget();
  // Pages have a text once that many rows share, and each row is worked on.
  const takeText = budget();
  const left = new Set(fields.filter((field) => !isWanted(field)).map((field) => field.name));
  const columns: { name: string; cells: Cell[] }[] = [];
  let last = performance.now();
  for (const [i, field] of wanted.entries()) {
    const read = await readField(bytes, field, options.nested, take, budget());
    const cells = cellsOf(read, rows, options.nested, takeText);
    if (cells === null) left.add(field.name);
    else columns.push({ name: field.name, cells });
    if (performance.now() - last < turn) continue;
    options.progress?.(i + 1, wanted.length);
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  }
  if (columns.length === 0) throw dataError({ file: name }, "expected columns of numbers or texts", "none");
  const { names, notes } = distinctNames(columns.map((column) => column.name.trim()));
  return {
    name,
    columns: columns.map(({ cells }, j) => new Column(names[j]!, { kind: "cells", cells })),
    rows,
    lines: Int32Array.from({ length: rows }, (_, row) => row + 1),
    unit: "row",
    header: null,
    unreadable: new Int32Array(0),
    notes: [...notes, ...nestedNote([...left])],
  };
}

/** What is at the end of the file: a struct, its length and four letters. */
function metadataOf(bytes: Uint8Array): FileMetaData {
  const end = bytes.length - 8;
  if (end < 4) throw new Error("too few bytes");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end, true);
  if (length > end) throw new Error(`metadata of ${length} bytes`);
  const footer = bytes.subarray(end - length);
  if (endOfThrift(footer, 0) > length) throw new Error("metadata beyond their end");
  return parquetMetadata(footer);
}

/** Counts alone may ask for any memory: a thousand million equal cells take ten bytes. */
function checkCells(metadata: FileMetaData, fields: readonly Field[], name: string, maxBytes: number): void {
  const leaves = new Map(
    fields.flatMap((field) => field.leaves.map(({ path, element }) => [path.join("\0"), element])),
  );
  let cells = 0;
  let bytes = 0;
  for (const { columns } of metadata.row_groups)
    for (const { meta_data: meta } of columns) {
      const element = leaves.get(meta!.path_in_schema.join("\0"));
      if (element === undefined) continue;
      const count = Number(meta!.num_values) * meta!.path_in_schema.length;
      cells += count;
      bytes += count * (bytesMade(element) > 0 ? cellBytes.text : cellBytes.number);
    }
  if (bytes > maxBytes)
    throw new TooLargeError(
      `${name}: expected cells of at most ${sizeText(maxBytes)}, so that the memory suffices, got ${cells} cells (rows times columns)`,
    );
}

/** The values of a field, in parts that follow one another. */
async function readField(
  bytes: Uint8Array,
  { metadata, leaves }: Field,
  nested: Nested,
  take: (size: number) => void,
  takeObjects: (size: number) => void,
): Promise<ArrayLike<unknown>[]> {
  const decoders: Record<string, (input: Uint8Array, size: number) => Uint8Array> = {};
  // Under a name of its own, each chunk is unpacked by a function that knows what its headers say.
  const row_groups = metadata.row_groups.map((group, g) => ({
    ...group,
    columns: group.columns.map((column, c) => {
      const meta = column.meta_data!;
      const codec = `${g} ${c}`;
      decoders[codec] = checkedPages(bytes, meta, leaves[c]!, decompressorOf(meta.codec), take, takeObjects);
      return { ...column, meta_data: { ...meta, codec: codec as CompressionCodec } };
    }),
  }));
  const parts: { from: number; values: ArrayLike<unknown> }[] = [];
  await parquetRead({
    file: {
      byteLength: bytes.length,
      // A copy of its own: `slice` of a Buffer of Node is a view of all of its memory.
      slice: (from, to) => new Uint8Array(bytes.subarray(from, to)).buffer,
    },
    metadata: { ...metadata, row_groups },
    compressors: decoders as typeof compressors,
    parsers: {
      jsonFromBytes(json: Uint8Array | undefined) {
        if (json === undefined || nested !== "json") return json && {};
        takeObjects(json.length * jsonBytes);
        return parseJson(utf8.decode(json));
      },
      uuidFromBytes(uuid: Uint8Array | undefined) {
        if (uuid === undefined) return undefined;
        if (uuid.length !== 16) throw new Error(`a UUID of ${uuid.length} bytes`);
        return DEFAULT_PARSERS.uuidFromBytes(uuid);
      },
      // Columns of bytes are left out.
      geometryFromBytes: (bytes: Uint8Array | undefined) => bytes,
      geographyFromBytes: (bytes: Uint8Array | undefined) => bytes,
    },
    onChunk: ({ columnData, rowStart }) => parts.push({ from: rowStart, values: columnData }),
  });
  return parts.sort((a, b) => a.from - b.from).map(({ values }) => values);
}

function decompressorOf(
  codec: CompressionCodec,
): ((input: Uint8Array, size: number) => Uint8Array) | undefined {
  // Into a given array, so that no more is unpacked than the page says.
  if (codec === "ZSTD") return (input, size) => decompressZstd(input, new Uint8Array(size));
  return compressors[codec];
}

/** The cells of a column; null where one holds what fits no cell. */
function cellsOf(
  parts: readonly ArrayLike<unknown>[],
  rows: number,
  nested: Nested,
  takeText: (characters: number) => void,
): Cell[] | null {
  const read = parts.reduce((sum, part) => sum + part.length, 0);
  if (read !== rows) throw new Error(`a column of ${read} values, expected ${rows}`);
  const cells = new Array<Cell>(rows).fill(null);
  // Rows share the dates and objects of a dictionary.
  const known = new Map<unknown, Cell | undefined>();
  let row = 0;
  for (const part of parts)
    for (let i = 0; i < part.length; i++) {
      const value = part[i];
      const isShared = typeof value === "object" && value !== null && known.has(value);
      const cell = isShared ? known.get(value) : cellOf(value, nested);
      if (cell === undefined) return null;
      if (typeof value === "object" && known.size < mostKnown) known.set(value, cell);
      if (typeof cell === "string") takeText(cell.length);
      cells[row++] = cell;
    }
  return cells;
}
