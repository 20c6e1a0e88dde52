import { cards, outcomeOf } from "@minimand/papers";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { catalogue } from "../catalogue/entries.ts";
import { feedFiles, papersJson } from "./feeds.ts";
import { sitemap } from "./sitemap.ts";

const url = "https://example.org/sub/";
const files = new Map(feedFiles(url));

const xml = (name: string): Document => {
  const { DOMParser } = parseHTML("");
  return new DOMParser().parseFromString(files.get(name)!, "text/xml") as unknown as Document;
};

describe("papers.json", () => {
  it("is the catalogue with addresses and reasons", () => {
    const { schema, site, papers } = JSON.parse(files.get("papers.json")!);
    expect([schema, site, papers.length]).toEqual(["minimand.papers/1", url, cards.length]);
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
    expect(saf?.content_html).toMatch(new RegExp(`^${verdict}: SAF .*\\. Sharpness-aware`));
    expect(files.get("feed.xml")).toContain(`href="${url}feed.xml"`);
    expect(files.get("atom.xml")).toContain(`href="${url}atom.xml"`);
  });

  it("say the same for the same papers, whenever they are made", () => {
    expect(feedFiles(url)).toEqual(feedFiles(url));
    expect(files.get("feed.xml")).not.toContain(`${new Date().getFullYear()}-`.concat("never"));
  });
});
