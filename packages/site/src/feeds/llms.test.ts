import { describe, expect, it } from "vitest";
import { catalogue } from "../catalogue/entries.ts";
import { guides } from "../pages/guides.ts";
import { llmsText } from "./llms.ts";

const url = "https://example.org/sub/";
const modules = [
  { name: "minimand/losses", page: "api/minimand/losses", about: "Pure functions of arrays." },
];
const text = llmsText(url, catalogue(), modules);
const links = [...text.matchAll(/^- \[([^\]]+)\]\((\S+)\)(: .+)?$/gm)];

describe("llms.txt", () => {
  it("is a heading, a summary, a paragraph and sections of links, as llmstxt.org has it", () => {
    const [heading, summary, about, ...sections] = text.trimEnd().split("\n\n");
    expect(heading).toBe("# Minimand");
    expect(summary).toMatch(/^> [^\n]+\.$/);
    expect(about).toMatch(/^[^#>-][^\n]+\.$/);
    for (const [i, block] of sections.entries())
      expect(block).toMatch(
        i % 2 === 0 ? /^## [^\n]+$/ : /^(- \[[^\]\n]+\]\(https:[^)\s]+\)(: [^\n]+)?\n?)+$/,
      );
    expect(text).not.toMatch(/\n\n\n|\n\n$/);
  });

  it("links every guide, every paper with its verdict, and every module once", () => {
    const addresses = links.map(([, , address]) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
    for (const [, page] of guides.flatMap((group) => group.pages))
      expect(addresses).toContain(`${url}${page}.html`);
    for (const { slug, title, verdict, use } of catalogue())
      expect(text).toContain(`- [${title}](${url}papers/${slug}.html): ${verdict}. ${use}`);
    expect(text).toContain(`- [minimand/losses](${url}api/minimand/losses.html): Pure functions of arrays.`);
  });

  it("has no empty section where there is no reference", () => {
    expect(llmsText(url, catalogue(), [])).not.toContain("## API");
  });
});
