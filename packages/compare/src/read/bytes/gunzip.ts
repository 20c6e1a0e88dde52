import { dataError, sizeText, TooLargeError } from "../../data-error.ts";

/** Whether the bytes start like a gzip file. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Packed bytes between two reports of progress. */
const step = 1 << 16;

/** Bytes, packed and unpacked, after which the event loop gets a turn, so that a signal is heard. */
const turn = 1 << 23;

/**
 * Returns the content of a gzip file. Several members, as `cat a.gz b.gz` makes them, follow one another; zeros behind the last one are
 * padding. The time is linear in the packed and unpacked bytes, whatever the file holds.
 *
 * @param limit the most bytes of content
 * @param progress called now and then with the number of packed bytes that are read, and that of all
 * @throws DataError if the file is damaged or unpacks to more than `limit` bytes.
 */
export async function gunzip(
  bytes: Uint8Array,
  file: string,
  limit: number,
  progress?: (done: number, total: number) => void,
): Promise<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): void => {
    length += part.length;
    if (length > limit)
      throw new TooLargeError(
        `${file}: expected at most ${sizeText(limit)} after unpacking, so that the memory suffices, got more`,
      );
    parts.push(part);
  };
  // The platform's decoder is several times faster, but takes a single member and nothing behind it.
  if (!(await singleMember(bytes, add, progress))) {
    parts = [];
    length = 0;
    if (!(await severalMembers(bytes, add, progress)))
      throw dataError({ file }, "expected a whole gzip file", "damaged or cut-off data");
  }
  const all = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

type Add = (part: Uint8Array) => void;
type Progress = ((done: number, total: number) => void) | undefined;

/** Unpacks a file by the platform's DecompressionStream (browsers and Node); false where it is not a single whole member. */
async function singleMember(bytes: Uint8Array, add: Add, progress: Progress): Promise<boolean> {
  let at = 0;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      controller.enqueue(bytes.slice(at, at + step));
      at = Math.min(at + step, bytes.length);
      progress?.(at, bytes.length);
      if (at === bytes.length) controller.close();
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  while (true) {
    const next = await reader.read().catch(() => null);
    if (next === null) return false;
    if (next.done) return true;
    try {
      add(next.value);
    } catch (error) {
      await reader.cancel();
      throw error;
    }
  }
}

/** Unpacks members that follow one another; false where one is damaged. */
async function severalMembers(bytes: Uint8Array, add: Add, progress: Progress): Promise<boolean> {
  const { ZStream, zlibInflate, zlibInflateInit2, zlibInflateReset, Z_NO_FLUSH, Z_OK, Z_STREAM_END } =
    await import("pako");
  const stream = new ZStream();
  zlibInflateInit2(stream, 15 + 16); // the largest window, with the header and the checksum of gzip
  stream.input = bytes;
  stream.avail_in = bytes.length;
  for (let since = 0; ; ) {
    if (stream.avail_out === 0) {
      stream.output = new Uint8Array(step);
      stream.avail_out = step;
      stream.next_out = 0;
    }
    const before = stream.next_in + stream.next_out;
    const result = zlibInflate(stream, Z_NO_FLUSH);
    since += stream.next_in + stream.next_out - before;
    const ended = result === Z_STREAM_END && (stream.avail_in === 0 || bytes[stream.next_in] === 0);
    if (stream.avail_out === 0 || ended) add(stream.output.subarray(0, stream.next_out));
    if (ended) return bytes.subarray(stream.next_in).every((byte) => byte === 0);
    if (result === Z_STREAM_END) zlibInflateReset(stream);
    else if (result !== Z_OK) return false;
    if (since > turn) {
      since = 0;
      progress?.(stream.next_in, bytes.length);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}
