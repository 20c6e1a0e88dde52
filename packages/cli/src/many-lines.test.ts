import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { minimand, temporaryFolder } from "../../../test/support/cli.ts";

const folder = temporaryFolder();
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
/** As arrays these take more than the heap of these commands. */
const lines = file("lines.txt", "\n".repeat(10_000_000));
const more = file("more.txt", "\n".repeat(30_000_000));
const objects = file("more.jsonl", `{"a":1}${"\n".repeat(30_000_000)}`);
const matrix = file("a.mtx", "%%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 2\n");
const words = file(
  "words.mtx",
  `%%MatrixMarket matrix coordinate real general\n${"1 ".repeat(30_000_000)}\n`,
);

describe("a text of very many lines or words is refused in one line by", () => {
  it.each([
    [
      "solve, as a right side",
      ["solve", matrix, "--rhs", lines],
      /expected 1 numbers?, one a row of the matrix, got 0/,
    ],
    ["solve, as a matrix", ["solve", words, "--rhs", "ones"], /line 2: expected 3 numbers, got "1 1 1/],
    ["bandit evaluate", ["bandit", "evaluate", more], /expected/],
    ["compare, as JSON lines", ["compare", objects, "-t", "y"], /expected a column of the file/],
    [
      "refine, as prompts",
      ["refine", "--prompts", lines, "a red ship"],
      /expected at least 20 different prompts/,
    ],
  ])("%s", async (_, args, message) => {
    const ran = await minimand(args, { cwd: folder, env: { NODE_OPTIONS: "--max-old-space-size=200" } });
    expect(ran.stderr.trim().split("\n").at(-1)).toMatch(message);
    expect(ran.code).toBe(2);
  });
});
