import { dataError } from "./data-error.ts";

/**
 * Text from the bytes of a file: UTF-8, or UTF-16 (either byte order) with a byte-order mark. The mark is removed.
 *
 * @throws DataError for bytes that are not valid in the encoding (names line and byte offset) and for NUL bytes (a binary file).
 */
export function decodeText(bytes: Uint8Array, file: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, "utf-16le", file);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, "utf-16be", file);
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    throw dataError(
      { file, line: lineAt(bytes, nul) },
      "expected a text file (UTF-8, or UTF-16 with a byte-order mark)",
      `a NUL byte at offset ${nul}: a binary file?`,
    );
  }
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const valid = validUtf8(bytes);
  if (valid < bytes.length) {
    const byte = bytes[valid]!.toString(16).padStart(2, "0").toUpperCase();
    throw dataError(
      { file, line: lineAt(bytes, valid) },
      "expected UTF-8",
      `the byte 0x${byte} at offset ${valid}: save the file as UTF-8`,
    );
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start));
}

function decodeUtf16(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be", file: string): string {
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw dataError({ file }, "expected UTF-16, as the byte-order mark says", "bytes that are not UTF-16");
  }
  if (text.includes("\0"))
    throw dataError({ file }, "expected a text file", "NUL characters: a binary file?");
  return text;
}

/** How many bytes from the start are valid UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF). */
export function validUtf8(bytes: Uint8Array): number {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i]!;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const extra =
      lead >= 0xc2 && lead <= 0xdf
        ? 1
        : lead >= 0xe0 && lead <= 0xef
          ? 2
          : lead >= 0xf0 && lead <= 0xf4
            ? 3
            : 0;
    if (extra === 0) return i;
    // The second byte excludes overlong forms (E0, F0), surrogates (ED) and code points above U+10FFFF (F4).
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    const second = bytes[i + 1];
    if (second === undefined || second < low || second > high) return i;
    for (let k = 2; k <= extra; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return i;
    i += extra + 1;
  }
  return i;
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === 10) line++;
  return line;
}
