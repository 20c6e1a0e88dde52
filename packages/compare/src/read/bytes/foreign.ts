/** What files begin with that are no tables of text, and what to say of them. */
const beginnings: [bytes: number[], what: string][] = [
  [[0x50, 0x4b, 3, 4], "a ZIP archive or an Excel workbook: save it as CSV"],
  [[0xd0, 0xcf, 0x11, 0xe0], "an old Excel workbook: save it as CSV"],
  [[0x42, 0x5a, 0x68], "a file compressed with bzip2: unpack it, or compress it with gzip"],
  [[0x28, 0xb5, 0x2f, 0xfd], "a file compressed with Zstandard: unpack it, or compress it with gzip"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "a file compressed with xz: unpack it, or compress it with gzip"],
  [[0x37, 0x7a, 0xbc, 0xaf], "a 7-Zip archive: unpack it, or compress it with gzip"],
  [[0x25, 0x50, 0x44, 0x46, 0x2d], "a PDF document"],
];

/** Text that is no table. */
const texts: [pattern: RegExp, what: string][] = [
  [/^(?:<!doctype html|<html)\b/i, "an HTML page"],
  [/^<\?xml\b/i, "XML"],
  [/^version https:\/\/git-lfs\.github\.com\//, "a pointer of Git LFS: fetch the file itself (git lfs pull)"],
];

/** Returns what a file is by its first bytes, if it is known and no table; else null. */
export function foreignKind(bytes: Uint8Array): string | null {
  const found = beginnings.find(([start]) => start.every((byte, i) => bytes[i] === byte));
  if (found !== undefined) return found[1];
  const start = new TextDecoder().decode(bytes.subarray(0, 100)).trimStart();
  return texts.find(([pattern]) => pattern.test(start))?.[1] ?? null;
}
