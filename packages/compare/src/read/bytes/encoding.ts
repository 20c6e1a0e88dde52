import { dataError } from "../../data-error.ts";
import type { Note } from "../../results.ts";
import { info, warning } from "../notes.ts";
import { validUtf8 } from "./utf8.ts";

/** A text file as UTF-8, without a byte-order mark. */
export interface TextBytes {
  bytes: Uint8Array;
  notes: Note[];
}

type Utf16 = "utf-16le" | "utf-16be";

/**
 * Returns the bytes of a text file as UTF-8.
 *
 * The encoding is what a byte-order mark says; UTF-16 where every second byte is zero; UTF-8 where the bytes are valid;
 * UTF-8 with a few bytes of Windows-1252 where nearly all are; else Windows-1252. All but plain UTF-8 gives a note. A ^Z or
 * zero bytes at the end are left out, with a note.
 *
 * @throws DataError for UTF-32, for bytes that are not what the mark says, for zero bytes elsewhere (a binary file), and for
 *   text that Windows-1252 can't be: bytes that it doesn't have, or more letters beyond ASCII than in it
 */
export function textBytes(bytes: Uint8Array, file: string): TextBytes {
  const marked = byMark(bytes, file);
  const whole = marked ?? byZeros(bytes, file) ?? { bytes, notes: [] };
  const { bytes: content, notes } = trimEnd(whole);
  const zero = content.indexOf(0);
  if (zero >= 0) {
    throw dataError(
      { file, line: lineAt(content, zero) },
      "expected a text file (UTF-8, UTF-16 or Windows-1252)",
      `a NUL byte at offset ${zero}: a binary file?`,
    );
  }
  const valid = validUtf8(content);
  if (valid === content.length) return { bytes: content, notes };
  const read = byWindows1252(content, valid, file);
  return { bytes: read.bytes, notes: [...notes, ...read.notes] };
}

function byMark(bytes: Uint8Array, file: string): TextBytes | null {
  const starts = (...mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff))
    throw dataError({ file }, "expected UTF-8 or UTF-16", "UTF-32: save the file as UTF-8");
  if (starts(0xef, 0xbb, 0xbf))
    return { bytes: bytes.subarray(3), notes: [info("left out a byte-order mark")] };
  const encoding = starts(0xff, 0xfe) ? "utf-16le" : starts(0xfe, 0xff) ? "utf-16be" : null;
  if (encoding === null) return null;
  return fromUtf16(bytes.subarray(2), encoding, "as its byte-order mark says", file);
}

/** UTF-16 without a mark: in the first bytes nearly every second one is zero. */
function byZeros(bytes: Uint8Array, file: string): TextBytes | null {
  const seen = Math.min(bytes.length, 4096) & ~1;
  if (seen < 4) return null;
  const zeros = [0, 0];
  for (let i = 0; i < seen; i++) if (bytes[i] === 0) zeros[i % 2]!++;
  for (const [i, encoding] of (["utf-16be", "utf-16le"] as const).entries()) {
    if (zeros[i]! >= 0.4 * seen && zeros[1 - i] === 0)
      return fromUtf16(bytes, encoding, "as every second byte is zero", file);
  }
  return null;
}

function fromUtf16(bytes: Uint8Array, encoding: Utf16, why: string, file: string): TextBytes {
  try {
    const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
    return {
      bytes: new TextEncoder().encode(text),
      notes: [info(`read as ${encoding.toUpperCase()}, ${why}`)],
    };
  } catch {
    throw dataError({ file }, `expected UTF-16, ${why}`, "bytes that are not UTF-16");
  }
}

/** What a text ended with when ^Z was the end of a file, and what a crash leaves in the last block of one. */
function trimEnd({ bytes, notes }: TextBytes): TextBytes {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0x1a)) end--;
  if (end === bytes.length) return { bytes, notes };
  const what = bytes[end] === 0 ? "zero bytes" : "a ^Z";
  return {
    bytes: bytes.subarray(0, end),
    notes: [...notes, info(`left out ${what} at the end of the file`)],
  };
}

/** A text with bytes that are not UTF-8, the first of them at `first`. */
function byWindows1252(bytes: Uint8Array, first: number, file: string): TextBytes {
  const place = { file, line: lineAt(bytes, first) };
  const byte = `0x${bytes[first]!.toString(16).padStart(2, "0").toUpperCase()}`;
  const refuse = (got: string): never => {
    throw dataError(place, "expected UTF-8 or Windows-1252", `${got}: save the file as UTF-8`);
  };
  if (
    bytes.length - first > 1 &&
    bytes.subarray(first + 1).every((b) => (b & 0xc0) === 0x80) &&
    bytes[first]! >= 0xc2
  )
    refuse(`the byte ${byte} at offset ${first}, where the file ends within a character`);
  let [stray, characters] = [0, 0];
  eachPiece(bytes, first, (valid, from, to) => {
    if (valid) characters += countWide(bytes, from, to);
    else stray += to - from;
  });
  const mostlyUtf8 = characters >= 10 * stray;
  let [ascii, beyond] = [0, 0];
  eachPiece(bytes, first, (valid, from, to) => {
    for (let i = from; i < to; i++) {
      const b = bytes[i]!;
      if (!valid && (b === 0x81 || b === 0x8d || b === 0x8f || b === 0x90 || b === 0x9d))
        refuse(`the byte ${byte} at offset ${first} and bytes that neither has`);
      if (b >= 0xc0) beyond++;
      else if ((b | 32) >= 97 && (b | 32) <= 122) ascii++;
    }
  });
  const decoder = new TextDecoder("windows-1252");
  if (mostlyUtf8) {
    const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
    const parts: string[] = [];
    eachPiece(bytes, first, (valid, from, to) =>
      parts.push((valid ? utf8 : decoder).decode(bytes.subarray(from, to))),
    );
    const which = stray === 1 ? "a byte that is not UTF-8" : `${stray} bytes that are not UTF-8`;
    const note = `read ${which} as Windows-1252, the first (${byte}) in line ${place.line}`;
    return { bytes: new TextEncoder().encode(parts.join("")), notes: [warning(note)] };
  }
  if (beyond > 20 && beyond > ascii)
    refuse(`the byte ${byte} at offset ${first} and text of another alphabet`);
  const note = `read as Windows-1252, as it is not UTF-8 (${byte} in line ${place.line}); if letters look wrong, save the file as UTF-8`;
  return { bytes: new TextEncoder().encode(decoder.decode(bytes)), notes: [warning(note)] };
}

/** Calls for each stretch of valid UTF-8 and for each byte that is not valid; `first` is the first such byte. */
function eachPiece(
  bytes: Uint8Array,
  first: number,
  call: (valid: boolean, from: number, to: number) => void,
): void {
  let [from, valid] = [0, first];
  while (true) {
    if (valid > from) call(true, from, valid);
    if (valid === bytes.length) return;
    call(false, valid, valid + 1);
    from = valid + 1;
    valid = from + validUtf8(bytes.subarray(from));
  }
}

/** Characters beyond ASCII in valid UTF-8. */
function countWide(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (bytes[i]! >= 0xc0) count++;
  return count;
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === 10 || (bytes[i] === 13 && bytes[i + 1] !== 10)) line++;
  return line;
}
