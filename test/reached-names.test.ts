import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { library } from "./support/library.ts";
import unreached from "./unreached-names.json" with { type: "json" };

/* A public function is of use to somebody: code, an example or a guide has it. What only tests reach goes. */

const isTest = (file: string): boolean =>
  /\.(test|fixture|checks)\.ts$|conformance\.ts$|\/golden\/|\/node_modules\/|\/dist\//.test(file);

/** Without comments and lists of imports and exports, which use nothing. */
const bodyOf = (code: string): string =>
  code
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^(?:import|export) (?:type )?\{[^}]*\}(?: from "[^"]*")?;?$/gm, "");

/** How often each word stands in code, and in code of guides. */
function countWords(): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (text: string): void => {
    for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*/g)) counts.set(word, (counts.get(word) ?? 0) + 1);
  };
  const code = globSync([
    "packages/*/src/**/*.{ts,vue}",
    "examples/*.ts",
    "scripts/**/*.ts",
    "bench/**/*.ts",
  ]);
  // Cards list the pieces of a paper by their names.
  for (const file of code)
    if (!isTest(file) && !file.endsWith("/card.ts")) count(bodyOf(readFileSync(file, "utf8")));
  for (const file of globSync(["docs/*.md", "README.md", "examples/README.md", "packages/*/README.md"]))
    for (const [, line, block] of readFileSync(file, "utf8").matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g))
      count(line ?? block);
  return counts;
}

it("leaves no public function to tests alone, but for those of a list that only shrinks", () => {
  const counts = countWords();
  // A declaration is the first place of a name.
  const names = Object.keys(library).filter((name) => typeof library[name] === "function");
  expect(names.length).toBeGreaterThan(700);
  expect(names.filter((name) => (counts.get(name) ?? 0) < 2).toSorted()).toEqual(unreached);
});
