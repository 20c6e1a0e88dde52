import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { UsageError } from "../failure.ts";
import { tell } from "../printable.ts";

/** Reading takes about four times the size of a file, and training needs memory, too. */
const memoryShare = 1 / 6;

/** Bytes from which on reading takes long enough for a word. */
const many = 10_000_000;

/** The most bytes that are read: what the free memory suffices for. */
export function mostBytes(): number {
  return Math.floor(process.availableMemory() * memoryShare);
}

/**
 * All bytes of a file or stream with their SHA-256. That many are being read is said at once.
 *
 * @param name for messages
 * @throws UsageError for more than {@link mostBytes}, before it is read where the size is known; errors of the operating system
 */
export async function readBytes(
  source: string | Readable,
  name: string,
  most = mostBytes(),
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const size = typeof source === "string" ? await sizeOf(source) : 0;
  checkSize(size, most, name);
  let said = size >= many;
  if (said) tell(`reading ${name}, ${Math.round(size / 1e6)} MB`);
  const hash = createHash("sha256");
  let bytes = new Uint8Array(size);
  let length = 0;
  // Large buffers for small files keep the garbage collector busy.
  const highWaterMark = Math.min(Math.max(size, 1 << 16), 1 << 22);
  const chunks = typeof source === "string" ? createReadStream(source, { highWaterMark }) : source;
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    // A pipe has no size, and a file may grow.
    if (length + chunk.length > bytes.length) {
      checkSize(length + chunk.length, most, name);
      bytes = new Uint8Array(bytes.buffer.transfer(Math.max(2 * bytes.length, length + chunk.length)));
    }
    bytes.set(chunk, length);
    length += chunk.length;
    if (!said && length >= many) {
      said = true;
      tell(`reading ${name}`);
    }
  }
  return { bytes: bytes.subarray(0, length), sha256: hash.digest("hex") };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path);
  // The error of a read from a folder names none.
  if (found.isDirectory()) throw new UsageError(`${path}: is a folder, expected a file`);
  // Some devices never end.
  if (found.isCharacterDevice() || found.isBlockDevice())
    throw new UsageError(`${path}: expected a file or a pipe, got a device`);
  return found.size;
}

function checkSize(size: number, most: number, name: string): void {
  if (size <= most) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(3)} GB`;
  throw new UsageError(
    `${name}: expected at most ${gigabytes(most)}, a sixth of the memory that is free, got ${gigabytes(size)} or more`,
  );
}
