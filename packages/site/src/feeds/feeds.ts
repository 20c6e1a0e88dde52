import { html, type Markup } from "@minimand/compare/report";
import { cards, heldText, outcomeOf, type RuleChange, ruleChangeText } from "@minimand/papers";
import { Feed } from "feed";
import { catalogue } from "../catalogue/entries.ts";
import type { Entry } from "../catalogue/entry.ts";
import { addressOf } from "./address.ts";
import { latestRuns, type MeasuredRun, measuredRuns } from "./runs.ts";

/** A paper with its measured runs, and the day of the last one, or on which it was added. */
interface Paper extends Entry {
  runs: MeasuredRun[];
  changed: string;
}

function paperOf(entry: Entry, log: readonly RuleChange[]): Paper {
  const runs = measuredRuns(log);
  return { ...entry, runs, changed: runs.at(-1)?.date ?? entry.added };
}

const pageAt = (url: string, slug: string): string => addressOf(url, `papers/${slug}.md`);

/** Returns what machines read of the catalogue: papers.json, and the same papers as RSS, Atom and JSON Feed. */
export function feedFiles(url: string): [path: string, text: string][] {
  const entries = catalogue();
  const papers = entries.map((entry) =>
    paperOf(entry, cards.find(({ slug }) => slug === entry.slug)!.ruleLog),
  );
  const feed = feedOf(papers, url);
  return [
    ["papers.json", papersJson(entries, url)],
    ["feed.xml", feedOf(papers, url, { oneDate: true }).rss2()],
    ["atom.xml", feed.atom1()],
    ["feed.json", feed.json1()],
  ];
}

/** Returns the catalogue with addresses, and what decided each verdict. */
export function papersJson(papers: readonly Entry[], url: string): string {
  const listed = papers.map((entry) => ({
    ...entry,
    because: outcomeOf(entry.slug)?.because ?? null,
    page: pageAt(url, entry.slug),
    paper: `https://arxiv.org/abs/${entry.arxiv}`,
  }));
  return `${JSON.stringify({ schema: "minimand.papers/2", site: url, papers: listed }, null, 2)}\n`;
}

/**
 * Returns the papers as a feed, the one that changed last first.
 *
 * @param oneDate whether the format has one date per item, which is that of the last change then
 */
function feedOf(papers: readonly Paper[], url: string, { oneDate = false } = {}): Feed {
  const byChange = [...papers].sort(
    (a, b) =>
      b.changed.localeCompare(a.changed) || b.added.localeCompare(a.added) || b.date.localeCompare(a.date),
  );
  const feed = new Feed({
    id: url,
    link: url,
    title: "Minimand: papers and verdicts",
    description: "Papers on training whose claims were tested, with the verdicts.",
    language: "en",
    author: { name: "Minimand contributors", link: url },
    generator: false,
    updated: dayOf(byChange[0].changed),
    feedLinks: { rss: `${url}feed.xml`, atom: `${url}atom.xml`, json: `${url}feed.json` },
  });
  for (const paper of byChange)
    feed.addItem({
      id: pageAt(url, paper.slug),
      link: pageAt(url, paper.slug),
      title: paper.title,
      description: described(paper).markup,
      date: dayOf(paper.changed),
      ...(!oneDate && { published: dayOf(paper.added) }),
      category: [{ name: paper.topic, term: paper.topic }],
    });
  return feed;
}

const dayOf = (day: string): Date => new Date(`${day}T00:00:00Z`);

function described({ verdict, held, notHeld, use, runs }: Paper): Markup {
  const found = `${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}`;
  return html`<p>${[`${found}.`, heldText({ held, notHeld }), use].filter((text) => text !== "").join(" ")}</p>${latestRuns(runs).map(runText)}`;
}

/** What a run changed, and why: the changes of rule and protocol that came before it. */
function runText({ date, scale, before, verdict, what, changes }: MeasuredRun): Markup {
  const outcome =
    before === null
      ? `first run: ${verdict}`
      : before === verdict
        ? `new run: ${verdict}, unchanged`
        : `${before} → ${verdict}`;
  const since = changes.map((change) => html`<li>${change.date}: ${ruleChangeText(change)}</li>`);
  return html`<p><strong>${date}${scale === "full" ? ", full scale" : ""}: ${outcome}.</strong> ${what}</p>${
    since.length === 0 ? null : html`<p>Changes since the previous run:</p><ul>${since}</ul>`
  }`;
}
