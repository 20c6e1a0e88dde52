const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Returns a text with line ends `\n` only; `\r\r\n`, as programs that open a file twice leave it, is one. */
export function decodeLines(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  if (!text.includes("\r")) return text;
  const lines = text.replaceAll("\r\n", "\n");
  if (!lines.includes("\r")) return lines;
  return lines.replace(/\r+\n?/g, (run) => (run.endsWith("\n") ? "\n" : "\n".repeat(run.length)));
}

/** The byte that ends lines: `\n`, or `\r` where the text has no other. */
function newlineOf(bytes: Uint8Array): number {
  return bytes.includes(10) ? 10 : 13;
}

/**
 * Cuts a text into stretches of whole lines, of about `size` bytes each.
 *
 * @yields where each begins and ends
 */
export function* blocksOf(
  bytes: Uint8Array,
  from: number,
  size: number,
): Generator<[from: number, to: number]> {
  const newline = newlineOf(bytes);
  for (let at = from; at < bytes.length; ) {
    let to = at + size;
    if (to >= bytes.length) to = bytes.length;
    else {
      const before = bytes.subarray(at, to).lastIndexOf(newline);
      const end = before >= 0 ? at + before : bytes.indexOf(newline, to);
      to = end < 0 ? bytes.length : end + 1;
    }
    yield [at, to];
    at = to;
  }
}

/** Lines that the first sample has at least, however long they are. */
const fewestLines = 24;

/** Returns the first stretch of a text and some further ones from the whole of it, each beginning where a line begins. */
export function samplesOf(bytes: Uint8Array, from: number, least: number): string[] {
  const newline = newlineOf(bytes);
  let end = from;
  for (let i = 0; i < fewestLines && end < bytes.length; i++) {
    const next = bytes.indexOf(newline, end);
    end = next < 0 ? bytes.length : next + 1;
  }
  const size = Math.max(least, end - from);
  const take = (start: number, length: number): string => {
    const end = Math.min(bytes.length, start + length);
    const last = end === bytes.length ? end : start + bytes.subarray(start, end).lastIndexOf(newline) + 1;
    return decodeLines(bytes.subarray(start, last > start ? last : end));
  };
  const samples = [take(from, size)];
  if (bytes.length - from <= size) return samples;
  // Always the same places, so that the same file is read in the same way.
  for (const part of [0.23, 0.49, 0.71, 0.97]) {
    const near = bytes.indexOf(newline, from + Math.floor(part * (bytes.length - from)));
    const start = near + 1;
    if (near >= from + size && start < bytes.length) samples.push(take(start, size / 8));
  }
  return samples;
}
