import { array, assert, constantFrom, integer, property, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { terminalWidth } from "./terminal-width.ts";
import { textWidth } from "./text-width.ts";
import { type WidthColumn, widthTable } from "./width-table.ts";

const columns: WidthColumn[] = [
  { head: "loss", align: "left", keep: 2 },
  { head: "mean accuracy", align: "right", keep: 2 },
  { head: "p", align: "right", keep: 0 },
  { head: "seeds", align: "right", keep: 0 },
  { head: "verdict", align: "left", keep: 2 },
];
const rows = [
  ["Cross-entropy", "0.7512", "", "5", "baseline"],
  ["Class-weighted cross-entropy", "0.7634", "0.02", "5", "better"],
];

describe("widthTable", () => {
  it("shows all where there is room, a row a line", () => {
    const whole = [
      "loss                          mean accuracy     p  seeds  verdict",
      "Cross-entropy                        0.7512            5  baseline",
      "Class-weighted cross-entropy         0.7634  0.02      5  better",
    ].join("\n");
    expect(widthTable(columns, rows, 67)).toBe(whole);
    expect(widthTable(columns, rows, Number.POSITIVE_INFINITY)).toBe(whole);
  });

  it("wraps heads first, then leaves columns out and says which, then wraps texts", () => {
    expect(widthTable(columns, rows, 65)).toBe(
      [
        "loss                              mean     p  seeds  verdict",
        "                              accuracy",
        "Cross-entropy                   0.7512            5  baseline",
        "Class-weighted cross-entropy    0.7634  0.02      5  better",
      ].join("\n"),
    );
    expect(widthTable(columns, rows, 54)).toBe(
      [
        "loss                              mean     p  verdict",
        "                              accuracy",
        "Cross-entropy                   0.7512        baseline",
        "Class-weighted cross-entropy    0.7634  0.02  better",
        "(a wider terminal also shows: seeds)",
      ].join("\n"),
    );
    expect(widthTable(columns, rows, 36)).toBe(
      [
        "loss                mean  verdict",
        "                accuracy",
        "Cross-entropy     0.7512  baseline",
        "Class-weighted    0.7634  better",
        "cross-entropy",
        "(a wider terminal also shows: p,",
        "seeds)",
      ].join("\n"),
    );
  });

  it("aligns wide characters and shows control characters as JSON does", () => {
    const two = columns.slice(0, 2);
    const names = [
      ["类别", "1"],
      ["e\u0301", "2"],
      ["\u001b[2Jx\n\u202ey", "3"],
    ];
    expect(widthTable(two, names, 60)).toBe(
      [
        "loss                 mean accuracy",
        "类别                             1",
        "e\u0301                                2",
        "\\u001b[2Jx\\n\\u202ey              3",
      ].join("\n"),
    );
  });

  it("paints what is in cells, not the blanks around it", () => {
    const paint = (text: string, row: number): string => (row === 1 ? `<${text}>` : text);
    expect(widthTable(columns.slice(0, 3), rows, 60, paint).split("\n")[2]).toBe(
      "<Class-weighted cross-entropy>         <0.7634>  <0.02>",
    );
  });

  it("is never wider than asked, whatever is in it", () => {
    const column = record({
      head: string({ unit: "grapheme", maxLength: 30 }),
      align: constantFrom("left" as const, "right" as const),
      keep: integer({ min: 0, max: 3 }),
    });
    const row = array(string({ unit: "grapheme", maxLength: 50 }), { minLength: 6, maxLength: 6 });
    const any = property(
      array(column, { minLength: 1, maxLength: 6 }),
      array(row, { maxLength: 3 }),
      (c, r) => {
        for (const width of [10, 24, 60, 80])
          for (const line of widthTable(c, r, width).split("\n"))
            expect(textWidth(line)).toBeLessThanOrEqual(width);
      },
    );
    assert(any);
  });
});

describe("the width of the terminal", () => {
  it("is COLUMNS, else what the terminal says, else 80; a pipe has no end", () => {
    expect(terminalWidth({ isTTY: true, columns: 120 }, undefined)).toBe(120);
    expect(terminalWidth({ isTTY: true, columns: 120 }, "60")).toBe(60);
    expect(terminalWidth({ isTTY: true, columns: 0 }, "wide")).toBe(80);
    expect(terminalWidth({ isTTY: false, columns: 120 }, undefined)).toBe(Number.POSITIVE_INFINITY);
    expect(terminalWidth({ isTTY: false, columns: 120 }, "60")).toBe(60);
  });
});
