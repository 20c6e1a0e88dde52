import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import type { BoostedTrees, TreeNode, TreeSplit } from "@minimand/native/onnx";
import { DataError } from "../../data-error.ts";
import { featureName, labelName } from "./tree-columns.ts";

/*
 * The files of a model of Yggdrasil Decision Forests, as far as gradient-boosted trees with conditions on one column need them. The numbers
 * are those of the fields in the library's protobuf schemas (data_spec.proto, decision_tree.proto, gradient_boosted_trees.proto).
 */

/** Trees of a model, with the codes of the texts of each column; null for numbers. */
export interface ReadTrees extends BoostedTrees {
  codes: (ReadonlyMap<string, number> | null)[];
}

/** Deeper trees are refused; the library's have a depth of 6. */
const deepest = 100;

/**
 * Reads the files of a trained model.
 *
 * @param features how many columns it was trained on
 * @throws DataError for files that are cut off, and for what the library doesn't write with its defaults
 */
export function readBoostedTrees(files: ReadonlyMap<string, Uint8Array>, features: number): ReadTrees {
  try {
    return treesOf(files, features);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw other("files that can be read");
  }
}

const other = (expected: string): DataError =>
  new DataError(`expected ${expected} in model.trees, got others`);

function treesOf(files: ReadonlyMap<string, Uint8Array>, features: number): ReadTrees {
  const columns = fieldsOf(fileOf(files, "data_spec.pb")).messages(1);
  const placeOf = new Map(Array.from({ length: features }, (_, place) => [featureName(place), place]));
  const codes: ReadTrees["codes"] = Array.from({ length: features }, () => null);
  const places = columns.map((column) => placeOf.get(column.text(2)));
  let classes: number[] = [];
  columns.forEach((column, i) => {
    const place = places[i];
    if (column.number(1) !== kinds.categorical) return;
    const own = dictionaryOf(column);
    // Levels begin with "=", so that none is the library's name for all others.
    if (place !== undefined)
      codes[place] = new Map(
        [...own].flatMap(([text, code]) => (text.startsWith("=") ? [[text.slice(1), code] as const] : [])),
      );
    else if (column.text(2) === labelName)
      classes = [...own]
        .filter(([, code]) => code > 0)
        .sort(([, a], [, b]) => a - b)
        .map(([text]) => Number(text));
  });
  const header = fieldsOf(fileOf(files, "gradient_boosted_trees_header.pb"));
  const base = header.floats(4);
  const outputs = header.number(5, 1);
  if (header.text(7) !== "BLOB_SEQUENCE" || header.number(1) !== 1 || base.length !== outputs)
    throw other("trees in one file of the format BLOB_SEQUENCE");
  const nodes = recordsOf(fileOf(files, "nodes-00000-of-00001"));
  let next = 0;
  const nodeOf = (depth: number): TreeNode => {
    if (next === nodes.length || depth > deepest) throw other("whole trees");
    const node = fieldsOf(nodes[next++]);
    const condition = node.message(3);
    if (condition === null) return { value: node.message(2)?.number(1) ?? 0 };
    const column = places[condition.number(2)];
    const test = testOf(condition.message(3), columns[condition.number(2)]);
    if (column === undefined || test === null) throw other("conditions on one column");
    // The branch of rows that don't meet the condition comes first.
    const no = nodeOf(depth + 1);
    return { column, ...test, missing: condition.number(1) === 1, yes: nodeOf(depth + 1), no };
  };
  const trees: ReadTrees["trees"][number][] = [];
  while (next < nodes.length) trees.push({ output: trees.length % outputs, root: nodeOf(0) });
  if (trees.length !== header.number(2)) throw other(`${header.number(2)} trees`);
  return { base, trees, classes, codes };
}

const kinds = { categorical: 4 } as const;

/** Texts of a column by their codes, from 0 on. */
function dictionaryOf(column: Fields): Map<string, number> {
  const items = column.message(6)?.messages(7) ?? [];
  return new Map(items.map((item) => [item.text(1), item.message(2)?.number(1) ?? 0]));
}

/** The condition of a node; null for one that isn't on a single column of numbers or texts. */
function testOf(condition: Fields | null, column: Fields | undefined): Pick<TreeSplit, "test"> | null {
  if (condition === null || column === undefined) return null;
  if (condition.has(1)) return { test: "missing" };
  const higher = condition.message(2);
  if (higher !== null) return { test: { atLeast: higher.number(1) } };
  const listed = condition.message(4);
  if (listed !== null) return { test: { among: listed.integers(1) } };
  const bitmap = condition.message(5)?.bytes(1);
  if (bitmap === undefined || bitmap === null) return null;
  const size = column.message(6)?.number(2) ?? 0;
  const codes = Array.from({ length: Math.min(size, 8 * bitmap.length) }, (_, code) => code);
  return { test: { among: codes.filter((code) => (bitmap[code >> 3] >> (code & 7)) & 1) } };
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes === undefined) throw other(`the file ${name}`);
  return bytes;
}

/** The records of a file: a head of 8 bytes, then for each its length and its bytes. */
function recordsOf(bytes: Uint8Array): Uint8Array[] {
  if (bytes[0] !== 0x42 || bytes[1] !== 0x53 || bytes[2] !== 0) throw other("a sequence of records");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Uint8Array[] = [];
  for (let at = 8; at < bytes.length; ) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) throw other("whole records");
    records.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return records;
}

/** The fields of a message by their numbers. */
interface Fields {
  has(field: number): boolean;
  /** The last value of a number; of a field that isn't there, the default. */
  number(field: number, missing?: number): number;
  floats(field: number): number[];
  /** Packed integers. */
  integers(field: number): number[];
  text(field: number): string;
  bytes(field: number): Uint8Array | null;
  message(field: number): Fields | null;
  messages(field: number): Fields[];
}

function fieldsOf(bytes: Uint8Array): Fields {
  const found = new Map<number, (number | Uint8Array)[]>();
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    const value = readValue(reader, wire);
    if (value === null) reader.skip(wire, field);
    else if (found.has(field)) found.get(field)!.push(value);
    else found.set(field, [value]);
  }
  const all = (field: number): (number | Uint8Array)[] => found.get(field) ?? [];
  const blobs = (field: number): Uint8Array[] => all(field).filter((value) => typeof value !== "number");
  const numbers = (field: number): number[] => all(field).filter((value) => typeof value === "number");
  const fields: Fields = {
    has: (field) => found.has(field),
    number: (field, missing = 0) => numbers(field).at(-1) ?? missing,
    floats: numbers,
    integers: (field) => [...numbers(field), ...blobs(field).flatMap(integersOf)],
    text: (field) => new TextDecoder().decode(blobs(field).at(-1)),
    bytes: (field) => blobs(field).at(-1) ?? null,
    message: (field) => fields.messages(field).at(-1) ?? null,
    messages: (field) => blobs(field).map(fieldsOf),
  };
  return fields;
}

function readValue(reader: BinaryReader, wire: WireType): number | Uint8Array | null {
  if (wire === WireType.Varint) return Number(reader.int64());
  if (wire === WireType.Bit32) return reader.float();
  if (wire === WireType.Bit64) return reader.double();
  return wire === WireType.LengthDelimited ? reader.bytes() : null;
}

function integersOf(bytes: Uint8Array): number[] {
  const reader = new BinaryReader(bytes);
  const values: number[] = [];
  while (reader.pos < reader.len) values.push(reader.int32());
  return values;
}
