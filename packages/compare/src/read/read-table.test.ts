import { describe, expect, it } from "vitest";
import { cellsOf, gzip, refusal } from "../../../../test/support/tables.ts";
import { DataError } from "../data-error.ts";
import { gunzip } from "./bytes/gunzip.ts";
import { readTable } from "./read-table.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length + 2));
  view.setUint16(0, 0xfeff, littleEndian);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i + 2, text.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
}

describe("readTable", () => {
  it.each([
    ["x.csv", "a,b\n1,2\n"],
    ["x.tsv", "a\tb\n1\t2\n"],
    ["x.TAB", "a\tb\n1\t2\n"],
    ["-", "a,b\n1,2\n"],
    ["x.txt", "a|b\n1|2\n"],
  ])("finds the format of %s", async (name, text) => {
    for (const bytes of [utf8(text), await gzip(utf8(text))]) {
      expect(cellsOf(await readTable(bytes, { name }))).toEqual({ a: ["1"], b: ["2"] });
    }
  });

  it.each(["x.jsonl", "x.ndjson.gz", "x.json", "-"])("reads JSON lines in %s", async (name) => {
    const bytes = utf8('{"a":1,"b":"2"}\n');
    expect(cellsOf(await readTable(name.endsWith(".gz") ? await gzip(bytes) : bytes, { name }))).toEqual({
      a: [1],
      b: ["2"],
    });
  });

  it("takes a given format rather than the extension", async () => {
    expect(cellsOf(await readTable(utf8('{"a":1}'), { name: "x.csv", format: "jsonl" }))).toEqual({ a: [1] });
    expect(cellsOf(await readTable(utf8("a,b\tc\nx,2\t3\n"), { name: "x.csv", format: "tsv" }))).toEqual({
      "a,b": ["x,2"],
      c: ["3"],
    });
  });

  it("reads UTF-16 of both byte orders, with characters beyond the basic plane", async () => {
    for (const littleEndian of [true, false]) {
      const table = await readTable(utf16("größe,y\r\n1,🙂\r\n", littleEndian), { name: "a.csv" });
      expect(cellsOf(table)).toEqual({ größe: ["1"], y: ["🙂"] });
    }
  });

  it.each([
    [
      "a workbook",
      Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0),
      "a.csv: expected CSV, TSV, JSON lines or Parquet, got a ZIP archive or an Excel workbook: save it as CSV",
    ],
    ["an empty file", new Uint8Array(0), "a.csv: expected a table, got an empty file"],
  ])("refuses %s", async (_, bytes, message) => {
    expect(await refusal(bytes)).toBe(`DataError: ${message}`);
  });

  it("refuses a damaged gzip file and one that is only a mark", async () => {
    const whole = await gzip(utf8(`a,b\n${"1,2\n".repeat(1000)}`));
    expect(await refusal(whole.subarray(0, whole.length - 12))).toMatch(
      /^DataError: a\.csv: expected a whole gzip file, got damaged or cut-off data$/,
    );
    const changed = Uint8Array.from(whole);
    changed[changed.length - 8]! ^= 1;
    expect(await refusal(changed)).toMatch(/expected a whole gzip file/);
    expect(await refusal(Uint8Array.of(0x1f, 0x8b))).toMatch(/expected a whole gzip file/);
    expect(await refusal(await gzip(new Uint8Array(0)))).toBe(
      "DataError: a.csv: expected a table, got an empty file",
    );
  });

  it("stops to unpack at the limit", async () => {
    const bomb = await gzip(new Uint8Array(1_000_000));
    await expect(gunzip(bomb, "bomb.gz", 10_000)).rejects.toThrow(
      "bomb.gz: expected at most 10000 bytes after unpacking, so that the memory suffices, got more",
    );
    await expect(gunzip(bomb, "bomb.gz", 1_000_000)).resolves.toHaveLength(1_000_000);
  });

  it("takes no more bytes than it is told to", async () => {
    const bytes = utf8("a,b\n1,2\n");
    await expect(readTable(bytes, { name: "a.csv", maxBytes: 5 })).rejects.toThrow(
      "a.csv: expected at most 5 bytes, so that the memory suffices, got 8 bytes",
    );
    await expect(readTable(await gzip(bytes), { name: "a.csv", maxBytes: 7 })).rejects.toThrow(
      /expected at most 7 bytes/,
    );
  });

  it("tells how far it is, up to the end", async () => {
    const bytes = utf8(`a,b\n${"1,2\n".repeat(600_000)}`);
    const seen: [number, number][] = [];
    await readTable(bytes, { name: "a.csv", progress: (done, total) => seen.push([done, total]) });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b));
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
  });

  it("refuses text that is called Parquet", async () => {
    expect(await refusal("a,b\n1,2\n", "x.parquet")).toBe(
      "DataError: x.parquet: expected a Parquet file (it starts with PAR1), got something else",
    );
  });

  it("names the argument that has the wrong type", async () => {
    // @ts-expect-error a string is no Uint8Array
    await expect(readTable("a,b", { name: "x" })).rejects.toThrow("bytes: expected a Uint8Array, got string");
    // @ts-expect-error no such format
    await expect(readTable(utf8("a"), { name: "x", format: "xlsx" })).rejects.toThrow(
      /^format: expected one of csv, tsv, jsonl, parquet, got xlsx$/,
    );
    // @ts-expect-error no such choice
    await expect(readTable(utf8("a"), { name: "x", damaged: "skip" })).rejects.toThrow(
      /^damaged: expected one of drop, pad, refuse, empty, got skip$/,
    );
    // @ts-expect-error no such option
    await expect(readTable(utf8("a"), { name: "x", delimeter: ";" })).rejects.toThrow(
      /^readTable: expected only the options name, format, .*, got .?delimeter/,
    );
  });

  it("keeps every message on one line, whatever the file holds", async () => {
    const messages = await Promise.all([
      refusal('"a\nb","c\nd"\n1,2\n3\n'),
      refusal('{"a":1}\nno\u0007pe\n', "x.jsonl"),
    ]);
    for (const message of messages) expect(message).toMatch(/^[\x20-\x7e]+$/);
    expect(new DataError("x")).toBeInstanceOf(Error);
  });
});
