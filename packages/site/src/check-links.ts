import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Finds links of a built site that lead nowhere: to no file of it, to an anchor that its page doesn't have, or outside of its base. It reads
 * pages, and the lists of pages for crawlers and language models.
 *
 * @param folder that was built
 * @param url of the site, with a slash at its end
 * @returns a line for each: page, and where it leads
 */
export function brokenLinks(folder: string, url: string): string[] {
  const base = new URL(url).pathname;
  const files = new Set(globSync("**/*", { cwd: folder }).map((file) => file.replaceAll("\\", "/")));
  const pages = [...files].filter((file) => file.endsWith(".html"));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
  const anchors = new Map([...texts].map(([page, text]) => [page, valuesOf(text, "id")]));
  const links = new Map([...texts].map(([page, text]) => [page, linksOf(text)]));
  for (const [list, link] of Object.entries(lists))
    if (files.has(list)) links.set(list, matches(readFileSync(join(folder, list), "utf8"), link));
  return [...links].flatMap(([page, found]) => {
    const own = new URL(page, url);
    return [...found].flatMap((link) => {
      const { origin, pathname, hash } = new URL(link, own);
      if (origin !== own.origin) return [];
      const path = decodeURIComponent(pathname);
      const found = path.startsWith(base) ? path.slice(base.length).replace(/(^|\/)$/, "$1index.html") : null;
      const there = found !== null && files.has(found);
      const anchor = decodeURIComponent(hash.slice(1));
      if (there && (anchor === "" || anchors.get(found)?.has(anchor) !== false)) return [];
      return [`${page}: ${link}`];
    });
  });
}

/** Lists of pages that are no pages, and how each writes a link. */
const lists = {
  "llms.txt": /\]\(([^)]*)\)/g,
  "robots.txt": /^Sitemap: (.*)$/gm,
  "sitemap.xml": /<loc>([^<]*)<\/loc>/g,
};

const linksOf = (text: string): Set<string> => valuesOf(text, "href").union(valuesOf(text, "src"));

const valuesOf = (text: string, attribute: string): Set<string> =>
  matches(text, new RegExp(`\\s${attribute}="([^"]*)"`, "g"));

const matches = (text: string, link: RegExp): Set<string> =>
  new Set([...text.matchAll(link)].map(([, value]) => value.replaceAll("&amp;", "&")));
