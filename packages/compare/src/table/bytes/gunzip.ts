import { dataError, sizeText, TooLargeError } from "../data-error.ts";

/** Whether the bytes start like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content of a gzip file, by the platform's DecompressionStream (browsers and Node). Several members, as `cat a.gz b.gz`
 * leaves them, follow one another; zeros behind the end are none.
 *
 * @throws DataError if the file is damaged or unpacks to more than `limit` bytes.
 */
export async function gunzip(bytes: Uint8Array, file: string, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let room = limit;
  for (let rest = bytes; rest.length > 0; ) {
    const member = await firstMember(rest, room, file);
    if (member === null) throw dataError({ file }, "expected a whole gzip file", "damaged or cut-off data");
    for (const part of member.parts) {
      parts.push(part);
      room -= part.length;
    }
    rest = withoutZeros(rest.subarray(member.size));
  }
  const all = new Uint8Array(limit - room);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

interface Member {
  parts: Uint8Array[];
  /** Of its packed bytes. */
  size: number;
}

/** The first member of a gzip file: all of it, or up to where another begins; null where there is none that is whole. */
async function firstMember(bytes: Uint8Array, room: number, file: string): Promise<Member | null> {
  const whole = await unpack(bytes, room, file);
  if (whole !== null) return { parts: whole, size: bytes.length };
  // The platform's decoder takes a single member and nothing behind it. Some thousand places may look like the next.
  for (let at = 18, tries = 0; tries < 1000; tries++) {
    at = bytes.indexOf(0x1f, at);
    while (at >= 0 && !(bytes[at + 1] === 0x8b && bytes[at + 2] === 8)) at = bytes.indexOf(0x1f, at + 1);
    if (at < 0) break;
    const parts = await unpack(bytes.subarray(0, at), room, file);
    if (parts !== null) return { parts, size: at };
    at++;
  }
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  // The length at the end of a member has zeros itself.
  for (const size of [end, end + 1, end + 2, end + 3]) {
    if (size >= bytes.length) break;
    const parts = await unpack(bytes.subarray(0, size), room, file);
    if (parts !== null) return { parts, size };
  }
  return null;
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  return bytes.every((byte) => byte === 0) ? bytes.subarray(0, 0) : bytes;
}

/** The content of a single member, or null where the bytes aren't one. */
async function unpack(bytes: Uint8Array, room: number, file: string): Promise<Uint8Array[] | null> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (true) {
    const next = await reader.read().catch(() => null);
    if (next === null) return null;
    if (next.done) return parts;
    parts.push(next.value);
    length += next.value.length;
    if (length > room) {
      await reader.cancel();
      throw new TooLargeError(
        `${file}: expected at most ${sizeText(room)} after unpacking, so that the memory suffices, got more`,
      );
    }
  }
}
