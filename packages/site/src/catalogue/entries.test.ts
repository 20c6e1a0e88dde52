import { tables as bundledTables } from "@minimand/data";
import { cards, outcomeOf } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { catalogue } from "./entries.ts";
import { isNew } from "./entry.ts";
import { dataNeeded } from "./needs.ts";
import { notes } from "./notes.ts";
import { duration, monthName, plural } from "./words.ts";

describe("the catalogue", () => {
  it("has every paper once, with the verdict and the figure of its committed run", () => {
    const entries = catalogue();
    expect(new Set(entries.map(({ slug }) => slug))).toEqual(new Set(cards.map(({ slug }) => slug)));
    for (const { slug, verdict, figure, seconds } of entries)
      expect({ verdict, figure, seconds }, slug).toEqual({
        verdict: outcomeOf(slug)?.verdict,
        figure: outcomeOf(slug)?.figure,
        seconds: outcomeOf(slug)?.seconds,
      });
  });

  it("says one sentence of each, without a number, and of no paper that isn't there", () => {
    expect(new Set(Object.keys(notes))).toEqual(new Set(cards.map(({ slug }) => slug)));
    for (const [slug, { use, added, verdict }] of Object.entries(notes)) {
      expect(verdict, slug).toBe(outcomeOf(slug)?.verdict);
      expect(use, slug).toMatch(/^[A-Z][^.\d]*\.$/);
      expect(use.length, slug).toBeLessThan(200);
      expect(added, slug).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
  });

  it("says nothing from a claim: every sentence is its own", () => {
    for (const { slug, claim } of cards) expect(claim.includes(notes[slug].use), slug).toBe(false);
  });
});

describe("what a run needs", () => {
  const tables = bundledTables().map(({ name }) => name);

  it("is told for every data set of every card, tables being those of the project", () => {
    for (const { slug, data } of cards) {
      if (data.length === 0) expect(dataNeeded(data), slug).toEqual(["nothing"]);
      for (const name of data)
        expect(dataNeeded([name]).includes("tables"), `${slug}: ${name}`).toBe(tables.includes(name));
    }
  });

  it("is each kind once", () => {
    expect(dataNeeded(["brown", "mnist-train", "mnist-test", "churn"])).toEqual([
      "tables",
      "pictures",
      "text",
    ]);
  });
});

describe("a new paper", () => {
  it("is one whose first version is less than eighteen months old", () => {
    const today = new Date(2026, 10, 27);
    expect(isNew("2025-06", today)).toBe(true);
    expect(isNew("2025-05", today)).toBe(false);
    expect(isNew("2026-11", today)).toBe(true);
  });
});

it("months, times and counts are words", () => {
  expect(monthName("2016-04")).toBe("April 2016");
  expect([duration(58), duration(99), duration(120), duration(158)]).toEqual([
    "58 s",
    "99 s",
    "2 min",
    "2.6 min",
  ]);
  expect([plural(1, "author"), plural(3, "author")]).toEqual(["1 author", "3 authors"]);
});
