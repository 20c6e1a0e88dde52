/*
 * Builds the site: `npm run build:site -- --url https://example.org/minimand/ --out FOLDER --modules all`. Feeds, the sitemap and what pages say
 * to those who link to them name that address, and its path is what links begin with.
 */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { build } from "vitepress";
import { brokenLinks } from "./check-links.ts";
import { writeServiceWorker } from "./offline/write-service-worker.ts";
import { nowhere, type SiteOptions, siteOptions } from "./options.ts";
import { writePolicies } from "./page-policies.ts";
import { removeAtEnd, rootOf, writeRoot } from "./root.ts";
import { writeCard } from "./social-card.ts";

let options: SiteOptions;
try {
  options = siteOptions(process.argv.slice(2));
  checkOut(options.out);
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}

// Built next to its place, and moved there once it is whole.
const built = `${options.out}.new-${process.pid}`;
const root = rootOf(`build-${process.pid}`);
removeAtEnd(root, built);
const { referenceOf } = await import("./reference/reference.ts");
writeRoot(root, { ...options, out: built }, await referenceOf(options.modules));
await build(root);
writePolicies(built);
await writeCard(built);
const base = new URL(options.url).pathname;
const kept = await writeServiceWorker(built, base);
const broken = brokenLinks(built, options.url);
if (broken.length > 0) throw new Error(`broken links:\n${broken.join("\n")}`);
rmSync(options.out, { recursive: true, force: true });
renameSync(built, options.out);
console.log(options.out);
console.log(`Cached for offline use: ${kept.files} files, ${(kept.bytes / 1e6).toFixed(1)} MB`);
if (options.url === nowhere)
  console.log(`Feeds and sitemap name ${nowhere}: give the site's own address with --url.`);

/** What is in the folder goes: it has to be an earlier site, if anything. */
function checkOut(out: string): void {
  const there = existsSync(out) ? readdirSync(out) : [];
  if (there.length > 0 && !["papers.json", "sitemap.xml"].every((file) => there.includes(file)))
    throw new RangeError(
      `--out: expected a new folder, an empty one or that of an earlier site, got '${out}'`,
    );
}
