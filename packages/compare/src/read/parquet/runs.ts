import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readVarInt } from "hyparquet/src/thrift.js";
import type { Leaf } from "./fields.ts";
import { longest } from "./thrift.ts";

/** Bytes that are read from front to back. */
export interface Reader {
  view: DataView<ArrayBufferLike>;
  offset: number;
}

/** Values that writers append to fill the last groups of eight. */
const padding = 512;

/** Bytes of a decimal number; reading one takes quadratic time. */
const mostDigits = 64;

/**
 * Checks that runs of equal or packed values, and the groups in them, are no longer than the values that are left. A page of ten bytes
 * could ask for a thousand million otherwise.
 *
 * @param count values that the runs hold
 * @param length bytes of the runs; they begin with it where it is not given
 * @param most value that is counted
 * @returns how many values are `most`
 */
export function checkRuns(reader: Reader, width: number, count: number, length?: number, most = -1): number {
  const { view } = reader;
  let size = length;
  if (size === undefined) {
    size = view.getUint32(reader.offset, true);
    reader.offset += 4;
  }
  const start = reader.offset;
  let found = 0;
  for (let seen = 0; seen < count; ) {
    const header = readVarInt(reader) >>> 0;
    const packed = (header & 1) === 1;
    const run = packed ? (header >>> 1) * 8 : header >>> 1;
    if (run > count - seen + padding) throw new Error(`a run of ${run} among ${count} values`);
    const taken = Math.min(run, count - seen);
    if (packed) {
      if (most >= 0) found += countPacked(view, reader.offset, width, taken, most);
      reader.offset += Math.max(1, (run / 8) * width);
    } else {
      if (most >= 0 && width > 0 && view.getUint8(reader.offset) === most) found += taken;
      reader.offset += (width + 7) >> 3;
    }
    seen += run;
  }
  reader.offset = start + size;
  return found;
}

/** Checks levels of lists or of missing values; returns how many have the highest level. */
export function checkLevels(reader: Reader, highest: number, count: number, length?: number): number {
  return checkRuns(reader, 32 - Math.clz32(highest), count, length, highest);
}

/** How many of some values of at most 8 bits are `wanted`. */
function countPacked(view: DataView, from: number, width: number, count: number, wanted: number): number {
  const mask = (1 << width) - 1;
  let found = 0;
  for (let i = 0, bit = 0; i < count; i++, bit += width) {
    const at = from + (bit >> 3);
    const low = view.getUint8(at);
    const high = (bit & 7) + width > 8 ? view.getUint8(at + 1) : 0;
    if ((((low | (high << 8)) >> (bit & 7)) & mask) === wanted) found++;
  }
  return found;
}

/**
 * Checks values that are split into streams of their first bytes, second bytes, and so on: hyparquet takes memory for all of them before it
 * reads one.
 */
export function checkSplit({ view, offset }: Reader, count: number, { element, ...leaf }: Leaf): void {
  if (element.type !== "FIXED_LEN_BYTE_ARRAY") return;
  const length = element.type_length ?? 0;
  if (isDecimal({ element, ...leaf })) checkDigits(length);
  if (count * length > view.byteLength - offset)
    throw new Error(`${count} values of ${length} bytes, which are more than the page has`);
}

const isDecimal = ({ element }: Leaf): boolean => element.converted_type === "DECIMAL";

/** Checks the lengths of decimals that are texts of bytes; all other plain values are as long as the page. */
export function checkPlain(reader: Reader, count: number, leaf: Leaf): void {
  if (!isDecimal(leaf)) return;
  if (leaf.element.type === "FIXED_LEN_BYTE_ARRAY") checkDigits(leaf.element.type_length ?? 0);
  if (leaf.element.type !== "BYTE_ARRAY") return;
  for (let i = 0; i < count; i++) {
    const length = reader.view.getUint32(reader.offset, true);
    checkDigits(length);
    reader.offset += 4 + length;
  }
}

function checkDigits(bytes: number): void {
  if (bytes > mostDigits) throw new Error(`a decimal number of ${bytes} bytes`);
}

/**
 * Checks differences of numbers or of lengths: the sizes of their blocks, numbers without an end, and what texts that begin like the one before them come to.
 *
 * @param take subtracts unpacked bytes from those that are allowed
 */
export function checkDelta(
  reader: Reader,
  encoding: string,
  count: number,
  leaf: Leaf,
  take: (bytes: number) => void,
): void {
  if (count === 0) return;
  if (encoding === "DELTA_BINARY_PACKED") {
    const head = { ...reader };
    const { block, parts } = blocksOf(head);
    if (leaf.element.type !== "INT32") checkLongs(head, block / parts, parts, count);
    return;
  }
  const first = lengthsOf(reader, count);
  const second = encoding === "DELTA_BYTE_ARRAY" ? lengthsOf(reader, count) : null;
  let before = 0;
  for (const [i, length] of first.entries()) {
    // All lengths but those of equal beginnings are within the page.
    if (second !== null && length > before)
      throw new Error("a text with a longer beginning than the one before it");
    before = second === null ? length : length + second[i]!;
    if (isDecimal(leaf)) checkDigits(before);
    if (second !== null) take(length);
  }
}

function lengthsOf(reader: Reader, count: number): Int32Array {
  blocksOf({ ...reader });
  const lengths = new Int32Array(count);
  deltaBinaryUnpack(reader, count, lengths);
  return lengths;
}

/** Numbers of a block of differences, and its parts, which are the first of three numbers in front of them. */
function blocksOf(reader: Reader): { block: number; parts: number } {
  const [block, parts] = [readVarInt(reader), readVarInt(reader)];
  if (!(block > 0 && parts > 0 && block % parts === 0 && block <= 1 << 24))
    throw new Error(`blocks of ${block} numbers in ${parts} parts`);
  readVarInt(reader);
  return { block, parts };
}

/**
 * Checks the blocks of differences of 64 bits. hyparquet takes quadratic time for a number without an end, so that this goes in its steps from
 * one block to the next.
 *
 * @param reader behind the first three numbers
 * @param size values of a part
 */
function checkLongs(reader: Reader, size: number, parts: number, count: number): void {
  checkLong(reader);
  for (let seen = 1; seen < count; ) {
    checkLong(reader);
    const widths = reader.offset;
    reader.offset += parts;
    for (let i = 0; i < parts && seen < count; i++, seen += size) {
      const width = reader.view.getUint8(widths + i);
      if (width > 64) throw new Error(`differences of ${width} bits`);
      reader.offset += 4 * Math.floor((size * width) / 32);
    }
  }
}

function checkLong(reader: Reader): void {
  for (let i = 0; i < longest; i++) if (reader.view.getUint8(reader.offset++) < 0x80) return;
  throw new Error("a number of more than 64 bits");
}
