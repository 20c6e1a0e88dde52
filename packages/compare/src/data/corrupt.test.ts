import { describe, expect, it } from "vitest";
import { labelled, measured } from "../../../../test/support/datasets.ts";
import { DataError } from "../data-error.ts";
import { checkCorruption, makeImbalanced } from "./corrupt.ts";

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
