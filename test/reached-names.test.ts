import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { library } from "./support/library.ts";

/* A public function is of use to somebody: code, an example or a guide has it. What only tests reach goes. */

const isTest = (file: string): boolean =>
  /\.(test|fixture|checks)\.ts$|conformance\.ts$|\/golden\/|\/node_modules\/|\/dist\//.test(file);

/** Without comments, lists of imports and exports, and the names of declarations, which use nothing. */
const bodyOf = (code: string): string =>
  code
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^(?:import|export) (?:type )?\{[^}]*\}(?: from "[^"]*")?;?$/gm, "")
    // One may have several, for different arguments.
    .replace(/^export (?:async function\*?|function\*?|const) \w+/gm, "");

/** The words of code, and of code in guides. */
function usedWords(): Set<string> {
  const words = new Set<string>();
  const addWords = (text: string): void => {
    for (const [word] of text.matchAll(/[A-Za-z_$][\w$]*/g)) words.add(word);
  };
  const code = globSync([
    "packages/*/src/**/*.{ts,vue}",
    "examples/*.ts",
    "scripts/**/*.ts",
    "bench/**/*.ts",
  ]);
  // Cards list the pieces of a paper by their names.
  for (const file of code)
    if (!isTest(file) && !file.endsWith("/card.ts")) addWords(bodyOf(readFileSync(file, "utf8")));
  for (const file of globSync(["docs/*.md", "README.md", "examples/README.md", "packages/*/README.md"]))
    for (const [, line, block] of readFileSync(file, "utf8").matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g))
      addWords(line ?? block);
  return words;
}

it("leaves no public function to tests alone", () => {
  const used = usedWords();
  const names = Object.keys(library).filter((name) => typeof library[name] === "function");
  expect(names.length).toBeGreaterThan(700);
  expect(names.filter((name) => !used.has(name))).toEqual([]);
});
