import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomSource } from "../engine/random.ts";
import {
  equalErrorRate,
  openSetAuroc,
  openSetClassificationRate,
  openSetCurve,
  rocAuc,
  tarAtFar,
  verificationAccuracy,
} from "./index.ts";

/** Pairs of both kinds with many ties. */
const tiedPairs = fc
  .array(fc.tuple(fc.nat(1), fc.integer({ min: -4, max: 4 })), { minLength: 12, maxLength: 60 })
  .filter((rows) => rows.filter(([y]) => y === 0).length >= 5 && rows.some(([y]) => y === 1))
  .map((rows) => ({ same: rows.map(([y]) => y), scores: rows.map(([, s]) => s) }));

describe("the true accept rate at a false accept rate", () => {
  test("accepts at most the share of impostors asked for, and every lower threshold would accept more", () => {
    fc.assert(
      fc.property(tiedPairs, fc.constantFrom(0.2, 0.25, 0.5, 0.9), ({ same, scores }, wanted) => {
        const [{ far, threshold, tar }] = tarAtFar(same, scores, [wanted]);
        const accepted = (limit: number, flag: number) => {
          const own = scores.filter((_, i) => same[i] === flag);
          return own.filter((s) => s > limit).length / own.length;
        };
        expect(far).toBe(accepted(threshold, 0));
        expect(tar).toBe(accepted(threshold, 1));
        expect(far).toBeLessThanOrEqual(wanted);
        const lower = scores.filter((s, i) => same[i] === 0 && s < threshold);
        if (lower.length > 0) expect(accepted(Math.max(...lower), 0)).toBeGreaterThan(wanted - 1e-12);
      }),
    );
  });

  test("does not change under monotone transforms of the score", () => {
    fc.assert(
      fc.property(tiedPairs, ({ same, scores }) => {
        const rates = (s: readonly number[]) =>
          tarAtFar(same, s, [0.2, 0.5]).map(({ far, tar }) => [far, tar]);
        expect(rates(scores.map((s) => Math.exp(s) - 7))).toEqual(rates(scores));
        expect(
          equalErrorRate(
            same,
            scores.map((s) => s ** 3),
          ),
        ).toBe(equalErrorRate(same, scores));
      }),
    );
  });

  test("is about the false accept rate for random scores, and 1 for a perfect separator", () => {
    const next = randomSource(3);
    const same = Array.from({ length: 20_000 }, (_, i) => i % 2);
    const random = same.map(() => next());
    for (const { far, tar } of tarAtFar(same, random, [0.01, 0.1, 0.5]))
      expect(Math.abs(tar - far)).toBeLessThan(0.02);
    expect(tarAtFar(same, same, [0.001])[0]).toEqual({ far: 0, threshold: 0, tar: 1 });
  });

  test("refuses rates for which there are too few impostors", () => {
    expect(() => tarAtFar([1, 0, 0, 0], [1, 2, 3, 4], [0.1])).toThrow(
      "fars[0]: expected a rate of at least 1 / 3 for 3 impostors, got 0.1",
    );
    expect(() => tarAtFar([1, 0], [1, 2], [0])).toThrow(RangeError);
    expect(() => tarAtFar([1, 1], [1, 2], [0.5])).toThrow(/same: expected pairs of both kinds/);
    expect(() => tarAtFar([1, 0], [1, Number.NaN], [0.5])).toThrow(/scores\[1\]: expected a number, got NaN/);
    expect(() => tarAtFar([1, 2], [1, 3], [0.5])).toThrow(/same\[1\]/);
  });
});

