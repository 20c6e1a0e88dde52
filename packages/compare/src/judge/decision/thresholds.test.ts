import { normal, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { groupSums } from "./components.ts";
import {
  type Contender,
  componentsOf,
  decide,
  type Finding,
  mostFinalists,
  testDifference,
} from "./index.ts";
import { maxT } from "./max-t.ts";
import type { PairedFits } from "./paired-fits.ts";
import { oneSided } from "./test-difference.ts";

/** Each threshold by which a finding is decided, on both sides of it, as near as numbers get. */

const [rows, folds] = [120, 5];
const source = randomSource(21);
const drawn = Float64Array.from({ length: rows }, () => 0.3 * normal(source));
const own = drawn.map((v) => v - drawn.reduce((a, b) => a + b, 0) / rows);
const effects = Array.from({ length: 3 * folds }, () => normal(source));

/** Three seeds with differences of the rows and, times `spread`, of the fits. */
function fitsOf(gain: number, spread = 0): PairedFits {
  const fold = [0, 1, 2].map((s) => Int32Array.from({ length: rows }, (_, i) => (i * (s + 1) + s) % folds));
  const all = fold.map((of, s) => own.map((v, i) => gain + v + spread * effects[folds * s + of[i]]));
  const theta = all.map((values) => values.reduce((a, b) => a + b, 0) / rows);
  return { theta, psi: all.map((values, s) => values.map((v) => v - theta[s])), fold, folds, groups: null };
}

const found = (fits: PairedFits | null, options: { rope: number; alpha: number }, finalist = true) =>
  decide([{ id: "a", finalist, fits }], options)[0];

/** The two neighbouring numbers between which a condition begins to hold. */
function between(low: number, high: number, holds: (x: number) => boolean): [number, number] {
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return [low, high];
    if (holds(middle)) high = middle;
    else low = middle;
  }
}

describe("a finding", () => {
  it.each<[Finding, number]>([
    ["better", 0.06],
    ["worse", -0.06],
  ])("is %s where the adjusted p-value is below half of alpha", (finding, gain) => {
    const fits = fitsOf(gain);
    const p = found(fits, { rope: 0.001, alpha: 0.5 })[finding as "better" | "worse"];
    expect(p).toBeGreaterThan(0.001);
    expect(p).toBeLessThan(0.1);
    expect(found(fits, { rope: 0.001, alpha: 2.000001 * p }).finding).toBe(finding);
    expect(found(fits, { rope: 0.001, alpha: 2 * p }).finding).toBe("undecided");
  });

  it("is the same from a probability of 0.95 on", () => {
    const fits = fitsOf(0.01);
    const isSame = (rope: number) => testDifference(fits, { rope })!.pSame >= 0.95;
    const [narrow, wide] = between(0, 1, isSame);
    expect(testDifference(fits, { rope: wide })!.pSame).toBeCloseTo(0.95, 9);
    expect(found(fits, { rope: narrow, alpha: 0.05 }).finding).toBe("undecided");
    expect(found(fits, { rope: wide, alpha: 0.05 }).finding).toBe("same");
  });

  it("is neither better nor worse where nothing varies, and no p-value is above 1", () => {
    const fits = {
      ...fitsOf(0),
      theta: [0.25, 0.25, 0.25],
      psi: [0, 1, 2].map(() => new Float64Array(rows)),
    };
    expect(found(fits, { rope: 0.01, alpha: 0.05 })).toMatchObject({
      finding: "undecided",
      better: 1,
      worse: 1,
      pAdjusted: 1,
    });
    // At the border of the region of practical equivalence a difference is the same.
    expect(found(fits, { rope: 0.25, alpha: 0.05 }).finding).toBe("same");
    expect(found(fits, { rope: 0.2499, alpha: 0.05 }).test).toMatchObject({
      pBetter: 1,
      pSame: 0,
      pWorse: 0,
    });
    const worse = { ...fits, theta: [-0.25, -0.25, -0.25] };
    expect(found(worse, { rope: 0.25, alpha: 0.05 }).finding).toBe("same");
    expect(found(worse, { rope: 0.2499, alpha: 0.05 }).test).toMatchObject({
      pBetter: 0,
      pSame: 0,
      pWorse: 1,
    });
  });

  it("is undecided of several folds, and not pursued on one file, where a single seed has no test", () => {
    const fits = fitsOf(0.1);
    const one = { ...fits, theta: fits.theta.slice(0, 1), psi: fits.psi.slice(0, 1) };
    const onFile = { ...one, fold: [new Int32Array(rows)], folds: 1 };
    const twoFolds = { ...one, fold: [Int32Array.from({ length: rows }, (_, i) => i % 2)], folds: 2 };
    const options = { rope: 0.01, alpha: 0.05 };
    expect(found(onFile, options, false)).toMatchObject({ finding: "not pursued", test: null });
    expect(found(onFile, options, true).finding).toBe("undecided");
    expect(found(twoFolds, options, false)).toMatchObject({ finding: "undecided", test: null });
  });

  it("is adjusted by what whole groups contribute to the first seed", () => {
    const count = rows / 2;
    const groups = Int32Array.from({ length: rows }, (_, i) => i >> 1);
    // Two candidates that differ on the first and the second row of each group: by rows they have nothing in common.
    const large = own.map((v, i) => (i >= rows - 2 ? 8 * Math.abs(v) + 1 : v));
    const values = [0, 1].map((k) =>
      large.map((_, i) => (i % 2 === k ? large[i - k] * (k === 1 && i < rows - 2 ? -1 : 1) : 0)),
    );
    const contenders = values.map((of, k): Contender => {
      const mean = of.reduce((a, b) => a + b, 0) / rows;
      const psi = of.map((v) => v - mean);
      const fold = [Int32Array.from({ length: rows }, (_, i) => (i >> 1) % folds)];
      return { id: `${k}`, finalist: true, fits: { theta: [0.06], psi: [psi], fold, folds, groups } };
    });
    const decisions = decide(contenders, { rope: 0.001, alpha: 0.05 });
    const sums = contenders.map(({ fits }) => groupSums(fits!.psi[0], groups, count));
    const p = decisions.map(({ test }) => oneSided(test!, "better"));
    expect(decisions.map(({ better }) => better)).toEqual(maxT(sums)(p));
    expect(maxT(sums)(p)[0]).not.toBe(maxT(contenders.map(({ fits }) => fits!.psi[0]))(p)[0]);
  });
});

