import { html } from "@minimand/compare/report";
import { outcomeOf } from "@minimand/papers";
import { Feed } from "feed";
import { catalogue } from "../catalogue/entries.ts";
import type { Entry } from "../catalogue/entry.ts";
import { addressOf } from "./address.ts";

const pageAt = (url: string, slug: string): string => addressOf(url, `papers/${slug}.md`);

/** What machines read of the catalogue: papers.json, and the same papers as RSS, Atom and JSON Feed. */
export function feedFiles(url: string): [path: string, text: string][] {
  const papers = catalogue();
  const feed = feedOf(papers, url);
  return [
    ["papers.json", papersJson(papers, url)],
    ["feed.xml", feed.rss2()],
    ["atom.xml", feed.atom1()],
    ["feed.json", feed.json1()],
  ];
}

/** The catalogue with addresses, and what decided each verdict. */
export function papersJson(papers: readonly Entry[], url: string): string {
  const listed = papers.map((entry) => ({
    ...entry,
    because: outcomeOf(entry.slug)?.because ?? null,
    page: pageAt(url, entry.slug),
    paper: `https://arxiv.org/abs/${entry.arxiv}`,
  }));
  return `${JSON.stringify({ schema: "minimand.papers/1", site: url, papers: listed }, null, 2)}\n`;
}

/** The papers by the day on which they came, the latest first. */
function feedOf(papers: readonly Entry[], url: string): Feed {
  const dayOf = ({ added }: Entry): Date => new Date(`${added}T00:00:00Z`);
  const byDay = [...papers].sort((a, b) => b.added.localeCompare(a.added) || b.date.localeCompare(a.date));
  const feed = new Feed({
    id: url,
    link: url,
    title: "Minimand: papers and verdicts",
    description: "Papers on training whose claims were run again, and what came out.",
    language: "en",
    generator: false,
    updated: dayOf(byDay[0]),
    feedLinks: { rss: `${url}feed.xml`, atom: `${url}atom.xml`, json: `${url}feed.json` },
  });
  for (const entry of byDay)
    feed.addItem({
      id: pageAt(url, entry.slug),
      link: pageAt(url, entry.slug),
      title: entry.title,
      description: html`${described(entry)}`.markup,
      date: dayOf(entry),
      published: dayOf(entry),
      category: [{ name: entry.topic, term: entry.topic }],
    });
  return feed;
}

function described({ verdict, figure, use }: Entry): string {
  const found = `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`;
  return `${found}${figure === null ? "" : `: ${figure}`}. ${use}`;
}
