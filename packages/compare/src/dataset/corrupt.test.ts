import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelled, measured } from "../../../../test/support/datasets.ts";
import { DataError } from "../table/data-error.ts";
import { checkCorruption, injectLabelNoise, makeImbalanced } from "./corrupt.ts";

describe("injectLabelNoise", () => {
  it("replaces the share of labels that was asked for, uniformly by the other classes", () => {
    const n = 40_000;
    const labels = Int32Array.from({ length: n }, (_, i) => i % 4);
    const noisy = injectLabelNoise(labels, { rate: 0.3, classes: 4, seed: 1 });
    const changed = [...noisy.keys()].filter((i) => noisy[i] !== labels[i]);
    expect(Math.abs(changed.length - 0.3 * n)).toBeLessThan(5 * Math.sqrt(n * 0.21));
    for (let from = 0; from < 4; from++) {
      for (let to = 0; to < 4; to++) {
        const moved = changed.filter((i) => labels[i] === from && noisy[i] === to).length;
        expect(Math.abs(moved - (from === to ? 0 : 1000))).toBeLessThan(5 * Math.sqrt(1000));
      }
    }
  });

  it("leaves its argument alone, changes nothing at rate 0, and is the same for the same seed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 })), fc.nat(), (list, seed) => {
        const labels = Int32Array.from(list);
        expect(injectLabelNoise(labels, { rate: 0, classes: 3, seed })).toEqual(labels);
        const noisy = injectLabelNoise(labels, { rate: 0.5, classes: 3, seed });
        expect([...labels]).toEqual(list);
        expect(noisy).toEqual(injectLabelNoise(labels, { rate: 0.5, classes: 3, seed }));
        expect(noisy.every((label) => label >= 0 && label < 3)).toBe(true);
        // What is wrong at a rate is wrong in the same way at a higher one.
        const more = injectLabelNoise(labels, { rate: 0.8, classes: 3, seed });
        expect(noisy.every((label, i) => label === labels[i] || label === more[i])).toBe(true);
      }),
    );
  });

  it.each([
    [{ rate: 1, classes: 2, seed: 0 }, "rate: expected a number from 0 to less than 1, got 1"],
    [{ rate: Number.NaN, classes: 2, seed: 0 }, "rate: expected a number from 0 to less than 1, got NaN"],
    [{ rate: 0.1, classes: 1, seed: 0 }, "classes: expected an integer >= 2, got 1"],
    [{ rate: 0.1, classes: 2, seed: 0 }, "labels: expected ids from 0 to 1, got 2"],
    [{ rate: 0.1, classes: 3, seed: -1 }, "seed: expected an integer >= 0, got -1"],
  ])("refuses %j", (options, message) => {
    expect(() => injectLabelNoise(Int32Array.of(0, 2), options)).toThrow(RangeError(message));
  });
});

describe("makeImbalanced", () => {
  const labels = [...Array(60).fill(0), ...Array(40).fill(1)] as number[];
  const rows = Int32Array.from({ length: 100 }, (_, i) => i);
  const count = (kept: Int32Array, label: number) => kept.filter((row) => labels[row] === label).length;

  it("keeps the larger class and draws from the smaller one", () => {
    const { rows: kept, note } = makeImbalanced(labelled(labels, 2), rows, { ratio: 10, seed: 0 });
    expect([count(kept, 0), count(kept, 1), note]).toEqual([60, 6, null]);
    expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
    expect(makeImbalanced(labelled(labels, 2), rows, { ratio: 10, seed: 0 }).rows).toEqual(kept);
    expect(makeImbalanced(labelled(labels, 2), rows, { ratio: 10, seed: 1 }).rows).not.toEqual(kept);
  });

  it("looks at the given rows only", () => {
    const some = rows.slice(30, 100);
    const { rows: kept } = makeImbalanced(labelled(labels, 2), some, { ratio: 4, seed: 0 });
    expect([count(kept, 0), count(kept, 1)]).toEqual([8, 40].map((n, k) => (k === 0 ? 10 : n)));
    expect(kept.every((row) => row >= 30)).toBe(true);
  });

  it("changes nothing, with a note, where the rows are that imbalanced already", () => {
    const { rows: kept, note } = makeImbalanced(labelled(labels, 2), rows, { ratio: 1.5, seed: 0 });
    expect(kept).toEqual(rows);
    expect(note).toEqual({
      level: "info",
      text: "the rows are as imbalanced as 1.5 : 1 already, all were kept",
    });
  });

  it("keeps two rows of a class at least, and cuts every class but the largest", () => {
    const three = [...Array(50).fill(0), ...Array(30).fill(1), ...Array(5).fill(2)] as number[];
    const all = Int32Array.from(three.keys());
    const { rows: kept } = makeImbalanced(labelled(three, 3), all, { ratio: 5, seed: 0 });
    expect([0, 1, 2].map((c) => kept.filter((row) => three[row] === c).length)).toEqual([50, 10, 5]);
    const { rows: few } = makeImbalanced(labelled(three, 3), all, { ratio: 1000, seed: 0 });
    expect([0, 1, 2].map((c) => few.filter((row) => three[row] === c).length)).toEqual([50, 2, 2]);
  });
});

describe("checkCorruption", () => {
  it("refuses corruption of a regression, and numbers out of range", () => {
    expect(() => checkCorruption("regression", 0.1, null)).toThrow(
      new DataError("label-noise: expected a classification, got the task regression"),
    );
    expect(() => checkCorruption("regression", 0, 2)).toThrow(
      new DataError("imbalance: expected a classification, got the task regression"),
    );
    expect(() => makeImbalanced(measured([1, 2]), Int32Array.of(0, 1), { ratio: 2, seed: 0 })).toThrow(
      DataError,
    );
    expect(() => checkCorruption("binary", -0.1, null)).toThrow(
      RangeError("label-noise: expected a number from 0 to less than 1, got -0.1"),
    );
    expect(() => checkCorruption("binary", 0, 0.5)).toThrow(
      RangeError("imbalance: expected a finite number >= 1, got 0.5"),
    );
    expect(() => checkCorruption("binary", 0, Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => checkCorruption("regression", 0, null)).not.toThrow();
    expect(() => checkCorruption("multiclass", 0.2, 5)).not.toThrow();
  });
});
