import type { ColumnMetaData, PageHeader, SchemaElement } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { type Leaf, startOf } from "./fields.ts";
import { checkDelta, checkLevels, checkPlain, checkRuns, checkSplit, type Reader } from "./runs.ts";
import { endOfThrift } from "./thrift.ts";

type Decompress = (input: Uint8Array, size: number) => Uint8Array;

/** Bytes that hyparquet takes for a text (a view of its bytes, and the text), and for a date (a big integer, and the date). */
const objectBytes = { text: 200, date: 100 };

/** Returns the bytes of the object that a value becomes; 0 for numbers. A page of a few bytes may hold any number of equal values. */
export function bytesMade({ type, converted_type: converted, logical_type: logical }: SchemaElement): number {
  if (type === "BYTE_ARRAY" || type === "FIXED_LEN_BYTE_ARRAY") return objectBytes.text;
  const isDate = type === "INT96" || /DATE|TIMESTAMP|DECIMAL/.test(`${converted} ${logical?.type}`);
  return isDate ? objectBytes.date : 0;
}

/**
 * Checks the pages of a column chunk, so that what it says of counts and sizes can be trusted. Hyparquet allocates what headers of pages
 * and of runs ask for, and some of its loops end only where they are right.
 *
 * @param bytes the file
 * @param take subtracts unpacked bytes from those that are allowed for all columns
 * @param takeObjects subtracts bytes of objects from those that are allowed for this column
 * @returns what unpacks the pages, one after another, and checks what is in them
 * @throws Error saying what is wrong
 */
export function checkedPages(
  bytes: Uint8Array,
  meta: ColumnMetaData,
  leaf: Leaf,
  decompress: Decompress | undefined,
  take: Take,
  takeObjects: Take,
): Decompress {
  const start = startOf(meta);
  const chunk = bytes.subarray(start, start + Number(meta.total_compressed_size));
  const reader = readerOf(chunk);
  const checks: ((page: Uint8Array) => void)[] = [];
  let values = 0;
  let hasDictionary = false;
  while (reader.offset < chunk.length - 1) {
    endOfThrift(chunk, reader.offset);
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: size } = header;
    if (!(packed >= 0 && packed <= chunk.length - reader.offset && size >= 0))
      throw new Error("a page beyond the end of its column");
    // No codec makes a page much larger; more packed bytes than that would be unpacked for nothing.
    if (packed > 1.25 * size + 1024) throw new Error("a page that is larger packed than unpacked");
    take(Math.max(size, packed));
    const page = chunk.subarray(reader.offset, reader.offset + packed);
    reader.offset += packed;
    if (header.type === "DICTIONARY_PAGE") {
      hasDictionary = true;
      const count = header.dictionary_page_header?.num_values ?? 0;
      takeObjects(count * bytesMade(leaf.element));
      checks.push((plain) => checkPlain(readerOf(plain), count, leaf));
      continue;
    }
    const { num_values: count, encoding } = header.data_page_header ?? header.data_page_header_v2 ?? {};
    if (count === undefined || count < 0) throw new Error("a page without values");
    if (encoding?.endsWith("_DICTIONARY") && !hasDictionary) throw new Error("a page without its dictionary");
    values += count;
    if (!encoding?.endsWith("_DICTIONARY")) takeObjects(count * bytesMade(leaf.element));
    const check =
      header.type === "DATA_PAGE_V2" ? checkOfV2(page, header, leaf, take) : checkOf(header, leaf, take);
    if (header.data_page_header_v2?.is_compressed === false) check(page.subarray(levelsOf(header)));
    else checks.push(check);
  }
  if (BigInt(values) !== meta.num_values)
    throw new Error(`pages of ${values} values, expected ${meta.num_values}`);
  let next = 0;
  return (input, size) => {
    if (decompress === undefined && meta.codec !== "UNCOMPRESSED")
      throw new Error(`unknown codec ${meta.codec}`);
    const page = decompress?.(input, size) ?? input;
    checks[next++]!(page);
    return page;
  };
}

const readerOf = (bytes: Uint8Array): Reader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

type Take = (bytes: number) => void;

/** Levels and values are packed together. */
function checkOf({ data_page_header: header }: PageHeader, leaf: Leaf, take: Take) {
  return (page: Uint8Array): void => {
    const { num_values: count, encoding } = header!;
    const reader = readerOf(page);
    if (leaf.repetition > 0) checkLevels(reader, leaf.repetition, count);
    const filled = leaf.definition > 0 ? checkLevels(reader, leaf.definition, count) : count;
    if (encoding === "RLE" && leaf.element.type === "BOOLEAN") checkRuns(reader, 1, filled);
    else if (encoding === "RLE" || encoding.endsWith("_DICTIONARY")) checkIndices(reader, filled);
    else checkValues(reader, encoding, filled, leaf, take);
  };
}

/** Levels are in front of the values, never packed. */
function checkOfV2(page: Uint8Array, header: PageHeader, leaf: Leaf, take: Take) {
  const { num_values, num_nulls, encoding, ...levels } = header.data_page_header_v2!;
  const [repetitions, definitions] = [
    levels.repetition_levels_byte_length,
    levels.definition_levels_byte_length,
  ];
  if (!(repetitions >= 0 && definitions >= 0 && levelsOf(header) <= page.length))
    throw new Error("levels beyond the end of their page");
  const reader = readerOf(page);
  if (leaf.repetition > 0) checkLevels(reader, leaf.repetition, num_values, repetitions);
  reader.offset = repetitions;
  if (leaf.definition > 0) checkLevels(reader, leaf.definition, num_values, definitions);
  const filled = num_values - num_nulls;
  if (!(filled >= 0 && filled <= num_values))
    throw new Error(`${num_nulls} nulls among ${num_values} values`);
  return (plain: Uint8Array): void => {
    const values = readerOf(plain);
    if (encoding === "RLE") checkRuns(values, 1, filled);
    else if (encoding.endsWith("_DICTIONARY")) checkIndices(values, filled);
    else checkValues(values, encoding, filled, leaf, take);
  };
}

const levelsOf = ({ data_page_header_v2: header }: PageHeader): number =>
  header!.repetition_levels_byte_length + header!.definition_levels_byte_length;

/** Numbers of entries of the dictionary, behind a byte that says how many bits each has. */
function checkIndices(reader: Reader, count: number): void {
  const width = reader.view.getUint8(reader.offset++);
  checkRuns(reader, width, count, reader.view.byteLength - reader.offset);
}

function checkValues(reader: Reader, encoding: string, count: number, leaf: Leaf, take: Take): void {
  if (encoding === "PLAIN") checkPlain(reader, count, leaf);
  else if (encoding === "BYTE_STREAM_SPLIT") checkSplit(reader, count, leaf);
  else if (encoding.startsWith("DELTA_")) checkDelta(reader, encoding, count, leaf, take);
}
