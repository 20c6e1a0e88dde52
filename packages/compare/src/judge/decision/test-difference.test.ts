import { normal, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { componentsOf } from "./components.ts";
import { correlation, maxT } from "./max-t.ts";
import type { PairedFits } from "./paired-fits.ts";
import { oneSided, testDifference } from "./test-difference.ts";

interface World {
  seeds?: number;
  rows?: number;
  folds?: number;
  /** Standard deviation by which each fit is better or worse on all of its rows. */
  fits?: number;
  gain?: number;
}

/** Differences of rows: one of the row itself, one of the fit that predicts it, and one of both. */
function world({ seeds = 3, rows = 200, folds = 5, fits = 0, gain = 0 }: World, seed: number): PairedFits {
  const random = randomSource(seed);
  const own = Float64Array.from({ length: rows }, () => 0.3 * normal(random));
  const fold = Array.from({ length: seeds }, (_, s) =>
    Int32Array.from({ length: rows }, (_, i) => (i * (s + 1) + s) % folds),
  );
  const all = fold.map((of) => {
    const ofFit = Float64Array.from({ length: folds }, () => fits * normal(random));
    return own.map((v, i) => gain + v + ofFit[of[i]] + 0.1 * normal(random));
  });
  const theta = all.map((values) => values.reduce((a, b) => a + b, 0) / rows);
  return { theta, psi: all.map((values, s) => values.map((v) => v - theta[s])), fold, folds, groups: null };
}

const rope = 0.01;

describe("the test of a difference", () => {
  it("turns with the sign of the differences", () => {
    const fits = world({ gain: 0.03 }, 1);
    const turned = {
      ...fits,
      theta: fits.theta.map((v) => -v),
      psi: fits.psi.map((one) => Float64Array.from(one, (v) => -v)),
    };
    const [a, b] = [fits, turned].map((one) => testDifference(one, { rope })!);
    expect([b.mean, b.low, b.p, b.pBetter]).toEqual([-a.mean, -a.high, a.p, a.pWorse]);
    expect(oneSided(a, "better")).toBe(oneSided(b, "worse"));
    expect(oneSided(a, "better") + oneSided(a, "worse")).toBeCloseTo(1, 12);
  });

  it("on one test file adds what seeds vary beyond their rows, and a quarter for the draw of training rows", () => {
    const seeds = 5;
    const fits = world({ seeds, folds: 1, fits: 0.05, gain: 0.03, rows: 400 }, 7);
    const { components, se, mean } = testDifference(fits, { rope })!;
    const spread = fits.theta.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (seeds - 1);
    const ofRows = Array.from({ length: 400 }, (_, i) => {
      const values = fits.psi.map((one) => one[i]);
      const m = values.reduce((a, b) => a + b, 0) / seeds;
      return values.reduce((sum, v) => sum + (v - m) ** 2, 0) / (seeds - 1);
    }).reduce((a, b) => a + b, 0);
    expect(components.sigmaFit2).toBeCloseTo(spread - ofRows / 400 ** 2, 12);
    expect(components.c).toBeCloseTo(1 / seeds + 1 / 4, 12);
    expect(se ** 2).toBeCloseTo(components.A + components.c * Math.max(0, components.sigmaFit2), 12);
  });

  it("says nothing on one test file with one seed, or on two folds", () => {
    expect(testDifference(world({ seeds: 1, folds: 1 }, 8), { rope })).toBeNull();
    expect(testDifference(world({ seeds: 3, folds: 2 }, 8), { rope })).toBeNull();
  });

  it("has one degree of freedom at least, also where two seeds move each row in opposite ways", () => {
    const psi = [0, 1].map((s) => Float64Array.from({ length: 50 }, (_, i) => (i % 2 === s ? 1 : -1)));
    const fold = psi.map(() => new Int32Array(50));
    const { df, components } = testDifference(
      { theta: [0.3, 0], psi, fold, folds: 1, groups: null },
      { rope },
    )!;
    const { A, V, sigmaFit2 } = components;
    // Without rows in the variance the formula has sigma^2 / V, a ninth.
    expect([A, sigmaFit2 / V]).toEqual([0, expect.closeTo(1 / 9, 12)]);
    expect(df).toBe(1);
  });

  it("takes groups of one row as rows, and whole groups for what they are", () => {
    const fits = world({}, 2);
    const single = testDifference(
      { ...fits, groups: Int32Array.from({ length: 200 }, (_, i) => i) },
      { rope },
    );
    expect(single).toEqual(testDifference(fits, { rope }));
    // Every row twice: groups show that they are no more rows than before.
    const twice = <T extends ArrayLike<number>>(values: T): number[] =>
      Array.from(values).flatMap((v) => [v, v]);
    const doubled = {
      ...fits,
      psi: fits.psi.map(twice),
      fold: fits.fold.map(twice),
      groups: Int32Array.from({ length: 400 }, (_, i) => i >> 1),
    };
    const [honest, naive] = [doubled, { ...doubled, groups: null }].map((one) => componentsOf(one)!);
    const { A, nuA } = componentsOf(fits)!;
    expect(honest.A).toBeCloseTo(A, 12);
    expect(honest.nuA).toBeCloseTo(nuA, 9);
    expect(naive.A).toBeCloseTo((A * 199) / 399, 12);
  });

  it("knows groups of different sizes: the variance of a sum over groups, rows weighing alike", () => {
    const fits = world({ seeds: 1 }, 3);
    const groups = Int32Array.from({ length: 200 }, (_, i) =>
      i < 100 ? i : 100 + Math.floor((i - 100) / 5),
    );
    const [psi] = fits.psi;
    // By the textbook: G / (G - 1) sum over groups of (sum of psi / N)^2, since the sums have mean 0.
    const sums = new Map<number, number>();
    for (const [i, g] of groups.entries()) sums.set(g, (sums.get(g) ?? 0) + psi[i] / 200);
    const expected = (120 / 119) * [...sums.values()].reduce((sum, v) => sum + v * v, 0);
    expect(componentsOf({ ...fits, groups })!.A).toBeCloseTo(expected, 14);
  });

  it("takes the difference of each fold as it is, where the metric is a mean over folds", () => {
    const fits = world({ seeds: 1, folds: 3 }, 9);
    const { msw, W, c } = componentsOf({ ...fits, ofFolds: [[0.1, 0.2, 0.6]] })!;
    // Around 0.3: (0.04 + 0.01 + 0.09) / 2.
    expect(msw).toBeCloseTo(0.07, 12);
    expect([W, c]).toEqual([componentsOf(fits)!.W, expect.closeTo(1 / 3 + 1 / 2, 12)]);
  });

  it("flags fits that vary more than their rows explain, and then allows for what seeds can't show", () => {
    const stable = componentsOf(world({ rows: 400 }, 4))!;
    const unstable = componentsOf(world({ rows: 400, fits: 0.3 }, 4))!;
    expect([stable.unstable, unstable.unstable]).toEqual([false, true]);
    expect(stable.c).toBeCloseTo(1 / 15, 12);
    expect(unstable.c).toBeCloseTo(1 / 15 + 1 / 4, 12);
    expect(unstable.B).toBeCloseTo(unstable.c * unstable.sigmaFit2, 12);
    expect(unstable.sigmaFit2).toBeGreaterThan(0.02);
  });

  it.each([
    ["stable", 0, 1],
    ["stable, three seeds", 0, 3],
    ["unstable, three seeds", 0.1, 3],
  ])("is wrong in about one of twenty cases where nothing differs: %s", (_, fits, seeds) => {
    const runs = 400;
    let wrong = 0;
    for (let i = 0; i < runs; i++)
      if (testDifference(world({ seeds, fits, rows: 100 }, 1000 + i), { rope })!.p < 0.05) wrong++;
    // 5 % of 400, and four standard deviations; stable cases lose a little to the degrees of freedom.
    expect(wrong / runs).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / runs));
  });

  it("finds a gain that is there", () => {
    const found = testDifference(world({ rows: 1000, gain: 0.05 }, 5), { rope })!;
    expect(found.p).toBeLessThan(0.001);
    expect(found.low).toBeGreaterThan(0);
    expect(found.pBetter + found.pSame + found.pWorse).toBeCloseTo(1, 12);
  });

  it("says nothing of two folds, a fold of one row, or a metric that isn't finite", () => {
    const fits = world({}, 6);
    expect(testDifference(world({ folds: 2 }, 6), { rope })).toBeNull();
    expect(testDifference({ ...fits, theta: [Number.NaN, 0, 0] }, { rope })).toBeNull();
    const lonely = fits.fold.map((of) => Int32Array.from(of, (f, i) => (i === 0 ? 5 : f)));
    expect(testDifference({ ...fits, fold: lonely, folds: 6 }, { rope })).toBeNull();
  });

  it("counts fits where nothing varies at all", () => {
    const psi = [new Float64Array(20), new Float64Array(20)];
    const fold = psi.map(() => Int32Array.from({ length: 20 }, (_, i) => i % 5));
    const same = (theta: number): PairedFits => ({
      theta: [theta, theta],
      psi,
      fold,
      folds: 5,
      groups: null,
    });
    expect(testDifference(same(0), { rope })).toMatchObject({ p: 1, pSame: 1, se: 0 });
    const better = testDifference(same(0.25), { rope })!;
    expect(better).toMatchObject({ p: 2 ** -9, pBetter: 1 });
    expect([oneSided(better, "better"), oneSided(better, "worse")]).toEqual([2 ** -10, 1]);
  });
});

