import { cards, outcomeOf, papers } from "@minimand/papers";
import { parseHTML } from "linkedom";
import { describe, expect, it, vi } from "vitest";
import { catalogue } from "../catalogue/entries.ts";
import { feedFiles, papersJson } from "./feeds.ts";
import { robotsText, sitemap } from "./sitemap.ts";

const url = "https://example.org/sub/";
const files = new Map(feedFiles(url));

const xml = (name: string): Document => {
  const { DOMParser } = parseHTML("");
  return new DOMParser().parseFromString(files.get(name)!, "text/xml") as unknown as Document;
};

/** The entries of a feed that are about a paper. */
const entriesOf = (name: string, entry: string, id: string, slug: string): Element[] =>
  [...xml(name).querySelectorAll(entry)].filter(
    (one) => one.querySelector(id)?.textContent === `${url}papers/${slug}.html`,
  );

describe("papers.json", () => {
  it("is the catalogue with addresses and reasons", () => {
    const { schema, site, papers } = JSON.parse(files.get("papers.json")!);
    expect([schema, site, papers.length]).toEqual(["minimand.papers/2", url, cards.length]);
    const lion = papers.find(({ slug }: { slug: string }) => slug === "lion");
    expect(lion).toMatchObject({
      page: `${url}papers/lion.html`,
      paper: "https://arxiv.org/abs/2310.05898",
      authors: 4,
    });
    expect(lion.because).not.toBe("");
  });

  it("has a paper that isn't measured, too", () => {
    const unknown = { ...catalogue()[0], slug: "not-there", verdict: "not measured" as const };
    expect(JSON.parse(papersJson([unknown], url)).papers[0].because).toBe(null);
  });
});

it("the sitemap has every page at its address, and neither sources nor pictures", () => {
  const pages = ["index.md", "papers/a&b.md", "source/x.ts.md", "public/docs/p.png"];
  const places = [...sitemap(url, pages).matchAll(/<loc>(.*)<\/loc>/g)].map(([, place]) => place);
  expect(places).toEqual([url, `${url}papers/a&amp;b.html`]);
});

it("robots.txt lets crawlers in and names the sitemap", () => {
  expect(robotsText(url)).toBe(`User-agent: *\nAllow: /\n\nSitemap: ${url}sitemap.xml\n`);
});

describe("the feeds", () => {
  it("have every paper once, at its own address, the latest to come first", () => {
    const json = JSON.parse(files.get("feed.json")!) as {
      items: { id: string; url: string; date_modified: string }[];
    };
    const expected = new Set(cards.map(({ slug }) => `${url}papers/${slug}.html`));
    expect(new Set(json.items.map(({ id }) => id))).toEqual(expected);
    expect(new Set(json.items.map((item) => item.url))).toEqual(expected);
    const days = json.items.map(({ date_modified }) => date_modified);
    expect(days).toEqual([...days].sort().reverse());
    const links = [...xml("feed.xml").querySelectorAll("item > link")].map((link) => link.textContent);
    expect(new Set(links)).toEqual(expected);
    const ids = [...xml("atom.xml").querySelectorAll("entry > id")].map((id) => id.textContent);
    expect(new Set(ids)).toEqual(expected);
  });

  it("say the verdict first, and themselves where they are", () => {
    const json = JSON.parse(files.get("feed.json")!) as {
      items: { id: string; content_html: string }[];
      feed_url: string;
    };
    expect(json.feed_url).toBe(`${url}feed.json`);
    const saf = json.items.find(({ id }) => id.endsWith("/saf.html"));
    const verdict = outcomeOf("saf")!.verdict.replace(/^./, (first) => first.toUpperCase());
    expect(saf?.content_html).toMatch(
      new RegExp(`^<p>${verdict}\\. Held: .*SAF.*\\. Not held: .*\\. Sharpness-aware`),
    );
    expect(files.get("feed.xml")).toContain(`href="${url}feed.xml"`);
    expect(files.get("atom.xml")).toContain(`href="${url}atom.xml"`);
  });

  it("date each paper by its last measured run or the day on which it was added, and say that day", () => {
    const { items } = JSON.parse(files.get("feed.json")!) as {
      items: { id: string; date_modified: string; date_published: string }[];
    };
    const dayOf = ({ card, listing }: (typeof papers)[number]): string =>
      card.ruleLog.findLast(({ about }) => about === "run")?.date ?? listing.added;
    const days = new Map(papers.map((paper) => [paper.card.slug, dayOf(paper)]));
    const at = (day: string): string => `${day}T00:00:00.000Z`;
    for (const { slug, added } of catalogue()) {
      const item = items.find(({ id }) => id === `${url}papers/${slug}.html`);
      expect([item?.date_modified, item?.date_published], slug).toEqual([at(days.get(slug)!), at(added)]);
      const [entry] = entriesOf("atom.xml", "entry", "id", slug);
      expect(entry.querySelector("updated")?.textContent, slug).toBe(item?.date_modified);
      expect(entry.querySelector("published")?.textContent, slug).toBe(item?.date_published);
      // RSS has one date per item.
      const [inRss] = entriesOf("feed.xml", "item", "guid", slug);
      expect(Date.parse(inRss.querySelector("pubDate")!.textContent), slug).toBe(
        Date.parse(item!.date_modified),
      );
    }
    const latest = at([...days.values()].sort().at(-1)!);
    expect(xml("atom.xml").querySelector("feed > updated")?.textContent).toBe(latest);
  });

  it("say which verdict changed, and why", () => {
    const lion = cards.find(({ slug }) => slug === "lion")!.ruleLog;
    const turned = lion.find(({ verdict }) => verdict === "partly reproduced")!;
    const protocol = lion[lion.indexOf(turned) - 1];
    const json = JSON.parse(files.get("feed.json")!) as { items: { id: string; content_html: string }[] };
    const texts = [
      json.items.find(({ id }) => id.endsWith("/lion.html"))!.content_html,
      entriesOf("atom.xml", "entry", "id", "lion")[0].querySelector("summary")!.textContent,
      entriesOf("feed.xml", "item", "guid", "lion")[0].querySelector("description")!.textContent,
    ];
    for (const text of texts) {
      const { document } = parseHTML(`<!doctype html><html><body>${text}</body></html>`);
      const said = document.body.textContent;
      expect(said).toContain(`${turned.date}: reproduced → partly reproduced. ${turned.what}`);
      expect(said).toContain(`${protocol.date}: protocol, with results in view. ${protocol.what}`);
    }
    const turnedBack = json.items.find(({ id }) => id.endsWith("/comp-sum.html"))!.content_html;
    expect(turnedBack).toContain("<strong>2026-11-28: partly reproduced → reproduced.</strong>");
    expect(turnedBack).toContain("<strong>2026-11-28, full scale: first run: partly reproduced.</strong>");
  });

  it("name an author, as Atom requires", () => {
    const atom = xml("atom.xml");
    expect(atom.querySelector("feed > author > name")?.textContent).toBe("Minimand contributors");
    expect(atom.querySelector("feed > author > uri")?.textContent).toBe(url);
    expect(JSON.parse(files.get("feed.json")!).author).toEqual({ name: "Minimand contributors", url });
  });

  it("say the same for the same papers, whenever they are made", () => {
    vi.setSystemTime("2040-01-01");
    try {
      expect(new Map(feedFiles(url))).toEqual(files);
    } finally {
      vi.useRealTimers();
    }
  });
});
