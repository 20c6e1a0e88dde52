/*
 * Commits a reproduction's result: `node --conditions=minimand-source scripts/take-report.ts SLUG [report.json]` writes the paper's
 * measured.json and report.json.gz from what `minimand reproduce SLUG` left, and `npm run docs` then the pages. Of a run with `--full` it
 * writes measured-full.json and report-full.json.gz where measured.json is of the default scale.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readReproduction } from "@minimand/papers";
import { folderOf } from "./docs/papers.ts";
import { filesOfReport } from "./docs/take-report.ts";

const [slug = "", report = `minimand-reproduce-${slug}/report.json`] = process.argv.slice(2);
if (slug === "" || !existsSync(`${folderOf(slug)}/card.ts`))
  throw new RangeError(`slug: expected a folder of packages/papers/src, got '${slug}'`);
const text = readFileSync(report, "utf8");
readReproduction(text, report);
for (const [path, content] of filesOfReport(slug, text)) {
  writeFileSync(path, content);
  console.log(path);
}
console.log(`${folderOf(slug)}/rule-log.json wants a line on this run, card.ts another look`);
