import { rangeError, typeError } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { parseJson } from "../engine/parse-json.ts";
import { fromFloat16, toFloat16 } from "./float16.ts";

/** A named tensor on the host, row by row. Data of any other kind have no name in the files written here. */
export interface Tensor {
  shape: number[];
  data: Float32Array | Float64Array | Int32Array | Uint32Array;
}

/** What a safetensors file holds. */
export interface Safetensors {
  tensors: Record<string, Tensor>;
  /** Text entries of the header. */
  metadata: Record<string, string>;
}

/** A kind of numbers: what they are on the host, and how one is read and written. */
interface KindOfNumbers {
  array: new (length: number) => Tensor["data"];
  width: number;
  get(view: DataView, at: number): number;
  set(view: DataView, at: number, value: number): void;
}

/** The kinds of numbers by their names in the format. */
const kinds = {
  F64: {
    array: Float64Array,
    width: 8,
    get: (view, at) => view.getFloat64(at, true),
    set: (view, at, value) => view.setFloat64(at, value, true),
  },
  F32: {
    array: Float32Array,
    width: 4,
    get: (view, at) => view.getFloat32(at, true),
    set: (view, at, value) => view.setFloat32(at, value, true),
  },
  I32: {
    array: Int32Array,
    width: 4,
    get: (view, at) => view.getInt32(at, true),
    set: (view, at, value) => view.setInt32(at, value, true),
  },
  U32: {
    array: Uint32Array,
    width: 4,
    get: (view, at) => view.getUint32(at, true),
    set: (view, at, value) => view.setUint32(at, value, true),
  },
  F16: {
    array: Float32Array,
    width: 2,
    get: (view, at) => fromFloat16(view.getUint16(at, true)),
    set: (view, at, value) => view.setUint16(at, toFloat16(value), true),
  },
} as const satisfies Record<string, KindOfNumbers>;

type Kind = keyof typeof kinds;

/** The name of a kind of numbers in the format, as exact as they are; null for one that files don't hold. */
export function kindOf(data: unknown): Exclude<Kind, "F16"> | null {
  const names = (Object.keys(kinds) as Kind[]).filter((name) => name !== "F16");
  return names.find((name) => data instanceof kinds[name].array) ?? null;
}

/**
 * Writes tensors in the safetensors format: a little-endian header length, a JSON header, then the raw numbers.
 *
 * @param tensors by name: float32, float64, int32 or uint32
 * @param metadata text entries for the header's `__metadata__`
 * @param options `half`: float32 numbers are written as float16, in half the bytes, rounded to 11 binary digits and to infinity from
 * 65520 on; default false
 * @returns the bytes of the file
 * @throws RangeError, TypeError for data that don't have the size of the shape, or of another kind, options that are none
 * @example
 * const bytes = writeSafetensors({ bias: { shape: [2], data: Float32Array.of(1, 2) } }, { made: "here" })
 * readSafetensors(bytes).tensors.bias.data // [1, 2]
 * @see https://github.com/huggingface/safetensors, section "Format"
 */
export function writeSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
  options: { half?: boolean } = {},
): Uint8Array {
  readOptions("writeSafetensors", options, { half: true });
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  const ofKind = Object.entries(tensors).map(([name, { shape, data }]) => {
    const exact = kindOf(data);
    if (exact === null) throw typeError(`tensor ${name}`, "float32, float64, int32 or uint32 numbers", data);
    if (data.length !== tensorSize(shape))
      throw rangeError(`tensor ${name}`, `${tensorSize(shape)} numbers`, data);
    const dtype: Kind = options.half && exact === "F32" ? "F16" : exact;
    return { name, shape, data, dtype, width: kinds[dtype].width };
  });
  // Wide numbers first: each tensor then starts at a multiple of its own width, as readers that map files want it.
  const inOrder = ofKind.toSorted((a, b) => b.width - a.width);
  for (const { name, shape, data, dtype, width } of inOrder) {
    const end = offset + width * data.length;
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data starts at a multiple of 8; the header is filled up with spaces, as the format says.
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const { data, dtype, width } of inOrder)
    for (const value of data) {
      kinds[dtype].set(view, at, value);
      at += width;
    }
  return bytes;
}

/**
 * Reads the tensors of a safetensors file: float32, float64, int32, uint32, and float16 as the float32 numbers that they are.
 *
 * @param bytes of the whole file
 * @param options `finite`: refuses tensors with NaN or infinite numbers, which no trained model has; default false
 * @returns tensors and text entries by name
 * @throws RangeError, TypeError saying what is wrong with a file that is cut off, corrupt, or holds other dtypes, and for options that are
 * none
 * @example
 * const { tensors, metadata } = readSafetensors(writeSafetensors({ w: { shape: [], data: Int32Array.of(3) } }, { made: "here" }))
 * tensors.w.data // [3]
 * metadata.made // "here"
 * @see https://github.com/huggingface/safetensors, section "Format"
 */
export function readSafetensors(bytes: Uint8Array, options: { finite?: boolean } = {}): Safetensors {
  readOptions("readSafetensors", options, { finite: true });
  if (!(bytes instanceof Uint8Array)) throw typeError("safetensors", "a Uint8Array of a file's bytes", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw rangeError("safetensors", "a header of at least 8 bytes", bytes.length);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8)
    throw rangeError(
      "safetensors",
      `a header within the file of ${bytes.length} bytes, as such files have`,
      length,
    );
  const start = 8 + length;
  const { __metadata__: metadata = {}, ...entries } = parseHeader(bytes.subarray(8, start));
  if (!isTextMap(metadata)) throw typeError("safetensors, __metadata__", "texts by name", metadata);
  const tensors: Record<string, Tensor> = {};
  let total = 0;
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) throw typeError(`tensor ${name}`, "dtype, shape and data_offsets", entry);
    if (!Object.hasOwn(kinds, entry.dtype))
      throw typeError(`tensor ${name}`, `dtype ${Object.keys(kinds).join(", ")}`, entry.dtype);
    const { array, width, get } = kinds[entry.dtype as Kind];
    const [from, to] = entry.data_offsets;
    const size = tensorSize(entry.shape);
    if (to - from !== width * size)
      throw rangeError(`safetensors, tensor ${name}`, `${width * size} bytes`, to - from);
    if (start + to > bytes.length)
      throw rangeError(`safetensors, tensor ${name}`, `a file of at least ${start + to} bytes`, bytes.length);
    total += to - from;
    // Any number of entries may name the same bytes.
    if (total > bytes.length - start)
      throw new RangeError(
        `safetensors, tensor ${name}: expected tensors that do not overlap, got one that does`,
      );
    const data = new array(size);
    for (let i = 0; i < size; i++) data[i] = get(view, start + from + width * i);
    const wrong = options.finite
      ? (data as Float32Array).find((value) => !Number.isFinite(value))
      : undefined;
    if (wrong !== undefined) throw rangeError(`safetensors, tensor ${name}`, "finite numbers", wrong);
    tensors[name] = { shape: entry.shape, data };
  }
  return { tensors, metadata };
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw typeError("safetensors", "a JSON header", "something else");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw typeError("safetensors", "a JSON object as header", header);
  return header as Record<string, unknown>;
}

function isTextMap(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === "string");
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Entry>;
  const areSizes = (list: unknown): boolean =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  return typeof dtype === "string" && areSizes(shape) && areSizes(offsets) && offsets?.length === 2;
}

function tensorSize(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
