import { expect, it } from "vitest";
import { kindOf } from "./cell-kind.ts";

it.each([
  [
    "date",
    [
      "1/2/2020",
      "9/8/2020",
      "0:15",
      "2020-01-31",
      "20200131T",
      "3 May 2020",
      "May 3, 2020",
      "9 dec",
      "2020-01-31 12:30:05",
    ],
  ],
  ["number", ["1", "-2.5", "1e6", "1,000.5", "12 %"]],
  ["text", ["abc", "May be", "1/2/x", "x1/2/2020", "9 lives", "a".repeat(65), "1".repeat(65)]],
  ["missing", ["", "NA", "-", "none"]],
] as const)("a cell looks like a %s", (kind, cells) => {
  expect(cells.map((cell) => [cell, kindOf(cell)])).toEqual(cells.map((cell) => [cell, kind]));
});
