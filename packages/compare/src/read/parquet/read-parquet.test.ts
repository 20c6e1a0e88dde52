import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { cellsOf, gzip, refusal } from "../../../../../test/support/tables.ts";
import { readTable } from "../read-table.ts";

const day = new Date("2024-02-29T00:00:00Z");
const hour = new Date("2024-02-29T13:00:00.5Z");

function file(
  columnData: Parameters<typeof parquetWriteBuffer>[0]["columnData"],
  rowGroupSize?: number,
): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer(rowGroupSize === undefined ? { columnData } : { columnData, rowGroupSize }),
  );
}

const sample = file([
  { name: "x", data: [1.5, null, -2], type: "DOUBLE" },
  { name: "n", data: [1, 2, 3], type: "INT32" },
  { name: "id", data: [1n, 9007199254740993n, 3n], type: "INT64" },
  { name: "word", data: [" a", "007", null], type: "STRING" },
  { name: "yes", data: [true, false, true], type: "BOOLEAN" },
  { name: "when", data: [day, hour, day], type: "TIMESTAMP" },
]);

describe("readParquet", () => {
  it("keeps numbers, and turns booleans, dates and long integers into text", async () => {
    const table = await readTable(sample, { name: "a.parquet" });
    expect(cellsOf(table)).toEqual({
      x: [1.5, null, -2],
      n: [1, 2, 3],
      id: [1, "9007199254740993", 3],
      word: ["a", "007", null],
      yes: ["true", "false", "true"],
      when: ["2024-02-29", "2024-02-29T13:00:00.500Z", "2024-02-29"],
    });
    expect([table.unit, ...table.lines]).toEqual(["row", 1, 2, 3]);
  });

  it("knows a Parquet file by its first bytes, inside gzip too", async () => {
    expect((await readTable(sample, { name: "-" })).columns).toHaveLength(6);
    expect((await readTable(await gzip(sample), { name: "a.csv.gz" })).columns).toHaveLength(6);
  });

  it("reads a Buffer of Node, whose memory holds other things too", async () => {
    const memory = Buffer.alloc(sample.length + 99);
    memory.set(sample, 50);
    const table = await readTable(memory.subarray(50, 50 + sample.length), { name: "a.parquet" });
    expect(cellsOf(table).n).toEqual([1, 2, 3]);
  });

  it("puts row groups one below the other", async () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => i / 3);
    const table = await readTable(file([{ name: "x", data: values, type: "DOUBLE" }], 64), {
      name: "a.parquet",
    });
    expect(table.columns[0]!.cells).toEqual([...values]);
  });

  it.each([2, 33, 1000])("reads differences of %i numbers of any size, and split ones", async (rows) => {
    // Steps of few bits, then of 64: each block has widths of its own.
    const long = Array.from({ length: rows }, (_, i) =>
      BigInt.asIntN(64, BigInt(i * i) * (i < 300 ? 1n : 0x1234567890abcdn)),
    );
    const whole = Array.from({ length: rows }, (_, i) => ((i % 7) * (i < 300 ? 1 : -987_654_321)) | 0);
    const half = whole.map((value) => value / 2);
    const encoding = "DELTA_BINARY_PACKED";
    const table = await readTable(
      file([
        { name: "long", data: long, type: "INT64", encoding },
        { name: "whole", data: whole, type: "INT32", encoding },
        { name: "half", data: half, type: "DOUBLE", encoding: "BYTE_STREAM_SPLIT" },
      ]),
      { name: "a.parquet" },
    );
    const cells = cellsOf(table);
    expect(cells.long.map(String)).toEqual(long.map(String));
    expect([cells.whole, cells.half]).toEqual([whole, half]);
  });

  it("leaves out columns of objects, and says so", async () => {
    const bytes = file([
      { name: "x", data: [1, 2], type: "DOUBLE" },
      { name: "o", data: [{ a: 1 }, { a: 2 }], type: "JSON" },
    ]);
    const table = await readTable(bytes, { name: "a.parquet" });
    expect(cellsOf(table)).toEqual({ x: [1, 2] });
    expect(table.notes).toEqual([
      { level: "warning", text: "left out column of lists, objects or bytes: 'o'" },
    ]);
  });

  it("refuses damaged and empty files and repeated names in one line", async () => {
    for (const cut of [4, 8, 40, sample.length - 1]) {
      expect(await refusal(sample.subarray(0, cut), "a.parquet")).toMatch(
        /^DataError: a\.parquet: expected a whole Parquet file, got damaged data \(.+\)$/,
      );
    }
    expect(await refusal(file([{ name: "x", data: [], type: "DOUBLE" }]), "a.parquet")).toBe(
      "DataError: a.parquet: expected at least one row, got none",
    );
    const twice = file([
      { name: "x", data: [1], type: "DOUBLE" },
      { name: "x", data: [2], type: "DOUBLE" },
    ]);
    expect(await refusal(twice, "a.parquet")).toBe(
      "DataError: a.parquet: expected different names for all columns, got 'x' twice",
    );
  });

  it("renames a column whose name differs by spaces only", async () => {
    const bytes = file([
      { name: "x", data: [1], type: "DOUBLE" },
      { name: "x ", data: [2], type: "DOUBLE" },
    ]);
    const table = await readTable(bytes, { name: "a.parquet" });
    expect(cellsOf(table)).toEqual({ x: [1], x_2: [2] });
    expect(table.notes.map((note) => note.text)).toEqual([
      "renamed a column 'x' to 'x_2', as the name was there already",
    ]);
  });
});
