import { expect, it } from "vitest";
import { helpAt } from "../scripts/prose/changed-files.ts";
import { type Help, helpTexts, passagesOfHelp } from "../scripts/prose/help.ts";

it("the help that is checked is that of every command, at the lines that declare it", async () => {
  const help = await helpTexts(process.cwd());
  const named = (name: string): Help => help.find((one) => one.name === name) as Help;
  expect(named("minimand").texts).toContain("Compare training losses on a table");
  expect(named("minimand runs show").texts.length).toBeGreaterThan(2);
  expect(named("minimand solve").texts.join()).toContain("The folder holds solution.mtx");
  expect(named("minimand solve").texts.join()).not.toContain("bridge.mtx");
  const solve = passagesOfHelp({ name: "minimand solve", texts: ["A file that stands there", "Another"] }, [
    ["packages/cli/src/a.ts", "A file that stands there"],
    ["packages/cli/src/commands/solve/index.ts", "\n'A file that stands there'"],
  ]);
  expect(solve.map(({ path, line, page }) => [path, line, page])).toEqual([
    ["packages/cli/src/commands/solve/index.ts", 2, "minimand solve"],
    ["packages/cli/src/commands/solve/index.ts", 1, "minimand solve"],
  ]);
});

it("the help of a revision is that of its sources", () => {
  const help = helpAt("HEAD");
  expect(help.find(({ name }) => name === "minimand compare")?.texts.length).toBeGreaterThan(20);
});
