import { existsSync, readFileSync } from "node:fs";
import { cards, type Row } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { behindPlusMinus, curvesOf, intervalsOf, spread } from "./figure.ts";
import { figures } from "./figures.ts";

const measured = cards
  .map(({ slug }) => [slug, `packages/papers/src/${slug}/measured.json`] as const)
  .filter(([, file]) => existsSync(file));

describe("the figures of the papers", () => {
  it.each(measured)("%s: are drawn from its measured rows, for a page and for a telephone", (slug, file) => {
    const { rows } = JSON.parse(readFileSync(file, "utf8")) as { rows: Row[] };
    const drawn = figures[slug](rows);
    expect(drawn.length).toBeGreaterThan(0);
    for (const {
      caption,
      drawn: { markup },
    } of drawn) {
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

describe("values with their ends", () => {
  const rows: Row[] = [
    { arm: "a", score: 0.5, "s.e.": 0.1 },
    { arm: "b", score: null, "s.e.": 0.1 },
    { arm: "c", score: 0.7, "s.e.": 0.2 },
  ];
  const shown = (error?: string) =>
    intervalsOf(rows, {
      caption: "Scores.",
      xLabel: "score, %",
      name: "arm",
      value: "score",
      times: 100,
      error,
    });

  it("are shown as they were measured, and rows without a value are left out", () => {
    expect(shown("s.e.").drawn.markup).toContain("a: 50.000 [40.000, 60.000]; c: 70.000 [50.000, 90.000].");
    expect(shown("s.e.").caption).toBe("Scores. Lines: one standard error over seeds on either side.");
  });

  it("say nothing of ends where none were measured", () => {
    expect(shown().caption).toBe("Scores.");
    expect(shown().drawn.markup).toContain("score, %. a: 50.000; c: 70.000.");
  });

  it("refuse a column that isn't there", () => {
    expect(() => shown("error")).toThrow(/^no column 'error' among arm, score, s.e.$/);
  });
});

describe("curves", () => {
  it("are rows of one name, or columns with a number in their names", () => {
    const rows: Row[] = [{ arm: "x", "T = 10": 1, "T = 100": 2, other: 5 }];
    expect(spread(rows, /^T = (\d+)$/).map(({ at, value }) => [at, value])).toEqual([
      [10, 1],
      [100, 2],
    ]);
    const { drawn } = curvesOf(spread(rows, /^T = (\d+)$/), {
      ...{ caption: "Growth.", xLabel: "T", yLabel: "regret", name: "arm", x: "at", y: "value" },
    });
    expect(drawn.markup).toContain("regret by T, a panel a curve: x.");
  });
});

it("the error behind a ± is a number", () => {
  expect(behindPlusMinus("robust %")({ "robust %": "46.0 ± 0.5" })).toBe(0.5);
  expect(behindPlusMinus("robust %")({ "robust %": null })).toBe(null);
});
