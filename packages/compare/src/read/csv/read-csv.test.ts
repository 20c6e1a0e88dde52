import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellsOf, refusal, tableOf } from "../../../../../test/support/tables.ts";
import { readCsv } from "./read-csv.ts";

describe("readCsv", () => {
  it("reads back any cells, for every delimiter, and knows the line of every row", async () => {
    const cell = fc.string({
      unit: fc.constantFrom("a", "b", ",", ";", "\t", "|", '"', "\n", " ", "é"),
      maxLength: 6,
    });
    const table = fc
      .record({ width: fc.integer({ min: 2, max: 4 }), height: fc.integer({ min: 1, max: 5 }) })
      .chain(({ width, height }) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
          minLength: height,
          maxLength: height,
        }),
      );
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom(",", ";", "\t", "|"), async (rows, delimiter) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        // A row without any value at the end is no row.
        const header = ["n", ...rows[0]!.map((_, j) => `c${j}`)];
        const numbered = rows.map((row, i) => [String(i), ...row]);
        const records = [header, ...numbered].map((row) => row.map(quote).join(delimiter));
        const read = await readCsv(new TextEncoder().encode(records.join("\n")), "p.csv", { delimiter });
        expect(read.columns.map((column) => column.name)).toEqual(header);
        numbered.forEach((row, i) => {
          expect(read.columns.map((column) => column.cells[i])).toEqual(row.map((text) => text.trim()));
          const before = records.slice(0, i + 1).join("\n");
          expect(read.lines[i]).toBe(before.split("\n").length + 1);
        });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ["a comma", "a,b\n1,2\n"],
    ["a semicolon", "a;b\n1;2\n"],
    ["a tab", "a\tb\n1\t2\n"],
    ["a bar", "a|b\n1|2\n"],
    ["CRLF line ends", "a,b\r\n1,2\r\n"],
    ["CR line ends", "a,b\r1,2\r"],
    ["mixed line ends", "a,b\r\n1,2\n"],
    ["blank lines around it", "\n\na,b\n1,2\n\n   \n"],
    ["no line end at the end", "a,b\n1,2"],
    ["spaces around fields", " a , b\n1 ,  2\n"],
  ])("reads %s", async (_, text) => {
    const table = await tableOf(text);
    expect(cellsOf(table)).toEqual({ a: ["1"], b: ["2"] });
    expect(table.notes).toEqual([]);
  });

  it("keeps quoted delimiters, line breaks and doubled quotes", async () => {
    const table = await tableOf('a,b\r\n"x, y","two\r\nlines"\r\n"say ""hi""",3\r\n');
    expect(cellsOf(table)).toEqual({ a: ["x, y", 'say "hi"'], b: ["two\nlines", "3"] });
    expect([...table.lines]).toEqual([2, 4]);
  });

  it("takes an empty line for an empty cell in a file of one column, but not at the end", async () => {
    expect(cellsOf(await tableOf("a\n1\n\n2\n\n\n"))).toEqual({ a: ["1", "", "2"] });
  });

  it("takes the header's delimiter where cells hold others", async () => {
    expect(Object.keys(cellsOf(await tableOf("id;text;y\n1;a,b;0\n2;c,d;1\n")))).toEqual(["id", "text", "y"]);
    expect(Object.keys(cellsOf(await tableOf("id,n|m,y\n1,a|b,0\n2,c|d,1\n")))).toEqual(["id", "n|m", "y"]);
  });

  it("takes the delimiter that agrees with the rows before one that only cuts the header", async () => {
    expect(cellsOf(await tableOf("a,b;c;d\n1,2\n3,4\n"))).toEqual({ a: ["1", "3"], "b;c;d": ["2", "4"] });
  });

  it("finds the delimiter of a file with a ragged row, so that the row can be named", async () => {
    expect(await refusal("a;b;c\n1;2;3\n1;2\n4;5;6\n")).toBe(
      "DataError: a.csv, line 3: expected 3 fields as in the header (line 1), got 2; --damaged pad gives short rows missing values",
    );
  });

  it("reads decimal commas where the comma is no delimiter, and says so", async () => {
    const table = await tableOf("x;y;code;word\n3,14;1.234,5;1,2,3;a,b\n-2;NA;4;c\n");
    expect(cellsOf(table)).toEqual({
      x: ["3,14", "-2"],
      y: ["1.234,5", "NA"],
      code: ["1,2,3", "4"],
      word: ["a,b", "c"],
    });
    expect(table.notes).toEqual([
      {
        level: "info",
        about: "numbers",
        text: "decimal commas read as decimal points in 2 columns ('x', 'y')",
      },
      { level: "info", about: "numbers", text: "'.' read as a mark of thousands in the column 'y'" },
    ]);
    for (const text of ["x;y\n1,5;a\n-;b\n", "x\ty\n0,5\t1\n", 'x,y\n"0,5",1\n'])
      expect((await tableOf(text)).columns[0]!.format).toEqual({ decimal: ",", group: "" });
  });

  it("leaves dots alone in a column without a decimal comma", async () => {
    expect(cellsOf(await tableOf("x;y\n1.234;0\n2.5;1\n"))).toEqual({ x: ["1.234", "2.5"], y: ["0", "1"] });
  });

  const short =
    "expected 2 fields as in the header (line 1), got 1 field; --damaged pad gives short rows missing values";
  const quote = "expected quotes that are closed, and doubled inside of a quoted cell, got a broken quote";
  it.each([
    ["an empty file", "", "a.csv: expected a table, got an empty file"],
    ["a file of white space", " \n\t\n", "a.csv: expected a table, got an empty file"],
    ["a header only", "a,b\n", "a.csv: expected at least one row below the header, got none"],
    ["a header only, without line end", "a,b", "a.csv: expected at least one row below the header, got none"],
    ["a short row", "a,b\n1,2\n3\n", `a.csv, line 3: ${short}`],
    ["a long row", "a,b\n1,2\n3,4,5\n", "a.csv, line 3: expected 2 fields as in the header (line 1), got 3"],
    ["a short row below quoted line breaks", 'a,b\n"x\n\ny",2\n3\n', `a.csv, line 5: ${short}`],
    ["an unclosed quote", 'a,b\n1,2\n3,"x\n5,6\n7,8\n', `a.csv, line 3: ${quote}`],
    ["text after a closing quote", 'a,b\n"1,5",2\n"x,"y,4\n', `a.csv, line 3: ${quote}`],
  ])("refuses %s in one line", async (_, text, message) => {
    expect(await refusal(text)).toBe(`DataError: ${message}`);
  });

  it("reads 20,000 rows of 16 numbers and 50 rows of 10,000 alike", async () => {
    const grid = (rows: number, columns: number) =>
      Array.from({ length: rows + 1 }, (_, i) =>
        Array.from({ length: columns }, (_, j) =>
          i === 0 ? `c${j}` : `${(i * 31 + j * 17) % 1009}.25`,
        ).join(","),
      ).join("\n");
    for (const [rows, columns] of [
      [20_000, 16],
      [50, 10_000],
    ] as const) {
      const text = grid(rows, columns);
      const table = await tableOf(text);
      expect([table.rows, table.columns.length]).toEqual([rows, columns]);
      expect(table.columns[columns - 1]!.cells[rows - 1]).toBe(
        `${(rows * 31 + (columns - 1) * 17) % 1009}.25`,
      );
    }
  });
});
