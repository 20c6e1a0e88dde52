import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normals } from "../../../../../test/support/normals.ts";
import { bayesianCorrelatedTTest, correctedTTest, holm } from "./index.ts";

/** Ten differences of five folds and two seeds. */
const ten = [1.2, 0.4, -0.3, 0.8, 1.5, 0.1, 0.6, 0.9, -0.2, 1.1].map((v) => v / 100);

/** Thousandths, so that shifts and signs are exact enough to compare. */
const differences = fc
  .array(fc.integer({ min: -90, max: 90 }), { minLength: 2, maxLength: 20 })
  .filter((values) => new Set(values).size > 1)
  .map((values) => values.map((v) => v / 1000));

/**
 * Differences of n folds without any true difference, correlated as Nadeau and Bengio assume: a part of variance
 * rho is common to all folds.
 */
function nullDifferences(normal: () => number, n: number, rho: number): number[] {
  const common = Math.sqrt(rho) * normal();
  return Array.from({ length: n }, () => common + Math.sqrt(1 - rho) * normal());
}

describe("corrected resampled t-test", () => {
  test("as worked out by hand: mean 0.025, s² = 1/6000, standard error sqrt(7/12 / 6000)", () => {
    const { mean, low, high, t, df, p } = correctedTTest([0.01, 0.03, 0.02, 0.04], 1 / 3);
    expect(mean).toBeCloseTo(0.025, 15);
    expect(t).toBeCloseTo(0.025 / Math.sqrt(7 / 12 / 6000), 10);
    expect(df).toBe(3);
    expect(p).toBeCloseTo(0.08501637340085433, 7);
    expect(low).toBeCloseTo(0.025 - 0.03137934374581502, 8);
    expect(high).toBeCloseTo(0.025 + 0.03137934374581502, 8);
  });

  test("of ten folds of five, with SciPy's t distribution", () => {
    const { t, p, high } = correctedTTest(ten, 1 / 4);
    expect(t).toBeCloseTo(1.7056311965788493, 10);
    expect(p).toBeCloseTo(0.1222660872042334, 7);
    expect(high).toBeCloseTo(0.0061 + 0.008090353131877143, 8);
  });

  test("without correction it is the plain paired t-test, and the correction only makes it more careful", () => {
    expect(correctedTTest(ten, 0).t).toBeCloseTo(0.0061 / Math.sqrt(3.654444444444444e-5 / 10), 10);
    fc.assert(
      fc.property(differences, (values) => {
        expect(correctedTTest(values, 1 / 4).p).toBeGreaterThanOrEqual(correctedTTest(values, 0).p);
      }),
    );
  });

  test("the interval leaves 0 out exactly where p is below 0.05", () => {
    fc.assert(
      fc.property(differences, (values) => {
        const { low, high, p } = correctedTTest(values, 1 / 4);
        fc.pre(Math.abs(p - 0.05) > 1e-6);
        expect(low > 0 || high < 0).toBe(p < 0.05);
      }),
    );
  });

  test("turning the sign turns the interval, and scaling leaves p", () => {
    fc.assert(
      fc.property(differences, (values) => {
        const original = correctedTTest(values, 1 / 4);
        const turned = correctedTTest(
          values.map((v) => -3 * v),
          1 / 4,
        );
        expect(turned.p).toBeCloseTo(original.p, 10);
        expect(turned.low).toBeCloseTo(-3 * original.high, 10);
      }),
    );
  });

  test("without variance: equal scores have p 1, a constant difference the p of the sign test", () => {
    expect(correctedTTest([0, 0, 0], 0.25)).toEqual({ mean: 0, low: 0, high: 0, t: 0, df: 2, p: 1 });
    const constant = correctedTTest([-0.5, -0.5, -0.5], 0.25);
    expect(constant).toEqual({ mean: -0.5, low: -0.5, high: -0.5, t: -Infinity, df: 2, p: 0.25 });
    // 0.3 - 0.2 and 0.8 - 0.7 are not the same double.
    expect(correctedTTest([0.3 - 0.2, 0.8 - 0.7, 0.1], 0.25).p).toBe(0.25);
  });

  test("rejects a true null hypothesis about as often as it says, where the plain test does four times too often", () => {
    const normal = normals(11);
    const runs = 4000;
    let corrected = 0;
    let plain = 0;
    for (let i = 0; i < runs; i++) {
      const values = nullDifferences(normal, 10, 0.2);
      if (correctedTTest(values, 1 / 4).p < 0.05) corrected += 1;
      if (correctedTTest(values, 0).p < 0.05) plain += 1;
    }
    // Three standard errors of 4000 draws are 0.0103.
    expect(Math.abs(corrected / runs - 0.05)).toBeLessThan(0.0103);
    expect(plain / runs).toBeGreaterThan(0.15);
  });

  test("refuses too few differences, one that is not finite, and a negative ratio", () => {
    expect(() => correctedTTest([0.1], 0.25)).toThrow(
      new RangeError("differences: expected at least 2 values, got 1"),
    );
    expect(() => correctedTTest([0.1, Number.NaN], 0.25)).toThrow(
      new RangeError("differences[1]: expected a finite number, got NaN"),
    );
    expect(() => correctedTTest(ten, -1)).toThrow(
      new RangeError("testTrainRatio: expected a finite number >= 0, got -1"),
    );
  });
});