describe("adjusting for all candidates", () => {
  const vectors = (count: number, seed: number): Float64Array[] => {
    const random = randomSource(seed);
    return Array.from({ length: count }, () => Float64Array.from({ length: 3000 }, () => normal(random)));
  };

  it("is what Sidak has for independent ones, and nothing for equal ones", () => {
    const independent = vectors(10, 7);
    const [adjusted] = maxT(independent)([0.01, ...Array(9).fill(0.5)]);
    expect(Math.abs(adjusted - (1 - 0.99 ** 10))).toBeLessThan(0.012);
    const equal = Array.from({ length: 10 }, () => independent[0]);
    const [alone] = maxT(equal)([0.01, ...Array(9).fill(0.5)]);
    expect(Math.abs(alone - 0.01)).toBeLessThan(0.003);
  });

  it("keeps the order of p-values, is never below them, and gives the same numbers again", () => {
    const p = [0.2, 0.0001, 0.03, 1, 0.6];
    const adjusted = maxT(vectors(5, 8))(p);
    expect(adjusted[3]).toBe(1);
    p.forEach((one, j) => {
      expect(adjusted[j]).toBeGreaterThanOrEqual(one);
    });
    expect([adjusted[1], adjusted[2], adjusted[0], adjusted[4]]).toEqual(
      adjusted.filter((_, j) => j !== 3).sort(),
    );
    expect(maxT(vectors(5, 8))(p)).toEqual(adjusted);
  });

  it("takes a candidate that doesn't vary as independent of all others", () => {
    const [a] = vectors(1, 9);
    expect(correlation([a, new Float64Array(3000)])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });
});
