import { describe, expect, it } from "vitest";
import { cellText, isNumeric } from "./rows.ts";

describe("cells of a table of results", () => {
  it("write what is no number as a sign, in a column of numbers", () => {
    const rows = [
      { x: 1.23456 },
      { x: Number.POSITIVE_INFINITY },
      { x: Number.NEGATIVE_INFINITY },
      { x: null },
    ];
    expect(rows.map(({ x }) => cellText(x))).toEqual(["1.235", "∞", "−∞", "–"]);
    expect(cellText(Number.NaN)).toBe("–");
    expect(isNumeric(rows, "x")).toBe(true);
    expect(isNumeric([{ x: "abc" }], "x")).toBe(false);
  });
});
