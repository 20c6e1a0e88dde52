import { describe, expect, it } from "vitest";
import {
  columnTypes,
  list,
  lists,
  missingValues,
  number,
  place,
  timeSpan,
  wholeNumber,
  wholeNumbers,
} from "./options.ts";

describe("options", () => {
  it("read whole numbers and numbers", () => {
    expect([wholeNumber("12"), wholeNumber("-1"), number("0.25"), number("1e-3")]).toEqual([
      12, -1, 0.25, 0.001,
    ]);
    expect(wholeNumbers("64, 32")).toEqual([64, 32]);
  });

  it("read times with a unit, seconds without", () => {
    expect(["60s", "5m", "5min", "2h", "1.5h", "90", "0.5s"].map(timeSpan)).toEqual([
      60_000, 300_000, 300_000, 7_200_000, 5_400_000, 90_000, 500,
    ]);
  });

  it("read lists and types of columns, whose names may have an equals sign", () => {
    expect(list("a, b,c d")).toEqual(["a", "b", "c d"]);
    expect(lists('d,"size, cm"', lists("a,b", []))).toEqual(["a", "b", "d", "size, cm"]);
    expect(columnTypes('"size, cm"=numeric', columnTypes("zip=categorical"))).toEqual({
      zip: "categorical",
      "size, cm": "numeric",
    });
    expect(missingValues('"size, cm"=-999,b="1,5"', missingValues("b=0", {}))).toEqual({
      b: ["0", "1,5"],
      "size, cm": ["-999"],
    });
    expect(columnTypes("zip=categorical,a=b=numeric")).toEqual({ zip: "categorical", "a=b": "numeric" });
    expect(Object.entries(columnTypes("__proto__=numeric"))).toEqual([["__proto__", "numeric"]]);
  });

  it("say how a name or a value with a comma is written", () => {
    const quotes = "a name or a value with a comma goes in double quotes";
    expect(() => missingValues("size, cm=-999", {})).toThrow(
      `got 'size': ${quotes}, as in '"size, cm"=-999'`,
    );
    expect(() => missingValues("a=1,5", {})).toThrow(`got '5': ${quotes}, as in 'a="1,5"'`);
    expect(() => columnTypes("a=numeric,size, cm=numeric")).toThrow(new RegExp(`got 'size': ${quotes}$`));
  });

  it("say what was expected, numbers or names", () => {
    for (const text of ["", "64,,32"])
      expect(() => wholeNumbers(text)).toThrow(`expected whole numbers separated by commas, got '${text}'`);
    expect(() => list("")).toThrow(
      "expected names separated by commas, those with a comma in double quotes, got ''",
    );
  });

  it.each<[(text: string) => unknown, string]>([
    [wholeNumber, ""],
    [wholeNumber, "1.5"],
    [wholeNumber, "many"],
    [wholeNumbers, "64,,32"],
    [number, " "],
    [number, "Infinity"],
    [number, "NaN"],
    [list, "a,,b"],
    [list, ""],
    [list, '"a'],
    [columnTypes, 'zip=numeric,"zip"=numeric'],
    [timeSpan, "soon"],
    [timeSpan, "-5s"],
    [timeSpan, "0s"],
    [timeSpan, "5d"],
    [columnTypes, "zip"],
    [columnTypes, "=numeric"],
    [columnTypes, "zip=words"],
    [columnTypes, "zip=numeric,zip=numeric"],
    [place, ""],
  ])("refuse what is none: %o of %j", (read, text) => {
    expect(() => read(text)).toThrow(/^expected .*, got '/);
  });
});
