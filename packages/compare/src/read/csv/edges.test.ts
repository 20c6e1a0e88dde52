import { describe, expect, it } from "vitest";
import { cellsOf, tableOf } from "../../../../../test/support/tables.ts";

describe("a file of cells", () => {
  it("may quote with ', and double it inside of a cell", async () => {
    const rows = Array.from({ length: 6 }, (_, i) => `${i},'it''s, ${i}'`).join("\n");
    const { x } = cellsOf(await tableOf(`n,x\n${rows}\n`));
    expect(x).toEqual(Array.from({ length: 6 }, (_, i) => `it's, ${i}`));
  });

  it("may escape quotes with a backslash, which a note says", async () => {
    const rows = Array.from({ length: 6 }, (_, i) => `${i},"a \\"b\\", ${i}"`).join("\n");
    const table = await tableOf(`n,x\n${rows}\n`);
    expect(cellsOf(table).x![0]).toBe('a "b", 0');
    expect(table.notes.map(({ text }) => text)).toEqual(['\\" is a quote inside of a cell']);
  });

  it("may have spaces behind quotes, and end with one", async () => {
    const rows = Array.from({ length: 6 }, (_, i) => `"${i}, x" ,"y, ${i}"`).join("\n");
    expect(cellsOf(await tableOf(`a,b\n${rows}`))).toEqual({
      a: Array.from({ length: 6 }, (_, i) => `${i}, x`),
      b: Array.from({ length: 6 }, (_, i) => `y, ${i}`),
    });
  });

  it("may end every row with a delimiter, quoted ones, too", async () => {
    const rows = Array.from({ length: 6 }, (_, i) => `${i},"${i}, u",`).join("\n");
    expect(cellsOf(await tableOf(`n,x\n${rows}\n`))).toEqual({
      n: Array.from({ length: 6 }, (_, i) => String(i)),
      x: Array.from({ length: 6 }, (_, i) => `${i}, u`),
    });
  });

  it.each(["---,---", "===,===", ":--,--:", "+--,--+"])(
    "may have a line of %s below its names, and among its rows",
    async (rule) => {
      const some = "1,a\n2,b\n3,c\n";
      expect((await tableOf(`n,x\n${rule}\n${some}`)).rows).toBe(3);
      expect((await tableOf(`n,x\n${some}${rule}\n${some}`)).rows).toBe(6);
    },
  );

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

describe("a row that lacks a delimiter before a quoted cell", () => {
  it.each([
    ["at its end", "a,b,c", (i: number) => `${i},${i}.5,"u, ${i}"`, '9,1.50"Table, Round"'],
    [
      "with spaces behind it",
      "a,b,c,d",
      (i: number) => `${i},${i}.5,"u, ${i}" ,v`,
      '9,1.50"Table, Round" ,z',
    ],
  ])("is damaged, though it has as many cells as others, %s", async (_, header, row, bad) => {
    const rows = Array.from({ length: 30 }, (_, i) => row(i));
    const { notes, rows: count } = await tableOf([header, ...rows, bad, row(31)].join("\n"));
    expect([count, notes.map(({ text }) => text)]).toEqual([
      31,
      ["left out 1 row: 1 with a broken quote (line 32)"],
    ]);
  });
});

describe("what is as wide as the table, below it", () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i},${i}.5,u`).join("\n");
  const below = (count: number) =>
    tableOf(`a,b,c\n${rows}\n${Array.from({ length: count }, (_, i) => `* note ${i},,\n`).join("")}`);

  it("is taken for notes up to thirty lines", async () => {
    expect((await below(30)).rows).toBe(60);
    expect((await below(31)).rows).toBe(91);
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
      expect(notes[0]!.text).toMatch(/^left out the lines below the table \(line 14\)/);
    },
  );

  it.each(["Exported,today,9", "9", "9,9.5,u"])("is a damaged row: %s", async (record) => {
    const { notes } = await tableOf(below(record));
    expect(notes.map(({ text }) => text)).toEqual(["left out 1 row: 1 with too few cells (line 14)"]);
  });
});