describe("Holm's adjustment", () => {
  test("as worked out by hand: 3 times the smallest, and never below the one before", () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([0.5, 0.6])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });

  test("keeps the order of the p-values and lies between p and Bonferroni", () => {
    const ps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(ps, (values) => {
        const adjusted = holm(values);
        values.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, p * values.length));
          values.forEach((q, j) => {
            if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!);
          });
        });
      }),
    );
  });

  test("keeps the chance of any false alarm at alpha", () => {
    const normal = normals(5);
    const runs = 1000;
    let alarms = 0;
    for (let i = 0; i < runs; i++) {
      const ps = Array.from({ length: 13 }, () => correctedTTest(nullDifferences(normal, 10, 0.2), 1 / 4).p);
      if (Math.min(...holm(ps)) < 0.05) alarms += 1;
    }
    // Three standard errors above alpha.
    expect(alarms / runs).toBeLessThan(0.05 + 0.021);
    expect(alarms / runs).toBeGreaterThan(0.02);
  });

  test("refuses what is not a probability", () => {
    expect(() => holm([0.1, Number.NaN])).toThrow(
      new RangeError("pValues[1]: expected a number from 0 to 1, got NaN"),
    );
    expect(() => holm([1.1])).toThrow(RangeError);
  });
});

describe("Bayesian correlated t-test", () => {
  test("with SciPy's t distribution", () => {
    const four = bayesianCorrelatedTTest([0.02, 0.04, 0.03, 0.05], 0.25, 0.01, true);
    expect(four.pBetter).toBeCloseTo(0.9574918132995728, 7);
    expect(four.pWorse).toBeCloseTo(0.009864042773373634, 7);
    const posterior = bayesianCorrelatedTTest(ten, 0.2, 0.01, true);
    expect(posterior.pBetter).toBeCloseTo(0.15191636055449906, 7);
    expect(posterior.pWorse).toBeCloseTo(0.0007426066518524424, 7);
    expect(posterior.pSame).toBeCloseTo(1 - 0.15191636055449906 - 0.0007426066518524424, 7);
  });

  test("without a region of equivalence it is the one-sided corrected t-test", () => {
    fc.assert(
      fc.property(differences, (values) => {
        const { pBetter, pSame } = bayesianCorrelatedTTest(values, 0.2, 0, true);
        const { p, mean } = correctedTTest(values, 1 / 4);
        expect(pBetter).toBeCloseTo(mean > 0 ? 1 - p / 2 : p / 2, 10);
        expect(pSame).toBeCloseTo(0, 10);
      }),
    );
  });

  test("sums to 1, and turning the direction of the metric swaps better and worse", () => {
    const ropes = fc.constantFrom(0, 0.005, 0.01, 0.1);
    fc.assert(
      fc.property(differences, ropes, (values, rope) => {
        const up = bayesianCorrelatedTTest(values, 0.2, rope, true);
        const down = bayesianCorrelatedTTest(values, 0.2, rope, false);
        expect(up.pBetter + up.pSame + up.pWorse).toBeCloseTo(1, 12);
        expect(down.pBetter).toBeCloseTo(up.pWorse, 12);
        expect(down.pWorse).toBeCloseTo(up.pBetter, 12);
        expect(down.pSame).toBeCloseTo(up.pSame, 12);
      }),
    );
  });

  test("a wider region holds more", () => {
    const widths = [0, 0.005, 0.01, 0.02, 0.1].map(
      (rope) => bayesianCorrelatedTTest(ten, 0.2, rope, true).pSame,
    );
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(widths.at(-1)).toBeGreaterThan(0.999);
  });

  test("without variance the posterior is one point", () => {
    expect(bayesianCorrelatedTTest([0, 0], 0.2, 0.01, true)).toEqual({ pBetter: 0, pSame: 1, pWorse: 0 });
    expect(bayesianCorrelatedTTest([0.5, 0.5], 0.2, 0.01, false)).toEqual({
      pBetter: 0,
      pSame: 0,
      pWorse: 1,
    });
  });

  test("refuses rho outside [0, 1) and a negative rope", () => {
    expect(() => bayesianCorrelatedTTest(ten, 1, 0.01, true)).toThrow(
      new RangeError("rho: expected a finite number >= 0 and < 1, got 1"),
    );
    expect(() => bayesianCorrelatedTTest(ten, 0.2, -0.01, true)).toThrow(/^rope: /);
    expect(() => bayesianCorrelatedTTest(ten, 0.2, Number.NaN, true)).toThrow(/got NaN$/);
  });
});

describe("differences that are all equal", () => {
  test("are those that differ in their last digits, and no others", () => {
    const tOf = (spread: number) =>
      correctedTTest(
        [1 - spread, 1, 1 + spread].map((factor) => 0.1 * factor),
        1 / 2,
      ).t;
    expect(tOf(1e-14)).toBe(Infinity);
    expect(tOf(1e-10)).toBeGreaterThan(1e9);
    expect(tOf(1e-10)).toBeLessThan(Infinity);
  });
});
