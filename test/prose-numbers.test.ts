import { execFileSync } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changedFiles } from "../scripts/prose/changed-files.ts";
import listed from "../scripts/prose/changed-numbers.json" with { type: "json" };
import { compareNumbers, type ListedChange } from "../scripts/prose/compare-numbers.ts";
import { numbersIn, proseOf } from "../scripts/prose/numbers.ts";
import { temporaryFolder } from "./support/cli.ts";

const numbers = (text: string): string[] => numbersIn(text).map(({ number }) => number);

describe("numbers", () => {
  it("are those by themselves or with a unit, in one spelling", () => {
    expect(numbers("1,500 rows, 1500 in all, 10.2 ms, 5ms, 95 %, +1.6, .5 and 1e-6")).toEqual(
      "1500 1500 10.2 5 95 1.6 .5 1e-6".split(" "),
    );
    expect(numbers("-2 to (-1), −0.5; top-1, 2-4, 8x16, 3 × 4")).toEqual(
      "-2 -1 -0.5 1 2 4 8 16 3 4".split(" "),
    );
    expect(numbers("float64 of sha256, 64,64, Node 24.21.0")).toEqual(["64", "64", "24.21.0"]);
    expect(numbersIn("a\nb 1\n\n2 3")).toEqual([
      { number: "1", line: 2 },
      { number: "2", line: 4 },
      { number: "3", line: 4 },
    ]);
  });

  it("of a page leave out generated blocks, addresses and the marks of lists", () => {
    const page =
      "1. Ten [2](3.md)\n\n<!-- verdict -->\n\n4\n\n<!-- /verdict -->\n\n| 5 |\n\n<!-- open -->\n6\n";
    expect(numbersIn(proseOf("a.md", page) ?? "")).toEqual([
      { number: "2", line: 1 },
      { number: "5", line: 9 },
      { number: "6", line: 12 },
    ]);
  });

  it("of a source are those of comments and texts", () => {
    const source = `/** 1 */\nconst a: 2 = 2; // 3\nconst b = \`4 \${5} 6\` + "7" + 8;\n/* 9\n10 */\n`;
    expect(numbersIn(proseOf("a.ts", source) ?? "")).toEqual(
      ["1 1", "3 2", "4 3", "6 3", "7 3", "9 4", "10 5"].map((one) => {
        const [number, line] = one.split(" ");
        return { number, line: Number(line) };
      }),
    );
    expect(numbers(proseOf("a.vue", "<p>1</p>\n<style>\na { top: 2 }\n</style>") ?? "")).toEqual(["1"]);
    expect([proseOf("a.json", "1"), proseOf("a.d.ts", "// 1")]).toEqual([null, null]);
  });
});

describe("a comparison of numbers", () => {
  const changes = (before: string, after: string | null, meant: ListedChange[] = []): string[] =>
    compareNumbers("a.md", before, after, meant).map(
      ({ line, change, number }) => `${line} ${change} ${number}`,
    );

  it("finds what is lost and gained, on the lines that differ", () => {
    expect(changes("It has 3 rows and 1,500 cells.", "1500 cells\nare in 3 rows.")).toEqual([]);
    expect(changes("of 3\nor 3", "of 4\nor 3")).toEqual(["1 lost 3", "1 gained 4"]);
    expect(changes("or 3\nof 3", "or 3\nof four")).toEqual(["2 lost 3"]);
    expect(changes("by -1", "by 1")).toEqual(["1 lost -1", "1 gained 1"]);
    expect(changes("of 3", null)).toEqual(["1 lost 3"]);
  });

  it("leaves out what is listed for the file, as often as the text has it", () => {
    const meant = (text: string | undefined, file = "a.md"): ListedChange[] => [
      { file, text, reason: "why" },
    ];
    expect(changes("of 3", "of four", meant("of 3"))).toEqual([]);
    expect(changes("of four", "of  3", meant("of 3"))).toEqual([]);
    expect(changes("of 3 and 3", "of four", meant("of 3"))).toEqual(["1 lost 3"]);
    expect(changes("of 3\nor of 3", "of 3", meant("of 3"))).toEqual(["2 lost 3"]);
    expect(changes("of 3", "of 5", meant("of 3"))).toEqual(["1 gained 5"]);
    expect(changes("of 3", "of four", meant("of 3", "b.md"))).toEqual(["1 lost 3"]);
    expect(changes("of 3", null, meant(undefined))).toEqual([]);
    expect(changes("of 3", "of four", meant(undefined))).toEqual(["1 lost 3"]);
  });

  it("has a reason for each that is listed", () => {
    for (const { file, reason } of listed as ListedChange[])
      expect([file, reason].every((text) => text.length > 3)).toBe(true);
  });
});

it("changed files are followed through renames", () => {
  const root = temporaryFolder();
  const git = (...args: string[]): string => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" });
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
  git("init", "-q");
  const lines = (name: string): string => [1, 2, 3, 4].map((i) => `line ${i} of ${name}\n`).join("");
  for (const name of ["kept.md", "moved.md", "gone.md", "edited.md", "other.json"]) write(name, lines(name));
  git("add", ".");
  git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "first");
  renameSync(join(root, "moved.md"), join(root, "there.md"));
  rmSync(join(root, "gone.md"));
  for (const name of ["edited.md", "other.json"]) write(name, `${lines(name)}more\n`);
  write("there.md", `${lines("moved.md")}more\n`);
  write("new.md", "nothing of the kind");
  git("add", ".");
  const changed = changedFiles(root, "HEAD", (path) => path.endsWith(".md"));
  expect(changed).toEqual([
    { path: "edited.md", before: lines("edited.md"), after: `${lines("edited.md")}more\n` },
    { path: "gone.md", before: lines("gone.md"), after: null },
    { path: "there.md", before: lines("moved.md"), after: `${lines("moved.md")}more\n` },
  ]);
});
