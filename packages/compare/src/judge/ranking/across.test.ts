import { describe, expect, test } from "vitest";
import type { Ranking, Verdict } from "../../results.ts";
import { compareAcross } from "./index.ts";

/** A ranking with these means; "diverged" for a loss that diverged, "reference" for one that is only shown. */
function ranking(means: Record<string, number | "diverged" | "reference">, higherIsBetter = true): Ranking {
  return {
    metric: "balanced-accuracy",
    higherIsBetter,
    baseline: "ce",
    rope: 0.01,
    alpha: 0.05,
    summary: "",
    entries: Object.entries(means).map(([candidate, mean]) => {
      const verdict: Verdict = mean === "diverged" || mean === "reference" ? mean : "undecided";
      return {
        candidate,
        label: candidate.toUpperCase(),
        verdict,
        mean: typeof mean === "number" ? mean : 0.99,
        sd: 0,
        n: 10,
        seeds: 2,
        diverged: mean === "diverged" ? 1 : 0,
        difference: null,
        sentence: "",
      };
    }),
  };
}

const named = (rankings: Ranking[]) => rankings.map((r, i) => ({ name: `set-${i}`, ranking: r }));

describe("over several data sets", () => {
  test("candidates are sorted by average rank, with their ranks in the same order", () => {
    const report = compareAcross(
      named([ranking({ ce: 0.7, a: 0.8, b: 0.6 }), ranking({ b: 0.5, ce: 0.5, a: 0.9 })]),
      0.05,
    );
    expect(report?.candidates).toEqual(["a", "ce", "b"]);
    expect(report?.ranks).toEqual([
      [1, 2, 3],
      [1, 2.5, 2.5],
    ]);
    expect(report?.averageRanks).toEqual([1, 2.25, 2.75]);
    expect(report?.datasets).toEqual(["set-0", "set-1"]);
    // chi2 = 12 * 2 / 12 * (1 + 1/16 + 9/16) = 3.25, one set of one clique: CD = 2.3437 * sqrt(12 / 12)
    expect(report?.friedman.chi2).toBeCloseTo(3.25, 12);
    expect(report?.criticalDifference).toBeCloseTo(2.3437, 4);
    expect(report?.cliques).toEqual([[0, 1, 2]]);
  });

  test("each data set ranks in the direction of its own metric", () => {
    const report = compareAcross(
      named([ranking({ ce: 0.7, a: 0.8 }), ranking({ ce: 0.7, a: 0.6 }, false)]),
      0.05,
    );
    expect(report?.averageRanks).toEqual([1, 2]);
    expect(report?.candidates).toEqual(["a", "ce"]);
  });

  test("a loss that diverged shares the last ranks, whatever its mean and the direction", () => {
    for (const higherIsBetter of [true, false]) {
      const one = ranking({ wild: "diverged", mad: "diverged", ce: 0.5, a: 0.6 }, higherIsBetter);
      const report = compareAcross(named([one, one]), 0.05);
      expect(report?.candidates.slice(2).sort()).toEqual(["mad", "wild"]);
      expect(report?.averageRanks.slice(2)).toEqual([3.5, 3.5]);
    }
  });

  test("references and losses that a data set lacks are left out", () => {
    const report = compareAcross(
      named([
        ranking({ ce: 0.7, a: 0.8, binaryOnly: 0.9, tuned: "reference" }),
        ranking({ ce: 0.7, a: 0.8, tuned: "reference" }),
      ]),
      0.05,
    );
    expect(report?.candidates).toEqual(["a", "ce"]);
  });

  test("there is no report for one data set, or for fewer than two losses in common", () => {
    expect(compareAcross(named([ranking({ ce: 0.7, a: 0.8 })]), 0.05)).toBeNull();
    expect(compareAcross([], 0.05)).toBeNull();
    expect(
      compareAcross(named([ranking({ ce: 0.7, a: 0.8 }), ranking({ ce: 0.7, b: 0.8 })]), 0.05),
    ).toBeNull();
  });

  test("the summary names the best and those behind it where the losses differ", () => {
    const same = { a: 0.9, b: 0.89, ce: 0.8, d: 0.7 };
    const swapped = { a: 0.89, b: 0.9, ce: 0.8, d: 0.7 };
    const report = compareAcross(
      named([1, 2, 3, 4, 5, 6].map((i) => ranking(i % 3 === 0 ? swapped : same))),
      0.05,
    );
    expect(report?.summary).toBe(
      "Over 6 data sets the losses differ (Friedman p < 0.001): A ranks best (average rank 1.3); significantly behind it: D.",
    );
    expect(report?.cliques).toEqual([
      [0, 1, 2],
      [2, 3],
    ]);
  });

  test("the summary finds nothing in shuffled ranks, and warns where the data sets are few", () => {
    const report = compareAcross(
      named([ranking({ ce: 3, a: 2, b: 1 }), ranking({ ce: 1, a: 3, b: 2 }), ranking({ ce: 2, a: 1, b: 3 })]),
      0.05,
    );
    expect(report?.friedman).toMatchObject({ chi2: 0, p: 1 });
    expect(report?.summary).toBe(
      "Over 3 data sets no loss ranks significantly better than another (Friedman p = 1); with fewer than 5 data sets these tests have little power.",
    );
  });

  test("perfect agreement, which has no F, is judged by the chi-square", () => {
    const report = compareAcross(named([1, 2, 3, 4, 5].map(() => ranking({ ce: 3, a: 2, b: 1 }))), 0.05);
    expect(report?.friedman.pF).toBeNull();
    expect(report?.summary).toContain("the losses differ (Friedman p = 0.0067): CE ranks best");
  });

  test("the summary finds a difference where Friedman's p is below alpha, and warns of fewer than five data sets", () => {
    const rankings = [
      ranking({ ce: 3, a: 2, b: 1 }),
      ranking({ ce: 3, a: 1, b: 2 }),
      ranking({ ce: 2, a: 3, b: 1 }),
    ];
    const few = named([...rankings, rankings[0]]);
    const { pF } = compareAcross(few, 0.5)!.friedman;
    expect(pF).toBeLessThan(0.2);
    expect(compareAcross(few, pF!)?.summary).toMatch(
      /^Over 4 data sets no loss .*; with fewer than 5 data sets/,
    );
    expect(compareAcross(few, 1.000001 * pF!)?.summary).toMatch(/^Over 4 data sets the losses differ/);
    expect(compareAcross(named([...rankings, ...rankings.slice(0, 2)]), 0.05)?.summary).not.toContain(
      "little power",
    );
  });

  test("refuses alpha outside (0, 1)", () => {
    expect(() => compareAcross([], 1)).toThrow(new RangeError("alpha: expected a number > 0 and < 1, got 1"));
  });
});