describe("the equal error rate", () => {
  test("is 0 for a perfect separator, 1 for its opposite, one half for a constant", () => {
    expect(equalErrorRate([1, 1, 0, 0], [4, 3, 2, 1])).toBe(0);
    expect(equalErrorRate([0, 0, 1, 1], [4, 3, 2, 1])).toBe(1);
    expect(equalErrorRate([0, 1, 0, 1], [1, 1, 1, 1])).toBe(0.5);
  });

  test("lies where false accepts and false rejects cross", () => {
    fc.assert(
      fc.property(tiedPairs, ({ same, scores }) => {
        const rate = equalErrorRate(same, scores);
        const share = (flag: number, test: (s: number) => boolean) => {
          const own = scores.filter((_, i) => same[i] === flag);
          return own.filter(test).length / own.length;
        };
        const larger = [...new Set([...scores, Infinity])].map((t) =>
          Math.max(
            share(0, (s) => s >= t),
            share(1, (s) => s < t),
          ),
        );
        // At no threshold are both rates below it.
        expect(rate).toBeLessThanOrEqual(Math.min(...larger) + 1e-12);
        expect(rate).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("verification accuracy over folds", () => {
  test("is 1 where a distance separates, and does not look at the fold that is judged", () => {
    const same = Array.from({ length: 20 }, (_, i) => i % 2);
    const distances = same.map((s) => (s === 1 ? 0.5 : 1.5));
    const { mean, std, foldAccuracies, foldThresholds } = verificationAccuracy(same, distances, { folds: 5 });
    expect([mean, std]).toEqual([1, 0]);
    expect(foldAccuracies).toHaveLength(5);
    // The first threshold that separates.
    expect(foldThresholds).toEqual(Array<number>(5).fill(0.51));
    const flipped = distances.map((d, i) => (i < 4 ? 2 - d : d));
    const moved = verificationAccuracy(same, flipped, { folds: 5 });
    expect(moved.foldThresholds[0]).toBe(foldThresholds[0]);
    expect(moved.foldAccuracies[0]).toBe(0);
  });

  test("cuts pairs that don't divide into folds whose sizes differ by one", () => {
    const { foldAccuracies } = verificationAccuracy([1, 1, 1, 0, 0], [0, 0, 0, 0, 0], {
      folds: 2,
      thresholds: [-1, 1],
    });
    // Folds of 3 and 2: the first is judged by "nothing is the same", the second by "everything is".
    expect(foldAccuracies).toEqual([0, 0]);
  });

  test("refuses distances that aren't finite, one fold, no thresholds", () => {
    expect(() => verificationAccuracy([1, 0], [0, Infinity], { folds: 2 })).toThrow(/distances\[1\]/);
    expect(() => verificationAccuracy([1, 0], [0, 1], { folds: 1 })).toThrow(
      /folds: expected an integer >= 2/,
    );
    expect(() => verificationAccuracy([1, 0], [0, 1])).toThrow(/folds: .*<= 2, got 10/);
    expect(() => verificationAccuracy([1, 0], [0, 1], { folds: 2, thresholds: [] })).toThrow(/thresholds/);
  });
});

describe("open-set measures", () => {
  const sides = fc.record({
    known: fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(1)), { minLength: 1, maxLength: 20 }),
    unknown: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 20 }),
  });

  test("OSCR counts the pairs of a rightly classified known example above an unknown one", () => {
    fc.assert(
      fc.property(sides, ({ known, unknown }) => {
        const scores = known.map(([s]) => s);
        const correct = known.map(([, c]) => c);
        let won = 0;
        for (const [s, c] of known) for (const u of unknown) won += c * (s > u ? 1 : s === u ? 0.5 : 0);
        const rate = openSetClassificationRate(scores, correct, unknown);
        expect(rate).toBeCloseTo(won / known.length / unknown.length, 12);
        const all = openSetClassificationRate(
          scores,
          scores.map(() => 1),
          unknown,
        );
        expect(all).toBeCloseTo(openSetAuroc(scores, unknown), 12);
        const curve = openSetCurve(scores, correct, unknown);
        expect(curve.falsePositiveRate.at(-1)).toBe(1);
        expect(curve.correctClassificationRate.at(-1)).toBe(
          correct.reduce((a, b) => a + b, 0) / correct.length,
        );
      }),
    );
  });

  test("the area is that of the ROC curve with known examples as positives", () => {
    expect(openSetAuroc([3, 1], [2, 0, 1])).toBe(rocAuc([1, 1, 0, 0, 0], [3, 1, 2, 0, 1]));
  });

  test("refuse an empty side, NaN and flags that are none", () => {
    expect(() => openSetAuroc([], [1])).toThrow('known: expected at least one score, got "none"');
    expect(() => openSetAuroc([1], [])).toThrow(/unknown/);
    expect(() => openSetCurve([1], [0.5], [1])).toThrow(/correct\[0\]/);
    expect(() => openSetCurve([1], [1, 0], [1])).toThrow(/correct/);
    expect(() => openSetClassificationRate([Number.NaN], [1], [1])).toThrow(/known\[0\]: .*NaN/);
  });
});
