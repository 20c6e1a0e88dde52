import { rangeError, typeError } from "minimand/engine";

/** A named tensor on the host. */
export interface Tensor {
  shape: number[];
  data: Float32Array;
}

/**
 * Writes float32 tensors in the safetensors format: a little-endian header length, a JSON header, then the raw data.
 *
 * @param metadata text entries for the header's `__metadata__`
 * @see https://github.com/huggingface/safetensors, section "Format"
 */
export function writeSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (data.length !== sizeOf(shape)) throw rangeError(`tensor ${name}`, `${sizeOf(shape)} numbers`, data);
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + 4 * data.length] };
    offset += 4 * data.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The data starts at a multiple of 8; the header is filled up with spaces, as the format says.
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  let at = 8 + padded;
  for (const { data } of Object.values(tensors)) {
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/**
 * Reads the float32 tensors of a safetensors file.
 *
 * @throws RangeError, TypeError saying what is wrong with a file that is cut off, corrupt, or holds other dtypes
 */
export function readSafetensors(bytes: Uint8Array): Record<string, Tensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw rangeError("safetensors", "a header of at least 8 bytes", bytes.length);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8)
    throw rangeError("safetensors", `a header within the file of ${bytes.length} bytes`, length);
  const start = 8 + length;
  const tensors: Record<string, Tensor> = {};
  for (const [name, entry] of Object.entries(parseHeader(bytes.subarray(8, start)))) {
    if (name === "__metadata__") continue;
    if (!isEntry(entry)) throw typeError(`tensor ${name}`, "dtype, shape and data_offsets", entry);
    if (entry.dtype !== "F32") throw typeError(`tensor ${name}`, "dtype F32", entry.dtype);
    const [from, to] = entry.data_offsets;
    const size = sizeOf(entry.shape);
    if (to - from !== 4 * size)
      throw rangeError(`safetensors, tensor ${name}`, `${4 * size} bytes`, to - from);
    if (start + to > bytes.length)
      throw rangeError(`safetensors, tensor ${name}`, `a file of at least ${start + to} bytes`, bytes.length);
    tensors[name] = {
      shape: entry.shape,
      data: Float32Array.from({ length: size }, (_, i) => view.getFloat32(start + from + 4 * i, true)),
    };
  }
  return tensors;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw typeError("safetensors", "a JSON header", "something else");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header))
    throw typeError("safetensors", "a JSON object as header", header);
  return header as Record<string, unknown>;
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, shape, data_offsets: offsets } = value as Partial<Entry>;
  const areSizes = (list: unknown): boolean =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  return typeof dtype === "string" && areSizes(shape) && areSizes(offsets) && offsets?.length === 2;
}

/** Number of entries of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
