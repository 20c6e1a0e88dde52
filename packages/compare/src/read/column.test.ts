import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNumber } from "./cells.ts";
import { plainNumber } from "./column.ts";
import { ColumnBuilder } from "./column-builder.ts";
import type { NumberFormat } from "./number-format.ts";

const utf8 = new TextEncoder();
const numberOf = (text: string) => plainNumber(utf8.encode(text), 0, utf8.encode(text).length);

describe("plainNumber", () => {
  it("is the number that the platform reads, to the last bit, or none", () => {
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 12 });
    const text = fc
      .tuple(fc.constantFrom("", "-", "+"), digits, fc.constantFrom("", "."), digits)
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (input) => {
        const read = numberOf(input);
        const parsed = parseNumber(input);
        if (Number.isNaN(read))
          expect(typeof parsed === "string" || input.replace(/\D/g, "").length > 15).toBe(true);
        else expect(read).toBe(parsed);
      }),
      { numRuns: 5000 },
    );
  });

  it.each(["", "-", ".", "1e5", "007", "00", "1_0", "0x1", " 1", "1234567890123456", "1.2.3", "é"])(
    "leaves %j to others",
    (text) => expect(numberOf(text)).toBeNaN(),
  );

  it.each([
    ["0", 0],
    ["-0", -0],
    ["0.5", 0.5],
    [".5", 0.5],
    ["5.", 5],
    ["+3.25", 3.25],
  ])("reads %s", (text, value) => expect(numberOf(text)).toBe(value));
});

describe("a column", () => {
  it("gives back every text, however it was added, and forgets what it is told to", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 60 })), fc.nat(), (texts, cut) => {
        const whole = texts.map((text) => text.toWellFormed());
        const builder = new ColumnBuilder(1);
        for (const [i, text] of whole.entries()) {
          const bytes = utf8.encode(`--${text}--`);
          if (i % 2 === 0) builder.push(text);
          else builder.pushBytes(bytes, 2, bytes.length - 2);
        }
        expect(builder.column("x").cells).toEqual(whole);
        builder.truncate(cut);
        builder.push("more");
        const column = builder.column("x");
        expect(column.cells).toEqual([...whole.slice(0, cut), "more"]);
        expect(Array.from({ length: column.length }, (_, row) => column.at(row))).toEqual(column.cells);
      }),
    );
  });
});

describe("a column without some values", () => {
  const builder = (cells: readonly string[]) => {
    const one = new ColumnBuilder(8);
    for (const cell of cells) one.push(cell);
    return one;
  };
  const left = (cells: readonly string[], values: readonly string[], format: NumberFormat | null = null) =>
    builder(cells).column("a", format).without(values).cells;

  it("lacks every spelling of their numbers, and their texts", () => {
    const cells = ["1e+300", "1e300", "1E300", "1", "-Infinity", "inf", "none", "1.0", "007"];
    expect(left(cells, ["1e300"])).toEqual(["", "", "", ...cells.slice(3)]);
    expect(left(cells, ["inf", "1.00"])).toEqual([
      ...["1e+300", "1e300", "1E300", "", "-Infinity", "", "none", "", "007"],
    ]);
    expect(left(cells, ["None", "7"])).toEqual(cells);
    expect(left(cells, ["none", "007"])).toEqual([...cells.slice(0, 6), "", "1.0", ""]);
  });

  it("lacks those in the column's own way of writing", () => {
    const format: NumberFormat = { decimal: ",", group: "." };
    const cells = ["1.234,5", "1234,50", "9,5", "-999"];
    for (const value of ["1234.5", "1.234,5"])
      expect(left(cells, [value], format)).toEqual(["", "", "9,5", "-999"]);
    expect(left(cells, ["-999"], format)).toEqual([...cells.slice(0, 3), ""]);
  });
});
