import { plural } from "@minimand/compare";
import { html, type Markup } from "@minimand/compare/report";
import { heldText } from "@minimand/papers";
import type { Letter } from "./mailer.ts";
import type { News } from "./news.ts";
import type { Rhythm } from "./rhythm.ts";

/** What a digest is made of. */
export interface Digest {
  news: readonly News[];
  rhythm: Rhythm;
  /** Address of the site, with a slash at its end. */
  url: string;
  /** Address that ends the subscription. */
  unsubscribe: string;
}

/**
 * The words of a digest, plain and as HTML: new papers first, then new verdicts.
 *
 * @returns subject and texts; equal news give equal ones
 */
export function digestLetter({ news, rhythm, url, unsubscribe }: Digest): Letter {
  const papers = news.filter(({ kind }) => kind === "paper");
  const verdicts = news.filter(({ kind }) => kind === "verdict");
  const counts = [
    ...(papers.length > 0 ? [plural(papers.length, "new paper")] : []),
    ...(verdicts.length > 0 ? [plural(verdicts.length, "new verdict")] : []),
  ].join(", ");
  const parts: [head: string, of: News[]][] = [
    ["New papers", papers],
    ["New verdicts", verdicts],
  ];
  const shown = parts.filter(([, of]) => of.length > 0);
  const why = `You get this mail ${rhythm === "daily" ? "at most once a day" : "at most once a week"}, and only when there is something new.`;
  return {
    subject: `Minimand: ${counts}`,
    text: [
      ...shown.flatMap(([head, of]) => [head, "", ...of.flatMap((one) => [...plainLines(one, url), ""])]),
      "-- ",
      why,
      `All papers: ${url}papers/`,
      `Unsubscribe: ${unsubscribe}`,
      "",
    ].join("\n"),
    html: page(html`${shown.map(
      ([head, of]) => html`
<h2 style="font-size:18px;margin:28px 0 8px">${head}</h2>
${of.map((one) => entry(one, url))}`,
    )}
<p style="margin:32px 0 0;padding-top:12px;border-top:1px solid #ccc;font-size:13px;color:#555">${why}
<a href="${url}papers/" style="color:#555">All papers</a> &middot; <a href="${unsubscribe}" style="color:#555">Unsubscribe</a></p>`),
  };
}

/** Address of a paper's page on the site. */
const pageOf = (url: string, slug: string): string => `${url}papers/${slug}.html`;

/** What came out, in words. */
function found(news: News): string {
  const { kind, before, verdict } = news;
  if (verdict === null) return "Not measured yet.";
  const was = kind === "verdict" && before !== null ? ` (previously ${before})` : "";
  return `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}${was}. ${heldText(news)}`.trimEnd();
}

function plainLines(news: News, url: string): string[] {
  return [`* ${news.title}`, `  ${found(news)}`, `  ${pageOf(url, news.slug)}`];
}

function entry(news: News, url: string): Markup {
  return html`<p style="margin:0 0 14px"><a href="${pageOf(url, news.slug)}" style="font-weight:600">${news.title}</a>
(<a href="https://arxiv.org/abs/${news.arxiv}">arXiv ${news.arxiv}</a>)<br>${found(news)}</p>
`;
}

/** A mail as a page: no pictures, nothing that is fetched. */
export function page(content: Markup): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0 auto;padding:16px;max-width:600px;font:16px/1.5 system-ui,sans-serif">${content}
</body></html>
`.markup;
}
