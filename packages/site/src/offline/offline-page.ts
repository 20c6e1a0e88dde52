import { html, plainPage } from "@minimand/compare/report";

/** Returns what a reader without a network sees in place of a page that isn't kept. */
export function offlinePage({ url }: { url: string }): string {
  const { pathname: base } = new URL(url);
  return plainPage(
    "This page isn't kept here",
    html`<p>There is no network, and this page wasn't read before. <a href="${base}papers/">All papers</a> and
<a href="${base}docs/overview.html">the guides</a> are here.</p>`,
  );
}