describe("finalists", () => {
  it("are five at most", () => expect(mostFinalists).toBe(5));
});

describe("fits", () => {
  it("are unstable where they vary beyond the 95 % quantile of chi-square with one degree less than fits", () => {
    const of = (spread: number) => componentsOf(fitsOf(0, spread))!;
    const [stable, unstable] = between(0, 1, (spread) => of(spread).unstable).map(of);
    expect([stable.unstable, unstable.unstable]).toEqual([false, true]);
    // Tables have 23.685 for 14 degrees of freedom.
    for (const { V, sigmaFit2 } of [stable, unstable])
      expect((14 * V) / (V - sigmaFit2)).toBeCloseTo(23.685, 3);
    expect([stable.c, unstable.c]).toEqual([1 / 15, 1 / 15 + 1 / 4].map((c) => expect.closeTo(c, 12)));
  });

  it("of one file are never unstable, and have no variance within a seed", () => {
    const { theta, psi } = fitsOf(0, 1);
    const fold = psi.map(() => new Int32Array(rows));
    expect(componentsOf({ theta, psi, fold, folds: 1, groups: null })).toMatchObject({
      unstable: false,
      W: 0,
      msw: 0,
      n: 3,
    });
  });
});

describe("the adjustment for all candidates", () => {
  it("is that of three normal variables two of which are much alike", () => {
    // 0.9 between the first two, whose remainder is the third.
    const [r12, r23] = [0.9, Math.sqrt(1 - 0.9 ** 2)];
    const [a, b] = [
      [1, -1, 1, -1],
      [1, 1, -1, -1],
    ];
    const [adjusted] = maxT([a, a.map((v, i) => r12 * v + r23 * b[i]), b])([0.5, 0.5, 0.5]);
    // P(all below 0) = 1/8 + (sum of asin r) / (4 pi).
    const exact = 7 / 8 - (Math.asin(r12) + Math.asin(r23)) / (4 * Math.PI);
    expect(Math.abs(adjusted - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / 20_000));
  });
});
