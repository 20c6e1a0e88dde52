import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averageRanks, cliquesOf, criticalDifference, friedman, ranksOf } from "./index.ts";

/** Demšar 2006, table 6: AUC of four variants of C4.5 on 14 data sets. */
const published = [
  [0.763, 0.768, 0.771, 0.798],
  [0.599, 0.591, 0.59, 0.569],
  [0.954, 0.971, 0.968, 0.967],
  [0.628, 0.661, 0.654, 0.657],
  [0.882, 0.888, 0.886, 0.898],
  [0.936, 0.931, 0.916, 0.931],
  [0.661, 0.668, 0.609, 0.685],
  [0.583, 0.583, 0.563, 0.625],
  [0.775, 0.838, 0.866, 0.875],
  [1, 1, 1, 1],
  [0.94, 0.962, 0.965, 0.962],
  [0.619, 0.666, 0.614, 0.669],
  [0.972, 0.981, 0.975, 0.975],
  [0.957, 0.978, 0.946, 0.97],
];
const ranks = published.map((row) => ranksOf(row, true));

describe("ranks", () => {
  test("share the mean of tied places, from the best on", () => {
    expect(ranksOf([0.8, 0.9, 0.8], true)).toEqual([2.5, 1, 2.5]);
    expect(ranksOf([0.8, 0.9, 0.8], false)).toEqual([1.5, 3, 1.5]);
    expect(ranksOf([-Infinity, 0.5, -Infinity, 0.6], true)).toEqual([3.5, 2, 3.5, 1]);
  });

  test("of any row sum to k(k+1)/2 and turn over with the direction", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 15 }), (row) => {
        const k = row.length;
        const up = ranksOf(row, true);
        expect(up.reduce((a, b) => a + b, 0)).toBe((k * (k + 1)) / 2);
        expect(ranksOf(row, false)).toEqual(up.map((r) => k + 1 - r));
      }),
    );
  });

  test("on the published table average as the paper's rounded values do", () => {
    expect(averageRanks(ranks).map((r) => Number(r.toFixed(3)))).toEqual([3.143, 2, 2.929, 1.929]);
  });

  test("refuse NaN and ragged rows", () => {
    expect(() => ranksOf([1, Number.NaN], true)).toThrow(
      new RangeError("scores[1]: expected a number, got NaN"),
    );
    expect(() => averageRanks([[1, 2], [1]])).toThrow(new RangeError("ranks[1]: expected 2 ranks, got 1"));
    expect(() => averageRanks([])).toThrow(RangeError);
  });
});

describe("Friedman's test", () => {
  test("gives the paper's 9.28 and 3.69 for the paper's average ranks", () => {
    const { chi2, imanDavenportF } = friedman(new Array(14).fill([3.143, 2.0, 2.893, 1.964]));
    expect(chi2).toBeCloseTo(9.28, 2);
    expect(imanDavenportF).toBeCloseTo(3.69, 2);
  });

  test("on the published table, with SciPy's tails", () => {
    const { chi2, p, imanDavenportF, pF } = friedman(ranks);
    expect(chi2).toBeCloseTo(9.857142857142824, 10);
    expect(p).toBeCloseTo(0.019820334037905146, 8);
    expect(imanDavenportF).toBeCloseTo(3.9866666666666495, 9);
    expect(pF).toBeCloseTo(0.01435244621602403, 7);
  });

  test("as worked out by hand for three data sets", () => {
    // Average ranks 1, 7/3, 8/3: chi2 = 3 * ((1)² + (1/3)² + (2/3)²) = 14/3.
    const { chi2, p, imanDavenportF, pF } = friedman([
      [1, 2, 3],
      [1, 3, 2],
      [1, 2, 3],
    ]);
    expect(chi2).toBeCloseTo(14 / 3, 12);
    expect(p).toBeCloseTo(Math.exp(-7 / 3), 10);
    expect(imanDavenportF).toBeCloseTo(7, 10);
    expect(pF).toBeCloseTo(0.049382716049382366, 7);
  });

  test("does not depend on the order of data sets or candidates", () => {
    const turned = [...ranks].reverse().map((row) => [...row].reverse());
    expect(friedman(turned).chi2).toBeCloseTo(friedman(ranks).chi2, 10);
  });

  test("has no F where all data sets agree, and sees nothing where all ranks are tied", () => {
    const agree = friedman([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(agree.chi2).toBeCloseTo(4, 12);
    expect([agree.imanDavenportF, agree.pF]).toEqual([null, null]);
    expect(
      friedman([
        [1.5, 1.5],
        [1.5, 1.5],
      ]),
    ).toEqual({ chi2: 0, p: 1, imanDavenportF: 0, pF: 1 });
  });

  test("needs two data sets and two candidates", () => {
    expect(() => friedman([[1, 2]])).toThrow(new RangeError("ranks: expected at least 2 data sets, got 1"));
    expect(() => friedman([[1], [1]])).toThrow(
      new RangeError("ranks: expected at least 2 candidates, got 1"),
    );
  });
});

describe("Nemenyi's critical difference", () => {
  test("of four candidates on 14 data sets is the paper's 1.25, and 1.12 at 0.1", () => {
    expect(criticalDifference(4, 14, 0.05)).toBeCloseTo(1.25, 2);
    expect(criticalDifference(4, 14, 0.1)).toBeCloseTo(1.12, 2);
  });

  test("refuses counts and levels that make no sense", () => {
    expect(() => criticalDifference(1, 14, 0.05)).toThrow(/^candidates: expected an integer >= 2, got 1$/);
    expect(() => criticalDifference(4, 0, 0.05)).toThrow(/^datasets: /);
    expect(() => criticalDifference(4, 14, 1)).toThrow(/^alpha: /);
  });
});

describe("cliques", () => {
  test("are the two groups of the paper's figure at 0.1, and one group at 0.05", () => {
    const means = averageRanks(ranks);
    expect(cliquesOf(means, criticalDifference(4, 14, 0.1))).toEqual([
      [3, 1, 2],
      [2, 0],
    ]);
    expect(cliquesOf(means, criticalDifference(4, 14, 0.05))).toEqual([[3, 1, 2, 0]]);
  });

  test("are maximal, and a difference of exactly the critical one separates", () => {
    expect(cliquesOf([1, 1.5, 2.2], 1)).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(cliquesOf([1, 2, 3], 1)).toEqual([]);
    expect(cliquesOf([1, 1.2, 1.4, 3, 3.1], 1)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
  });

  test("hold every pair that is not distinguishable, and no other", () => {
    const means = fc.array(fc.integer({ min: 4, max: 60 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(means, fc.integer({ min: 1, max: 30 }), (values, difference) => {
        const cliques = cliquesOf(values, difference);
        for (let i = 0; i < values.length; i++) {
          for (let j = 0; j < i; j++) {
            const together = cliques.some((clique) => clique.includes(i) && clique.includes(j));
            expect(together).toBe(Math.abs(values[i]! - values[j]!) < difference);
          }
        }
        for (const a of cliques) {
          for (const b of cliques) if (a !== b) expect(a.every((i) => b.includes(i))).toBe(false);
        }
      }),
    );
  });
});
