import { examinePairs, pairTable, readTable } from "@minimand/compare";
import { expect, it } from "vitest";
import { rateOfPairs, ratingFacts, ratingPairs, readRatings } from "./rating-pairs.ts";

const ratings = await readRatings();

it("a rater contradicts the mean of ten in a tenth of all pairs, nearly always where both are close", () => {
  const { contradictions, byDistance, agreement, rateOfAgreement } = ratingFacts(ratings);
  expect(contradictions).toBeCloseTo(0.108, 3);
  const rates = byDistance.map((bin) => bin.contradictions);
  expect(rates).toEqual(rates.toSorted((a, b) => b - a));
  expect(rates[0]).toBeGreaterThan(0.38);
  expect(rates.at(-1)).toBeLessThan(0.006);
  expect(byDistance.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
  expect(agreement).toBeCloseTo(0.846, 3);
  // A rate that is the same for all pairs would have to be smaller, since labels that differ gather on few of them.
  expect(rateOfAgreement).toBeLessThan(contradictions);
});

it("labels turned by chance are found again, beside close calls which are no flips", () => {
  for (const flips of [0.1, 0.3]) {
    const { epsilon, lower, upper } = rateOfPairs(ratingPairs(ratings, { flips }));
    expect(lower).toBeLessThan(flips);
    expect(upper).toBeGreaterThan(flips);
    expect(Math.abs(epsilon - flips)).toBeLessThan(0.015);
  }
  const { epsilon, upper } = rateOfPairs(ratingPairs(ratings));
  expect(epsilon).toBeLessThan(0.006);
  expect(upper).toBeLessThan(0.01);
});

it("pairs of a set are of one group, and no entry is in two of them", async () => {
  const pairs = ratingPairs(ratings, { seed: 3 });
  const lines = pairs.map(({ chosen, rejected }) => JSON.stringify({ chosen, rejected })).join("\n");
  const table = await readTable(new TextEncoder().encode(lines), { name: "ratings.jsonl", nested: "json" });
  const { groups, notes, chosen } = pairTable(table);
  expect(new Set(groups).size).toBe(Math.floor(ratings.length / 6));
  expect([chosen.rows, notes]).toEqual([pairs.length, []]);
  expect(examinePairs(pairTable(table)).map(({ text }) => text)).toEqual([
    expect.stringMatching(/^the (longer|shorter) response is the chosen one in 5\d\.\d % of \d+ pairs/),
  ]);
});
