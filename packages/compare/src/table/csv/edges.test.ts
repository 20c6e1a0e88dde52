import { describe, expect, it } from "vitest";
import { cellsOf, tableOf } from "../../../../../test/support/tables.ts";

describe("a file of cells", () => {
  it("may quote with ', and double it inside of a cell", async () => {
    const rows = Array.from({ length: 6 }, (_, i) => `${i},'it''s, ${i}'`).join("\n");
    const { x } = cellsOf(await tableOf(`n,x\n${rows}\n`));
    expect(x).toEqual(Array.from({ length: 6 }, (_, i) => `it's, ${i}`));
  });

  it("has pandas' index with a single row, too", async () => {
    expect(cellsOf(await tableOf(",x\n0,1.5\n"))).toEqual({ index: ["0"], x: ["1.5"] });
  });

  it("may have a record that is longer than what is read at once, behind which little follows", async () => {
    const long = `${"a line of words\n".repeat(2 ** 17 + 2 ** 16)}end`;
    const { n, x } = cellsOf(await tableOf(`n,x\n1,"${long}"\n2,b\n3,c\n`));
    expect(n).toEqual(["1", "2", "3"]);
    expect([x![0]!.toString().length, x![1], x![2]]).toEqual([long.length, "b", "c"]);
  });
});

describe("a record below the rows, with fewer cells", () => {
  const rows = Array.from({ length: 12 }, (_, i) => `${i},${i}.5,u,v,w,z`).join("\n");
  const below = (record: string) => `a,b,c,d,e,f\n${rows}\n${record}\n`;

  it.each(["Exported from the system", "Exported,today,,", ",,Exported,"])(
    "is a note: %s",
    async (record) => {
      const { rows: count, notes } = await tableOf(below(record));
      expect([count, notes.length]).toEqual([12, 1]);
      expect(notes[0]!.text).toMatch(/^left out what stands below the table \(line 14\)/);
    },
  );

  it.each(["Exported,today,9", "9", "9,9.5,u"])("is a damaged row: %s", async (record) => {
    const { notes } = await tableOf(below(record));
    expect(notes.map(({ text }) => text)).toEqual(["left out 1 row: 1 with too few cells (line 14)"]);
  });
});
