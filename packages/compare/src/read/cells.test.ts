import { describe, expect, it } from "vitest";
import { isMissing, isMissingNumber, parseNumber } from "./cells.ts";

describe("isMissing", () => {
  const words = "? NA N/A na n/a #N/A <NA> NaN nan null NULL None";
  it.each(["", null, Number.NaN, ...words.split(" ")])("takes %j for missing", (cell) =>
    expect(isMissing(cell)).toBe(true),
  );
  it.each(["0", "none", ".", "-", "no", "Na", " ", "--", 0, -1])("takes %j for a value", (cell) => {
    expect(isMissing(cell)).toBe(false);
  });
});

describe("isMissingNumber", () => {
  it.each(["", "NA", null, "-", "--", ".", "none"])("takes %j among numbers for missing", (cell) => {
    expect(isMissingNumber(cell)).toBe(true);
  });
  it.each(["0", 0, "+", "-1", "n"])("takes %j for a value", (cell) =>
    expect(isMissingNumber(cell)).toBe(false),
  );
});

describe("parseNumber", () => {
  it("reads a cell of 300,000 digits and a letter at once", { timeout: 10_000 }, () => {
    expect(parseNumber(`${"1".repeat(300_000)}x`)).toBe("text");
    expect(parseNumber(`${"1".repeat(300_000)}.x`)).toBe("text");
  });

  it.each([
    ["0", 0],
    ["-0", -0],
    ["+5", 5],
    ["3.", 3],
    [".5", 0.5],
    ["0.50", 0.5],
    ["-1.5e-3", -0.0015],
    ["1E5", 1e5],
    ["9007199254740991", 9007199254740991],
    ["1e39", 1e39],
    ["1e309", Number.POSITIVE_INFINITY],
    ["-inf", Number.NEGATIVE_INFINITY],
    ["Infinity", Number.POSITIVE_INFINITY],
    [2.5, 2.5],
  ])("reads %j as %d", (cell, value) => expect(parseNumber(cell)).toBe(value));

  it.each([
    ["007", "leading zero"],
    ["-01", "leading zero"],
    ["00", "leading zero"],
    ["9007199254740993", "long digits"],
    ["12345678901234567890", "long digits"],
    ["abc", "text"],
    ["0x1F", "text"],
    ["1_000", "text"],
    ["1,5", "text"],
    ["5%", "text"],
    ["1 2", "text"],
    ["e5", "text"],
    ["infinite", "text"],
    [".", "text"],
    [null, "text"],
  ])("says why %j is no number: %s", (cell, why) => expect(parseNumber(cell)).toBe(why));
});
