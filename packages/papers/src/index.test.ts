import { readdir } from "node:fs/promises";
import { candidates, methods } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import { cards, loadReproduction } from "./index.ts";

describe("the papers", () => {
  it("stand in the order of their dates, each with what a reader needs to judge its claim", () => {
    expect(cards.map(({ date }) => date)).toEqual(cards.map(({ date }) => date).toSorted());
    expect(new Set(cards.map(({ slug }) => slug)).size).toBe(cards.length);
    for (const { slug, arxiv, date, authors, claim, rule } of cards) {
      expect(slug).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(arxiv).toMatch(/^\d{4}\.\d{4,5}$/);
      expect(date).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/);
      expect(authors).toBeGreaterThan(0);
      expect(Math.min(claim.length, rule.length)).toBeGreaterThan(40);
      expect(rule).toMatch(/reproduced/i);
    }
  });

  it.each(cards.map(({ slug }) => slug))("%s is loaded by its slug, with its own card", async (slug) => {
    const { card } = await loadReproduction(slug);
    expect(cards).toContain(card);
    expect(card.slug).toBe(slug);
  });

  it.each(cards.map(({ slug }) => slug))("%s has the same files for the same roles", async (slug) => {
    const files = await readdir(new URL(`./${slug}/`, import.meta.url), { recursive: true });
    const roles = ["settings", "arms", "trial", "report", "verdict", "reproduction", "reproduction.test"];
    const asked = ["card.ts", "rule-log.json", "README.md", ...roles.map((role) => `run/${role}.ts`)];
    expect(files).toEqual(expect.arrayContaining(asked));
  });

  it("are those that candidates of a comparison name", () => {
    const slugs = new Set(cards.map(({ slug }) => slug));
    const named = [...candidates, ...methods].flatMap(({ paper }) => paper ?? []);
    expect(named.filter((slug) => !slugs.has(slug))).toEqual([]);
  });

  it("refuses an unknown slug with the nearest known one", async () => {
    await expect(loadReproduction("comp-sun")).rejects.toThrow(
      /^paper: expected one of .*comp-sum.*, got 'comp-sun'; did you mean 'comp-sum'\?$/,
    );
    const error = await loadReproduction("saff").catch(({ message }: Error) => message);
    const named = /one of (.*), got/.exec(String(error))?.[1]?.split(", ") ?? [];
    expect(named).toEqual(cards.map(({ slug }) => slug).toSorted());
    await expect(loadReproduction("toString")).rejects.toThrow(RangeError);
  });
});
