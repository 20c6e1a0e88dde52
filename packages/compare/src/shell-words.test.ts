import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { splitNames } from "./name-list.ts";
import { columnsWord, quotedWord } from "./shell-words.ts";

const names = ["plain", "signed up", "it's", "$HOME", "`x`", "a&b", 'say "so"', "a\\b", "größe", "*", "!!"];

/** What a program is given by a shell. */
const given = (word: string): string => execFileSync("sh", ["-c", `printf %s ${word}`], { encoding: "utf8" });

describe("words for a shell", () => {
  it("come to a program as they are", () => {
    for (const name of names) expect(given(quotedWord(name))).toBe(name);
    expect(given(columnsWord(names, "=date"))).toBe(names.map((name) => `${name}=date`).join(","));
  });

  it("are bare where they can be", () => {
    expect(columnsWord(["a", "b_c"])).toBe("a,b_c");
    expect(columnsWord(["a", "row no"], "=0")).toBe("'a=0,row no=0'");
  });

  it("have names with commas, and with spaces at their ends, in double quotes", () => {
    const odd = ["a,b", " a", 'say "so", or', '"x"'];
    expect(columnsWord(["size, cm"], "=0")).toBe(`'"size, cm"=0'`);
    expect(splitNames(given(columnsWord([...names, ...odd])))).toEqual([...names, ...odd]);
  });

  it("name no column where a line can't show its name, or the list would be endless", () => {
    for (const name of ["a\nb", "x".repeat(5000)]) {
      expect(columnsWord(["c", name])).toBe("COLUMN");
      expect(columnsWord(["c", name], "=0")).toBe("COLUMN=0");
    }
  });
});
