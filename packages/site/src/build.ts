/*
 * Builds the site: `npm run build:site -- --url https://example.org/minimand/ --out FOLDER`. Feeds, the sitemap and what pages say
 * to those who link to them name that address, and its path is what links begin with.
 */
import { build } from "vitepress";
import { brokenLinks } from "./check-links.ts";
import { nowhere, siteOptions } from "./options.ts";
import { removeRoot, rootOf, writeRoot } from "./root.ts";

const options = siteOptions(process.argv.slice(2));
const root = rootOf(`build-${process.pid}`);
try {
  writeRoot(root, options);
  await build(root);
} finally {
  removeRoot(root);
}
const broken = brokenLinks(options.out, new URL(options.url).pathname);
if (broken.length > 0) throw new Error(`links that lead nowhere:\n${broken.join("\n")}`);
console.log(options.out);
if (options.url === nowhere)
  console.log(`Feeds and sitemap name ${nowhere}: give the site's own address with --url.`);
