/*
 * Commits a reproduction's result: `node --conditions=minimand-source scripts/take-report.ts SLUG [report.json]` writes the paper's
 * measured.json from what `minimand reproduce SLUG` left, and `npm run docs` then the pages.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Measured } from "./docs/papers.ts";

const [slug = "", report = `minimand-reproduce-${slug}/report.json`] = process.argv.slice(2);
const folder = `packages/papers/src/${slug}`;
if (slug === "" || !existsSync(`${folder}/paper.ts`))
  throw new RangeError(`slug: expected a folder of packages/papers/src, got '${slug}'`);

const { scale, seeds, verdict, because, rows } = JSON.parse(readFileSync(report, "utf8")) as Omit<
  Measured,
  "seeds"
> & { seeds: number | null };
if (seeds === null)
  throw new RangeError(
    `${report}: expected a run with its seeds named, so that pages can tell them, got none; run it with --seeds`,
  );
writeFileSync(
  `${folder}/measured.json`,
  `${JSON.stringify({ scale, seeds, verdict, because, rows }, null, 2)}\n`,
);
