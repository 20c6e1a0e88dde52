import { describe, expect, it } from "vitest";
import { cellsOf, refusal } from "../../../../../test/support/tables.ts";
import { readTable } from "../read-table.ts";

const utf16 = (text: string) =>
  Uint8Array.from([...text].flatMap((c) => [c.charCodeAt(0) & 0xff, c.charCodeAt(0) >> 8]));
const bytesOf = (text: string) => new TextEncoder().encode(text);
const notesOf = async (bytes: Uint8Array) => {
  const table = await readTable(bytes, { name: "a.csv" });
  return { cells: cellsOf(table), notes: table.notes.map(({ text }) => text) };
};

describe("an encoding", () => {
  it("is UTF-16 where two bytes of five are zero, all on one side", async () => {
    const { cells, notes } = await notesOf(utf16("Ж\n1\n2"));
    expect(cells).toEqual({ Ж: ["1", "2"] });
    expect(notes).toEqual(["read as UTF-16LE, as every second byte is zero"]);
    // Less than that, or one on the other side.
    expect(await refusal(utf16("Ж\n1\n2ЖЖ"))).toMatch(/a binary file\?$/);
    expect(await refusal(utf16("Ж\n1\n2\n3Ā"))).toMatch(/a binary file\?$/);
  });

  it.each([0x81, 0x8d, 0x8f, 0x90, 0x9d])(
    "is not Windows-1252 with the byte %i, which it lacks",
    async (byte) => {
      expect(await refusal(Uint8Array.of(...bytesOf("x\n1\n"), 0xe9, byte, 10))).toMatch(
        /the byte 0xE9 at offset 4 and bytes that neither has/,
      );
    },
  );

  it("is UTF-8 with stray bytes from ten characters beyond ASCII for each of them", async () => {
    const withCharacters = (count: number) =>
      notesOf(Uint8Array.of(...bytesOf(`x,y\n1,${"ü".repeat(count)}\n2,`), 0xe9, 10));
    expect((await withCharacters(10)).cells.y).toEqual(["ü".repeat(10), "é"]);
    expect((await withCharacters(9)).notes[0]).toMatch(/^read as Windows-1252, as it is not UTF-8/);
  });

  it("is not Windows-1252 with more than twenty letters beyond ASCII, and more than in it", async () => {
    const text = (beyond: number, ascii: number) =>
      Uint8Array.of(...bytesOf("1\n"), ...Array(beyond).fill(0xe0), 32, ...bytesOf("a".repeat(ascii)), 10);
    expect(await refusal(text(21, 20))).toMatch(/text of another alphabet/);
    expect((await notesOf(text(21, 21))).notes[0]).toMatch(/^read as Windows-1252/);
    expect((await notesOf(text(20, 0))).notes[0]).toMatch(/^read as Windows-1252/);
  });
});
