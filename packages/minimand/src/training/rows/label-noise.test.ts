import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { injectLabelNoise, type LabelNoiseOptions } from "./index.ts";

const classes = 5;
const many = Int32Array.from({ length: 20_000 }, (_, i) => i % classes);
const noise = (options: Partial<LabelNoiseOptions>, labels: ArrayLike<number> = many) =>
  injectLabelNoise(labels, { kind: "uniform", rate: 0.3, classes, seed: 1, ...options });
const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;

describe("injectLabelNoise", () => {
  it("uniform: replaces at the rate by any class, so that rate (1 - 1 / K) of the labels change, evenly", () => {
    const { labels, flipped } = noise({ rate: 0.6 });
    expect(Math.abs(share(flipped) - 0.6 * 0.8)).toBeLessThan(0.015);
    const counts = new Array(classes).fill(0);
    labels.forEach((label, i) => {
      if (many[i] === 0 && flipped[i]) counts[label]++;
    });
    expect(counts[0]).toBe(0);
    for (const count of counts.slice(1)) expect(Math.abs(count / 4000 - 0.12)).toBeLessThan(0.02);
  });

  it("other: replaces at the rate, evenly by the other classes", () => {
    const { labels, flipped } = noise({ kind: "other", rate: 0.4 });
    expect(Math.abs(share(flipped) - 0.4)).toBeLessThan(0.015);
    for (let to = 1; to < classes; to++) {
      const moved = labels.filter((label, i) => many[i] === 0 && label === to).length;
      expect(Math.abs(moved / 4000 - 0.1)).toBeLessThan(0.02);
    }
  });

  it("next: moves a label to the class after it, the last one to the first", () => {
    const { labels, flipped } = noise({ kind: "next", rate: 0.25 });
    expect(Math.abs(share(flipped) - 0.25)).toBeLessThan(0.015);
    labels.forEach((label, i) => {
      expect(label).toBe(flipped[i] ? (many[i] + 1) % classes : many[i]);
    });
  });

  it("pairs: swaps within pairs in both directions and leaves other classes alone", () => {
    const { labels } = noise({
      kind: "pairs",
      rate: 1,
      pairs: [
        [0, 3],
        [1, 2],
      ],
    });
    expect([...labels.slice(0, 5)]).toEqual([3, 2, 1, 0, 4]);
  });

  it("flags exactly the labels that differ, leaves its input alone, and repeats itself for the same seed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom("uniform", "next"),
        fc.integer(),
        (given, rate, kind, seed) => {
          const before = [...given];
          const first = noise({ kind: kind as "uniform", rate, seed }, given);
          expect(given).toEqual(before);
          expect(first.flipped).toEqual(given.map((label, i) => label !== first.labels[i]));
          expect(noise({ kind: kind as "uniform", rate, seed }, given)).toEqual(first);
        },
      ),
    );
    expect(noise({ seed: 1 }).labels).not.toEqual(noise({ seed: 2 }).labels);
  });

  it("corrupts a superset at a higher rate, and nothing at rate 0", () => {
    const low = noise({ rate: 0.2 });
    const high = noise({ rate: 0.7 });
    low.flipped.forEach((flag, i) => {
      if (flag) expect(high.labels[i]).toBe(low.labels[i]);
    });
    expect(noise({ rate: 0 }).labels).toEqual(many);
  });

  it("refuses labels out of range, rates outside [0, 1], unknown kinds and bad pairs", () => {
    expect(() => noise({}, [0, 5])).toThrow(/labels: expected class ids from 0 to 4, got 5/);
    expect(() => noise({}, [0.5])).toThrow(RangeError);
    expect(() => noise({ rate: 1.1 })).toThrow(/rate: expected a finite number >= 0 and <= 1, got 1.1/);
    expect(() => noise({ rate: Number.NaN })).toThrow(/got NaN/);
    expect(() => noise({ seed: 0.5 })).toThrow(/seed/);
    expect(() => noise({ kind: "some" as "next" })).toThrow(/kind: expected one of/);
    expect(() => noise({ kind: "pairs" })).toThrow(
      /pairs: expected a list of pairs of class ids, got undefined/,
    );
    expect(() => noise({ kind: "pairs", pairs: [[0, 5]] })).toThrow(/pairs/);
    expect(() =>
      noise({
        kind: "pairs",
        pairs: [
          [0, 1],
          [1, 2],
        ],
      }),
    ).toThrow(/each class at most once/);
  });
});
