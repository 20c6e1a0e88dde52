import { html } from "@minimand/compare/report";
import { addressOf } from "./address.ts";

/**
 * Returns the pages of the site for those who search the web. VitePress has one, too, which may still be written when its build is said to
 * be done.
 *
 * @param pages paths in Markdown; sources and what is no page are left out
 */
export function sitemap(url: string, pages: Iterable<string>): string {
  const shown = [...pages].filter((page) => page.endsWith(".md") && !page.startsWith("source/"));
  const places = shown.map((page) => html`<url><loc>${addressOf(url, page)}</loc></url>\n`);
  return html`<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${places}</urlset>
`.markup;
}

/** Returns `robots.txt`: crawlers may read all pages, and where the list of them is. They look for it only at the root of a host. */
export const robotsText = (url: string): string =>
  `User-agent: *\nAllow: /\n\nSitemap: ${addressOf(url, "sitemap.xml")}\n`;
