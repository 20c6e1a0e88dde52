/*
 * Writes what pages show of measured numbers: the README's table of papers, verdicts and tables on the papers' pages, what
 * `minimand papers` says of them, the page of the benchmarks; and the forms of what papers' trials return. `npm run docs`; a test compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { generatedPages } from "./docs/pages.ts";

for (const [path, page] of generatedPages()) {
  if (readFileSync(path, "utf8") === page) continue;
  writeFileSync(path, page);
  console.log(path);
}
