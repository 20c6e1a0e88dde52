import { describe, expect, it } from "vitest";
import { cellsOf, refusal } from "../../../../test/support/tables.ts";
import type { Damaged } from "./damage.ts";
import { readTable } from "./read-table.ts";

/** A header and rows `i,i + 0.5,a`, some of them replaced. */
function fileOf(rows: number, replaced: Record<number, string>): string {
  const lines = Array.from({ length: rows }, (_, i) => replaced[i] ?? `${i},${i + 0.5},a`);
  return ["n,x,y", ...lines].join("\n");
}

async function read(text: string, damaged?: Damaged, strict = false) {
  const bytes = new TextEncoder().encode(text);
  const table = await readTable(bytes, { name: "a.csv", strict, ...(damaged && { damaged }) });
  return { table, first: cellsOf(table).n, notes: table.notes.map((note) => note.text) };
}

describe("records that can't be read", () => {
  const damaged = fileOf(40, { 3: "3,3.5", 9: "9,9.5,a,b", 20: '20,"20.5,a' });

  it("are left out by default, with their lines", async () => {
    const { table, first, notes } = await read(damaged);
    expect(first).toEqual(
      Array.from({ length: 40 }, (_, i) => String(i)).filter((n) => !["3", "9", "20"].includes(n)),
    );
    expect(notes).toEqual([
      "left out 3 rows: 1 with too few cells (line 5), 1 with too many cells (line 11), 1 with a broken quote (line 22)",
    ]);
    expect([table.lines[2], table.lines[3]]).toEqual([4, 6]);
  });

  it("get missing values where they are short, if that is asked for", async () => {
    const { table, notes } = await read(damaged, "pad");
    expect(table.rows).toBe(38);
    expect(table.columns.map((column) => column.at(3))).toEqual(["3", "3.5", ""]);
    expect(notes).toEqual([
      "gave 1 short row missing values (line 5)",
      "left out 2 rows: 1 with too many cells (line 11), 1 with a broken quote (line 22)",
    ]);
  });

  it("keep their places without values for predictions", async () => {
    const { table, notes } = await read(damaged, "empty");
    expect(table.rows).toBe(40);
    expect([...table.unreadable]).toEqual([3, 9, 20]);
    for (const row of table.unreadable)
      expect(table.columns.map((column) => column.at(row))).toEqual(["", "", ""]);
    const remains = [...table.remains!].map(([row, cells]) => [row, Object.fromEntries(cells)]);
    expect(remains).toEqual([
      [3, { n: "3", x: "3.5" }],
      [9, { n: "9", x: "9.5", y: "a" }],
      [20, {}],
    ]);
    expect(table.columns[0]!.at(39)).toBe("39");
    expect(notes[0]).toMatch(/^could not read 3 rows: /);
  });

  it("are refused if that is asked for, or whatever needs a note is", async () => {
    const message =
      "a.csv, line 5: expected 3 fields as in the header (line 1), got 2; 3 of 40 rows are damaged";
    await expect(read(damaged, "refuse")).rejects.toThrow(message);
    await expect(read(damaged, "drop", true)).rejects.toThrow(
      "a.csv: strict: expected a file that is read as it is written, got left out 3 rows",
    );
    await expect(read(fileOf(5, {}), "drop", true)).resolves.toBeDefined();
  });

  it.each([
    [20, 2, true],
    [20, 3, false],
    [100, 10, true],
    [100, 11, false],
    [1000, 10, true],
    [1000, 11, false],
    [3000, 30, true],
    [3000, 31, false],
  ])("of %i rows, %i may be damaged: %s", async (rows, faults, accepted) => {
    const text = fileOf(rows, Object.fromEntries(Array.from({ length: faults }, (_, i) => [2 * i, "1"])));
    if (accepted) expect((await read(text)).table.rows).toBe(rows - faults);
    else
      expect(await refusal(text)).toMatch(
        new RegExp(`line 2: expected 3 fields .*, got 1 field; ${faults} of ${rows} rows are damaged`),
      );
  });

  it("are all read for predictions, however many they are, but not where none is whole", async () => {
    const half = fileOf(10, { 0: "0", 2: "2", 4: "4", 6: "6", 8: "8" });
    expect((await read(half, "empty")).table.unreadable).toHaveLength(5);
    await expect(read("n,x,y\n1,2\n", "empty")).rejects.toThrow(/expected 3 fields/);
  });
});

describe("a quote that is not closed", () => {
  it("costs its own line and no other", async () => {
    const { first, notes } = await read(fileOf(30, { 4: '4,"4.5,a', 5: '5,"5.5",a', 11: '11,11.5,"' }));
    expect(first).toHaveLength(28);
    expect(notes).toEqual(["left out 2 rows: 2 with a broken quote (lines 6, 13)"]);
  });

  it("costs its own line where a later stray quote closes it", async () => {
    const { first, notes } = await read(fileOf(30, { 4: '4,"4.5,a', 15: '15,15.5",a' }));
    expect(first?.slice(0, 6)).toEqual(["0", "1", "2", "3", "5", "6"]);
    expect(notes.join()).toMatch(/1 with a broken quote \(line 6\)/);
  });

  it("doesn't hide a missing delimiter in front of a quoted cell", async () => {
    const { first, notes } = await read(fileOf(30, { 4: '4"a, b",c', 7: '7"a, ""b""",c' }));
    expect(first).not.toContain('4"a');
    expect(first).not.toContain('7"a');
    expect(notes).toEqual(["left out 2 rows: 2 with a broken quote (lines 6, 9)"]);
  });

  it("is a character between words, and where the number of cells is right, with a note", async () => {
    const { table, notes } = await read(fileOf(30, { 4: '4,4.5,a 5" pipe', 7: '7,7.5,"a "b" c"' }));
    expect([table.columns[2]!.at(4), table.columns[2]!.at(7)]).toEqual(['a 5" pipe', 'a "b" c']);
    expect(notes).toEqual([
      "took quotes inside of quoted cells as characters (line 9), as the number of cells is right",
    ]);
  });

  it("may stand for lines of text in a cell", async () => {
    const { table, notes } = await read(fileOf(10, { 4: '4,4.5,"Dear Ann,\nthank you, and\n\nyours, Bob"' }));
    expect(table.columns[2]!.at(4)).toBe("Dear Ann,\nthank you, and\n\nyours, Bob");
    expect(notes).toEqual([]);
    expect(table.lines[5]).toBe(10);
  });
});
