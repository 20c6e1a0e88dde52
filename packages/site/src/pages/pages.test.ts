import { globSync, readFileSync } from "node:fs";
import { cards, outcomeOf } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { guides, listedGuides } from "./guides.ts";
import { sitePages } from "./pages.ts";

const pages = sitePages(() => null);
const text = (path: string): string => String(pages.get(path));

describe("the pages of the site", () => {
  it("begin with a home that shows a report, small enough to load", () => {
    const picture = "docs/pictures/report.png";
    expect(text("index.md")).toContain(`"address":"/${picture}"`);
    expect((pages.get(`public/${picture}`) as Uint8Array).length).toBeLessThan(200_000);
  });

  it("are a home, a catalogue, a page a paper, a page a guide with a list of them, and the sources that these link to", () => {
    const count = (folder: string): number =>
      [...pages.keys()].filter((path) => new RegExp(`^${folder}[^/]+$`).test(path)).length;
    expect(count("papers/")).toBe(1 + cards.length);
    expect(text("papers/index.md")).toContain("<PaperCatalogue />");
    expect(text("index.md")).not.toContain("<PaperCatalogue />");
    expect(count("docs/")).toBe(1 + guides.flatMap((group) => group.pages).length);
    for (const { title, page } of listedGuides().flatMap(({ listed }) => listed))
      expect(text("docs/index.md")).toContain(`<a href="../${page}.html">${title}</a>`);
    expect(pages.has("source/examples/smoke.ts.md")).toBe(true);
    expect(text("source/examples/smoke.ts.md")).toContain(
      readFileSync("examples/smoke.ts", "utf8").trimEnd(),
    );
  });

  it("have every page of docs/ among them", () => {
    const listed = guides.flatMap((group) => group.pages.map(([file]) => file));
    expect(globSync("docs/*.md").filter((file) => !listed.includes(file.replaceAll("\\", "/")))).toEqual([]);
  });

  it.each(cards.map((card) => [card.slug, card] as const))(
    "%s: has what its README says, its verdict and its figures",
    (slug, card) => {
      const page = text(`papers/${slug}.md`);
      const outcome = outcomeOf(slug);
      const readme = readFileSync(`packages/papers/src/${slug}/README.md`, "utf8");
      const lacks = [
        ...[...readme.matchAll(/^## .*$/gm)].map(([heading]) => `\n${heading}\n`),
        ...["Claim", "Rule", `arxiv.org/abs/${card.arxiv})`, `minimand reproduce ${slug}`],
        `</b> ${outcome?.verdict ?? "not measured"}</span>`,
        ...(outcome === null ? [] : ['class="mm-figure"']),
      ].filter((part) => !page.includes(part));
      expect(lacks).toEqual([]);
      // Whether to use it is what one asks first.
      expect(
        page
          .split("\n## ")
          .slice(1, 3)
          .map((section) => section.slice(0, section.indexOf("\n"))),
      ).toEqual(["In practice", outcome === null ? "Claim" : "At a glance"]);
      // Each once, and the rule before any number of a run.
      const headings = [...page.matchAll(/^## .*$/gm)].map(([heading]) => heading);
      expect(new Set(headings).size).toBe(headings.length);
      const at = (start: string): number => headings.findIndex((heading) => heading.startsWith(start));
      expect(at("## Run it here")).toBe(at("## Rule") + 1);
      // Neither could be part of a page: the one breaks its template, the other is for those who write the README.
      expect(/<style|<!-- /.test(page)).toBe(false);
    },
  );
});
