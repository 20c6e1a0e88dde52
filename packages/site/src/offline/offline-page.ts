import { html, plainPage } from "@minimand/compare/report";

/** Returns what a reader without a network sees in place of a page that isn't kept. */
export function offlinePage({ url }: { url: string }): string {
  const { pathname: base } = new URL(url);
  return plainPage(
    "This page is not available offline",
    html`<p>There is no network connection, and the browser has not stored this page.
<a href="${base}papers/">All papers</a> and <a href="${base}docs/overview.html">the guides</a> are available offline.</p>`,
  );
}
