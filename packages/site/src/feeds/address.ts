/** Returns the address of a page, as `papers/lion.md`, of the site at `url`. */
export function addressOf(url: string, page: string): string {
  return new URL(page.replace(/(^|\/)index\.md$/, "$1").replace(/\.md$/, ".html"), url).href;
}
