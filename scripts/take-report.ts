/*
 * Commits a reproduction's result: `node --conditions=minimand-source scripts/take-report.ts SLUG [report.json]` writes the paper's
 * measured.json from what `minimand reproduce SLUG` left, and `npm run docs` then the pages. Of a run with `--full` it writes measured-full.json
 * where measured.json is of the default scale.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { measuredFrom } from "./docs/measured.ts";
import { folderOf, measuredFile, measuredOf } from "./docs/papers.ts";

const [slug = "", report = `minimand-reproduce-${slug}/report.json`] = process.argv.slice(2);
if (slug === "" || !existsSync(`${folderOf(slug)}/paper.ts`))
  throw new RangeError(`slug: expected a folder of packages/papers/src, got '${slug}'`);
const measured = measuredFrom(JSON.parse(readFileSync(report, "utf8")));
const beside = measured.scale === "full" && measuredOf(slug)?.scale === "default";
writeFileSync(measuredFile(slug, beside), `${JSON.stringify(measured, null, 2)}\n`);
