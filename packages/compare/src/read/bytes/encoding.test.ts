import { describe, expect, it } from "vitest";
import { cellsOf, refusal } from "../../../../../test/support/tables.ts";
import { readTable } from "../read-table.ts";

const text = "größe,y\n1,é\n2,ü\n";
const latin = (value: string) => Uint8Array.from(value, (c) => c.charCodeAt(0));
const utf16 = (value: string, littleEndian: boolean) => {
  const view = new DataView(new ArrayBuffer(2 * value.length));
  for (let i = 0; i < value.length; i++) view.setUint16(2 * i, value.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
};
const bytesOf = (value: string) => new TextEncoder().encode(value);
const read = async (bytes: Uint8Array) => {
  const table = await readTable(bytes, { name: "a.csv" });
  return { cells: cellsOf(table), notes: table.notes.map((note) => note.text) };
};
const whole = { größe: ["1", "2"], y: ["é", "ü"] };

describe("the encoding of a text", () => {
  it.each<[string, Uint8Array, string[]]>([
    ["UTF-8", bytesOf(text), []],
    ["UTF-8 with a byte-order mark", bytesOf(`\ufeff${text}`), ["left out a byte-order mark"]],
    ["UTF-16LE with a mark", utf16(`\ufeff${text}`, true), ["read as UTF-16LE, as its byte-order mark says"]],
    [
      "UTF-16BE with a mark",
      utf16(`\ufeff${text}`, false),
      ["read as UTF-16BE, as its byte-order mark says"],
    ],
    ["UTF-16LE without a mark", utf16(text, true), ["read as UTF-16LE, as every second byte is zero"]],
    ["UTF-16BE without a mark", utf16(text, false), ["read as UTF-16BE, as every second byte is zero"]],
    [
      "Windows-1252",
      latin(text),
      [
        "read as Windows-1252, as it is not UTF-8 (0xF6 in line 1); if letters look wrong, save the file as UTF-8",
      ],
    ],
    ["a ^Z at the end", bytesOf(`${text}\u001a`), ["left out a ^Z at the end of the file"]],
    ["zero bytes at the end", bytesOf(`${text}\0\0\0`), ["left out zero bytes at the end of the file"]],
  ])("is found for %s", async (_, bytes, notes) => {
    expect(await read(bytes)).toEqual({ cells: whole, notes });
  });

  it("is UTF-8 where a few bytes of Windows-1252 stand among many characters", async () => {
    const lines = bytesOf(`größe,y\n${"1,ü\n".repeat(20)}2,`);
    const bytes = Uint8Array.of(...lines, 0xe9, 10);
    const { cells, notes } = await read(bytes);
    expect(cells.y?.at(-1)).toBe("é");
    expect(notes).toEqual(["read a byte that is not UTF-8 as Windows-1252, the first (0xE9) in line 22"]);
  });

  it("knows signs that Windows has and Latin-1 has not", async () => {
    const bytes = Uint8Array.of(...bytesOf("x,y\n1,"), 0x80, 0x93, 0x94, 10);
    expect((await read(bytes)).cells.y).toEqual(["€“”"]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      "UTF-32",
      Uint8Array.of(0xff, 0xfe, 0, 0, 97, 0, 0, 0),
      /expected UTF-8 or UTF-16, got UTF-32: save the file as UTF-8$/,
    ],
    [
      "zero bytes inside",
      bytesOf("a\n1\0\n"),
      /line 2: expected a text file .*, got a NUL byte at offset 3: a binary file\?$/,
    ],
    [
      "half a character at the end",
      Uint8Array.of(97, 10, 0xe2, 0x82),
      /line 2: expected UTF-8 or Windows-1252, got the byte 0xE2 at offset 2, where the file ends within a character: save the file as UTF-8$/,
    ],
    [
      "bytes that Windows-1252 hasn't",
      Uint8Array.of(97, 10, 0x81, 10),
      /the byte 0x81 at offset 2 and bytes that neither has: save/,
    ],
    [
      "Cyrillic in Windows-1251",
      Uint8Array.of(97, 10, ...new Array(40).fill(0xe0), 10),
      /text of another alphabet: save the file as UTF-8$/,
    ],
    [
      "half a pair of UTF-16",
      utf16("\ufeffa\n1\n", true).subarray(0, 5),
      /expected UTF-16, as its byte-order mark says, got bytes that are not/,
    ],
  ])("is refused for %s", async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });
});
