/*
 * Writes the folder of a new paper, which passes all tests before anything of it is measured: `npm run new:paper -- SLUG`. It compares two
 * losses on digits; replace them, the claim and the rule by those of the paper.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { newPaper } from "./new-paper/files.ts";

const [slug = ""] = process.argv.slice(2);
const folder = join("packages/papers/src", slug);
if (!/^[a-z][a-z0-9-]*$/.test(slug) || existsSync(folder)) {
  console.error(`SLUG: expected a new name of lower-case letters, digits and hyphens, got '${slug}'`);
  process.exit(2);
}
for (const [path, text] of newPaper(slug, new Date())) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
// Lists, tables and the forms of results have the paper, too.
execFileSync("npm", ["run", "--silent", "docs"], { stdio: "inherit" });
console.log(folder);
