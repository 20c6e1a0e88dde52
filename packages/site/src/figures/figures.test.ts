import { existsSync, readFileSync } from "node:fs";
import { figure } from "@minimand/compare/report";
import { cards, type Row } from "@minimand/papers";
import { figures } from "@minimand/papers/figures";
import { describe, expect, it } from "vitest";
import { figureWidth } from "./as-part.ts";

const measured = cards
  .map(({ slug }) => [slug, `packages/papers/src/${slug}/measured.json`] as const)
  .filter(([, file]) => existsSync(file));

describe("the figures of the papers", () => {
  it.each(measured)("%s: are drawn from its measured rows, for a page and for a telephone", (slug, file) => {
    const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: Row[] };
    const drawn = figures[slug](rows);
    expect(drawn.length).toBeGreaterThan(0);
    for (const { caption, draw } of drawn) {
      const { markup } = figure(draw, null, figureWidth)!;
      expect(caption).toMatch(/\.$/);
      expect(markup.match(/<svg /g)).toHaveLength(2);
      expect(markup.match(/mm-interval-value|mm-curve/g)?.length ?? 0).toBeGreaterThanOrEqual(2);
      expect(markup).not.toMatch(/NaN|undefined/);
      // Two names that are cut may read alike.
      expect(markup).not.toContain("…");
    }
  });

  it("refuse rows that have nothing of what they show", () => {
    for (const [slug, make] of Object.entries(figures))
      expect(() => make([]), slug).toThrow(/expected|no column/);
  });
});
