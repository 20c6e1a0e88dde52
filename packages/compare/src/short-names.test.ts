import { describe, expect, it } from "vitest";
import { shortName, shortNames } from "./short-names.ts";

const long = (start: string, end = ""): string => `${start}${"x".repeat(1000)}${end}`;

describe("shortNames", () => {
  it("leaves names of up to 200 characters as they are, and cuts longer ones", () => {
    const names = ["", "age", "x".repeat(200), "x".repeat(201)];
    expect(names.map(shortNames(names))).toEqual([
      "",
      "age",
      names[2],
      `${"x".repeat(120)}… (201 characters)`,
    ]);
  });

  it("keeps names different that begin alike, and those that look like a name that was cut", () => {
    const [a, b, c] = [long("q", "1"), long("q", "2"), long("q", "3")];
    const names = [a, shortName(b), b, c, a];
    const short = shortNames(names);
    expect(new Set(names.map(short)).size).toBe(4);
    expect(short(shortName(b))).toBe(shortName(b));
    expect(short(a)).toMatch(/^qx{119}… \(1002 characters, number 2\)$/);
    expect(short(c)).toMatch(/\(1002 characters, number 4\)$/);
  });

  it("never leaves half of a character", () => {
    expect(shortName("😀".repeat(300)).isWellFormed()).toBe(true);
    expect(shortName(`a${"😀".repeat(300)}`).isWellFormed()).toBe(true);
  });
});
