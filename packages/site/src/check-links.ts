import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Links of a built site that lead nowhere: to no file of it, to an anchor that its page doesn't have, or outside of its base.
 *
 * @param folder that was built
 * @param base path that addresses begin with, with slashes around it
 * @returns a line for each: page, and where it leads
 */
export function brokenLinks(folder: string, base: string): string[] {
  const files = new Set(globSync("**/*", { cwd: folder }).map((file) => file.replaceAll("\\", "/")));
  const pages = [...files].filter((file) => file.endsWith(".html"));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]));
  const anchors = new Map([...texts].map(([page, text]) => [page, valuesOf(text, "id")]));
  return [...texts].flatMap(([page, text]) => {
    const own = new URL(page, `http://site${base}`);
    return [...valuesOf(text, "href"), ...valuesOf(text, "src")].flatMap((link) => {
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

function valuesOf(text: string, attribute: string): Set<string> {
  const found = text.matchAll(new RegExp(`\\s${attribute}="([^"]*)"`, "g"));
  return new Set([...found].map(([, value]) => value.replaceAll("&amp;", "&")));
}
