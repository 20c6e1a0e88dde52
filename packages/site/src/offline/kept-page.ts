/**
 * Returns the address under which the page at a URL is kept: a folder is its `index.html`, and servers may leave out `.html`. Anchors and
 * queries are the page's own affair.
 *
 * @returns undefined for a page that isn't kept
 */
export function keptPage(url: string, isKept: (address: string) => boolean): string | undefined {
  const { origin, pathname } = new URL(url);
  const page = `${origin}${pathname}`;
  return [page, `${page}index.html`, `${page}.html`].find(isKept);
}
