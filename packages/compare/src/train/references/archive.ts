/** Packs named files in one piece of bytes: the length of a header as uint32, the header as JSON, then the files one after another. */
export function packFiles(about: object, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sizes = [...files].map(([name, { length }]) => [name, length]);
  const header = new TextEncoder().encode(JSON.stringify({ ...about, files: sizes }));
  const bytes = new Uint8Array(4 + header.length + sum([...files.values()].map(({ length }) => length)));
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  let at = 4 + header.length;
  for (const content of files.values()) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/** Returns what {@link packFiles} packed; null for other bytes, and where some are missing or too many. */
export function unpackFiles(
  bytes: Uint8Array,
): { about: Record<string, unknown>; files: Map<string, Uint8Array> } | null {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + length));
    const { files: sizes, ...about } = JSON.parse(text) as { files: [string, number][] };
    // One below 0 would let others have bytes in common, which are copied.
    if (!sizes.every(([, size]) => Number.isInteger(size) && size >= 0)) return null;
    if (4 + length + sum(sizes.map(([, size]) => size)) !== bytes.length) return null;
    let at = 4 + length;
    const files = new Map<string, Uint8Array>();
    for (const [name, size] of sizes) {
      files.set(name, bytes.slice(at, at + size));
      at += size;
    }
    return { about, files };
  } catch {
    return null;
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
