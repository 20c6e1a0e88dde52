import { dataError, gigabytes } from "../data-error.ts";

/** Whether the bytes start like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content of a gzip file, by the platform's DecompressionStream (browsers and Node).
 *
 * @throws DataError if the file is damaged or unpacks to more than `limit` bytes.
 */
export async function gunzip(bytes: Uint8Array, file: string, limit: number): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (true) {
    const next = await reader.read().catch(() => {
      throw dataError({ file }, "expected a whole gzip file", "damaged or cut-off data");
    });
    if (next.done) break;
    parts.push(next.value);
    length += next.value.length;
    if (length > limit) {
      await reader.cancel();
      throw dataError(
        { file },
        `expected at most ${gigabytes(limit)} after unpacking, so that the memory suffices`,
        "more",
      );
    }
  }
  const all = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
