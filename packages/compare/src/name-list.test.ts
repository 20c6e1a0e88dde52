import { describe, expect, it } from "vitest";
import { commaHint, nameInList, namesAmong, splitNames } from "./name-list.ts";

describe("a list of names", () => {
  it.each([
    ["a, b,c d", ["a", "b", "c d"]],
    ['"size, cm"', ["size, cm"]],
    ['a, "size, cm" ,b', ["a", "size, cm", "b"]],
    ['"size, cm"=-999,age=0', ["size, cm=-999", "age=0"]],
    ['"size, cm=-999"', ["size, cm=-999"]],
    ['price="1,5",price=" 0"', ["price=1,5", "price= 0"]],
    ['arm:"Billing, refunds",uniform', ["arm:Billing, refunds", "uniform"]],
    ['"say ""so"""', ['say "so"']],
    ['5" pipe,6" pipe', ['5" pipe', '6" pipe']],
  ])("%s", (text, names) => {
    expect(splitNames(text)).toEqual(names);
  });

  it.each(["", " ", "a,", ",a", "a,,b", '""', '"a', 'a,"b, c', 'a="1,5'])("is none: %j", (text) => {
    expect(splitNames(text)).toBeNull();
    expect(() => namesAmong("--id", [text], ["b"])).toThrow(/^--id: expected names .*, got '/);
  });

  it("has any name that nameInList writes", () => {
    const names = [
      "a",
      "a,b",
      " a ",
      '"',
      '"a"',
      'a="b',
      'a:"b"',
      "a=b",
      'x "y", z',
      "größe, cm",
      "=",
      ":",
      '=""',
    ];
    for (const name of names) expect(splitNames(nameInList(name))).toEqual([name]);
    expect(splitNames(names.map(nameInList).join(","))).toEqual(names);
    expect(nameInList('5" pipe')).toBe('5" pipe');
  });

  it("is a single name where that is known", () => {
    expect(namesAmong("--id", ["a,b", "a, c", "d"], ["a,b"])).toEqual(["a,b", "a", "c", "d"]);
  });

  it("that divided a known name is said to want quotes", () => {
    const known = ["age", "size, cm", "5, x"];
    expect(commaHint("cm", known)).toBe(": a name with a comma goes in double quotes, '\"size, cm\"'");
    for (const part of ["age", "siz", "size, cm"]) expect(commaHint(part, known)).toBe("");
  });
});
