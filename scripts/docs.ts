/*
 * Writes what pages show of measured numbers: the README's table of papers, verdicts and tables on the papers' pages, what
 * `minimand papers` says of them, the page of the benchmarks; the lists of the papers, and the forms of what their trials return. `npm run docs`; a test compares.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { registryFiles } from "./docs/registry.ts";

function write(pages: Map<string, string>): void {
  for (const [path, page] of pages) {
    if (existsSync(path) && readFileSync(path, "utf8") === page) continue;
    writeFileSync(path, page);
    console.log(path);
  }
}

write(registryFiles());
// Pages show the papers that are listed by now.
const { generatedPages } = await import("./docs/pages.ts");
write(generatedPages());
