import { parseJson, rangeError, typeError } from "minimand/engine";
import { noSnapshot } from "../learner.ts";

/*
 * Plain data with typed arrays as bytes: "MNMB", version, length of the text, length of the numbers, checksum (32 bits each,
 * little-endian), the text (JSON, in which arrays are places among the numbers), the numbers.
 */
const magic = 0x424d4e4d;
const header = 20;

const kinds = { Float64Array, Float32Array, Int32Array, Uint32Array, Uint8Array };
type Kind = keyof typeof kinds;

/** Packs data as bytes. Everything must be JSON, a typed array, or a number that isn't finite. */
export function pack(value: unknown, version: number): Uint8Array<ArrayBuffer> {
  const arrays: { bytes: Uint8Array; at: number }[] = [];
  let size = 0;
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "number" && !Number.isFinite(part)) return { $number: String(part) };
    if (!ArrayBuffer.isView(part)) return part;
    const kind = part.constructor.name;
    if (!(kind in kinds)) throw typeError("snapshot", Object.keys(kinds).join(", "), part);
    const at = size;
    arrays.push({ bytes: new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at });
    size += Math.ceil(part.byteLength / 8) * 8;
    return { $array: kind, at, length: (part as Uint8Array).length };
  });
  const words = new TextEncoder().encode(text);
  const start = header + Math.ceil((words.length + 4) / 8) * 8 - 4;
  const bytes = new Uint8Array(start + size);
  bytes.set(words, header);
  for (const array of arrays) bytes.set(array.bytes, start + array.at);
  const view = new DataView(bytes.buffer);
  [magic, version, words.length, size].forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  view.setUint32(16, checksum(bytes), true);
  return bytes;
}

/**
 * Returns what {@link pack} packed.
 *
 * @throws TypeError for other bytes; RangeError for another version, bytes that were cut short or changed
 */
export function unpack(bytes: Uint8Array, version: number): unknown {
  if (!(bytes instanceof Uint8Array)) throw noSnapshot("a bandit", bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < header || view.getUint32(0, true) !== magic) throw noSnapshot("a bandit", bytes);
  const found = view.getUint32(4, true);
  if (found !== version) throw rangeError("snapshot.version", String(version), found);
  const words = view.getUint32(8, true);
  const start = header + Math.ceil((words + 4) / 8) * 8 - 4;
  const whole = start + view.getUint32(12, true);
  if (bytes.length !== whole) throw rangeError("snapshot", `${whole} bytes`, bytes.length);
  // A copy begins where numbers of 8 bytes may begin. (What slice gives of a Buffer is no copy.)
  const own = new Uint8Array(bytes);
  if (checksum(own) !== view.getUint32(16, true))
    throw rangeError("snapshot", "bytes that are as they were written", bytes);
  const text = new TextDecoder().decode(own.subarray(header, header + words));
  let room = own.length - start;
  return parseJson(text, (_, part: unknown) => {
    if (typeof part !== "object" || part === null) return part;
    if ("$number" in part) return Number(part.$number);
    if (!("$array" in part)) return part;
    const place = part as Place;
    // Any number of arrays may name the same bytes.
    if (isPlace(place)) room -= byteLength(place);
    if (!isPlace(place) || place.at + byteLength(place) > own.length - start || room < 0)
      throw rangeError("snapshot", "arrays among its numbers, none twice", part);
    const from = start + place.at;
    return new kinds[place.$array](own.buffer.slice(from, from + byteLength(place)));
  });
}

/** An array among the numbers. */
interface Place {
  $array: Kind;
  at: number;
  length: number;
}

function isPlace({ $array: kind, at, length }: Place): boolean {
  return (
    Object.hasOwn(kinds, kind) &&
    [at, length].every((count) => Number.isSafeInteger(count) && count >= 0) &&
    at % kinds[kind].BYTES_PER_ELEMENT === 0
  );
}

function byteLength({ $array: kind, length }: Place): number {
  return length * kinds[kind].BYTES_PER_ELEMENT;
}

/** Of everything behind the header and of its first 16 bytes; words of 32 bits, as it must be quick. */
function checksum(bytes: Uint8Array<ArrayBuffer>): number {
  const whole = Math.floor(bytes.length / 4);
  const words = new Uint32Array(bytes.buffer, 0, whole);
  let hash = 0x811c9dc5;
  for (let i = 0; i < whole; i++) if (i !== 4) hash = Math.imul(hash ^ words[i], 0x01000193) ^ (hash >>> 15);
  for (let i = 4 * whole; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash >>> 0;
}
