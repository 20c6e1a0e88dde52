import { tables as bundledTables } from "@minimand/data";
import { cards, outcomeOf } from "@minimand/papers";
import { describe, expect, it } from "vitest";
import { catalogue } from "./entries.ts";
import { isNew } from "./entry.ts";
import { dataNeeded } from "./needs.ts";
import { duration, monthName, plural } from "./words.ts";

describe("the catalogue", () => {
  it("has every paper once, with the verdict and the sentences of its committed run", () => {
    const entries = catalogue();
    expect(new Set(entries.map(({ slug }) => slug))).toEqual(new Set(cards.map(({ slug }) => slug)));
    for (const { slug, verdict, held, notHeld, seconds } of entries)
      expect({ verdict, held, notHeld, seconds }, slug).toEqual({
        verdict: outcomeOf(slug)?.verdict ?? "not measured",
        held: outcomeOf(slug)?.held ?? null,
        notHeld: outcomeOf(slug)?.notHeld ?? null,
        seconds: outcomeOf(slug)?.seconds ?? null,
      });
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
