import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelled, measured } from "../../../../test/support/datasets.ts";
import { innerSplit, innerSplits } from "./inner-split.ts";

const fraction = fc.constantFrom(0.1, 0.2, 0.25, 0.5);
const sorted = (rows: Int32Array) => [...rows].sort((a, b) => a - b);
const classesOf = (labels: readonly number[], rows: Int32Array) =>
  new Set(rows.map((row) => labels[row]!)).size;

describe("innerSplit", () => {
  it("cuts the training rows in two, stratified within one row, with every class of two rows on both sides", () => {
    const data = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), {
      minLength: 4,
      maxLength: 100,
    });
    fc.assert(
      fc.property(data, fraction, fc.nat(), (cells, fraction, seed) => {
        const labels = cells.map(([label]) => label);
        const train = Int32Array.from([...cells.keys()].filter((i) => cells[i]![1]));
        fc.pre(train.length >= 2);
        const dataset = labelled(labels, 4);
        const { fit, validation } = innerSplit(dataset, train, { fraction, seed });
        expect([...fit, ...validation].sort((a, b) => a - b)).toEqual([...train]);
        expect([[...fit], [...validation]]).toEqual([sorted(fit), sorted(validation)]);
        expect(Math.min(fit.length, validation.length)).toBeGreaterThan(0);
        for (let c = 0; c < 4; c++) {
          const n = train.filter((row) => labels[row] === c).length;
          const held = validation.filter((row) => labels[row] === c).length;
          expect(Math.abs(held - n * fraction)).toBeLessThanOrEqual(1);
          if (n >= 2) expect(held > 0 && held < n).toBe(true);
        }
        expect(innerSplit(dataset, train.toReversed(), { fraction, seed })).toEqual({ fit, validation });
      }),
    );
  });

  it("takes one row from each of equal slices of a regression target", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fraction, fc.nat(), (n, fraction, seed) => {
        const { fit, validation } = innerSplit(
          measured(Array.from({ length: n }, (_, i) => (i * 7919) % 10007)),
          Int32Array.from({ length: n }, (_, i) => i),
          { fraction, seed },
        );
        expect(fit.length + validation.length).toBe(n);
        expect(fit.length).toBeGreaterThan(0);
        expect(validation.length).toBe(Math.min(n - 1, Math.max(1, Math.round(n * fraction))));
        const order = Array.from({ length: n }, (_, i) => i).sort(
          (a, b) => ((a * 7919) % 10007) - ((b * 7919) % 10007),
        );
        const ranks = [...validation].map((row) => order.indexOf(row)).sort((a, b) => a - b);
        const width = n / validation.length;
        ranks.forEach((rank, slice) => {
          expect(rank).toBeGreaterThanOrEqual(Math.floor(slice * width));
          expect(rank).toBeLessThan(Math.floor((slice + 1) * width + 1e-9));
        });
      }),
    );
  });

  it("keeps groups whole, near the fraction, with both classes on both sides", () => {
    const ids = Array.from({ length: 300 }, (_, i) => Math.floor(i / 5));
    const labels = ids.map((g) => Number(g % 6 === 0));
    const dataset = labelled(labels, 2, ids);
    const train = Int32Array.from({ length: 240 }, (_, i) => i + 30);
    for (let seed = 0; seed < 20; seed++) {
      const { fit, validation } = innerSplit(dataset, train, { seed });
      const inFit = new Set(fit.map((row) => ids[row]!));
      expect(validation.some((row) => inFit.has(ids[row]!))).toBe(false);
      expect(Math.abs(validation.length - 48)).toBeLessThanOrEqual(10);
      expect([classesOf(labels, fit), classesOf(labels, validation)]).toEqual([2, 2]);
    }
  });

  it("finds the one division of few groups that has both classes on both sides", () => {
    // Class 1 is only in groups 0 and 3, class 0 in all.
    const ids = [0, 0, 1, 1, 2, 2, 3, 3];
    const labels = [0, 1, 0, 0, 0, 0, 0, 1];
    for (let seed = 0; seed < 20; seed++) {
      const { fit, validation } = innerSplit(labelled(labels, 2, ids), Int32Array.from(ids.keys()), {
        fraction: 0.25,
        seed,
      });
      expect([classesOf(labels, fit), classesOf(labels, validation)]).toEqual([2, 2]);
    }
  });

  it("is the same for the same seed and another for another", () => {
    const dataset = labelled(
      Array.from({ length: 50 }, (_, i) => i % 2),
      2,
    );
    const train = Int32Array.from({ length: 40 }, (_, i) => i);
    const splits = [0, 1, 2].map((seed) => innerSplit(dataset, train, { seed }).validation.join());
    expect(new Set(splits).size).toBe(3);
    expect(innerSplit(dataset, train, { seed: 1 }).validation.join()).toBe(splits[1]);
  });

  it("refuses what can't be cut", () => {
    const dataset = labelled([0, 1, 0, 1], 2, [0, 0, 1, 1]);
    const cut = (rows: Int32Array, options: { fraction?: number; seed: number }) => () =>
      innerSplit(dataset, rows, options);
    expect(cut(Int32Array.of(0, 1, 2, 3), { fraction: 1, seed: 0 })).toThrow(
      RangeError("fraction: expected a number between 0 and 1, got 1"),
    );
    expect(cut(Int32Array.of(0, 1, 2, 3), { fraction: Number.NaN, seed: 0 })).toThrow(
      RangeError("fraction: expected a number between 0 and 1, got NaN"),
    );
    expect(cut(Int32Array.of(0), { seed: 0 })).toThrow(
      RangeError("train: expected at least two rows, got 1"),
    );
    expect(cut(Int32Array.of(0, 4), { seed: 0 })).toThrow(
      RangeError("rows: expected indices from 0 to 3, got 4"),
    );
    expect(cut(Int32Array.of(0, 1), { seed: 0 })).toThrow(
      "labels: expected at least two groups in the training part, to validate on, got one",
    );
  });
});

describe("innerSplits", () => {
  const ids = Int32Array.from({ length: 120 }, (_, i) => i);

  it.each([
    [
      "classes",
      labelled(
        Array.from(ids, (i) => Number(i % 7 === 0)),
        2,
      ),
    ],
    ["numbers", measured(Array.from(ids, (i) => (i * 7919) % 1009))],
    [
      "groups",
      labelled(
        Array.from(ids, (i) => i % 2),
        2,
        Array.from(ids, (i) => Math.floor(i / 3)),
      ),
    ],
  ])("gives five members disjoint validation parts that are all rows together: %s", (_, dataset) => {
    const train = ids.subarray(20);
    const splits = innerSplits(dataset, train, { members: 5, seed: 3 });
    expect(splits.flatMap(({ validation }) => [...validation]).sort((a, b) => a - b)).toEqual([...train]);
    for (const { fit, validation } of splits) {
      expect([...fit, ...validation].sort((a, b) => a - b)).toEqual([...train]);
      expect(Math.abs(validation.length - 20)).toBeLessThanOrEqual(dataset.groups === null ? 1 : 4);
      if (dataset.groups === null) continue;
      const inFit = new Set(fit.map((row) => dataset.groups![row]!));
      expect(validation.some((row) => inFit.has(dataset.groups![row]!))).toBe(false);
    }
    expect(innerSplits(dataset, train, { members: 5, seed: 3 })).toEqual(splits);
    expect(innerSplits(dataset, train, { members: 5, seed: 4 })).not.toEqual(splits);
    // Fewer members have the first of these parts, each a fifth of the rows.
    expect(innerSplits(dataset, train, { members: 2, seed: 3 })).toEqual(splits.slice(0, 2));
  });

  it("gives a single member what innerSplit gives", () => {
    const dataset = labelled(
      Array.from(ids, (i) => i % 3),
      3,
    );
    expect(innerSplits(dataset, ids, { members: 1, seed: 5 })).toEqual([
      innerSplit(dataset, ids, { fraction: 0.2, seed: 5 }),
    ]);
  });

  it("keeps every class on both sides of each member's split, where the parts could not", () => {
    const dataset = labelled(
      Array.from(ids, (i) => Number(i < 3)),
      2,
    );
    const splits = innerSplits(dataset, ids, { members: 5, seed: 0 });
    expect(new Set(splits.map(({ validation }) => validation.join())).size).toBe(5);
    for (const { fit, validation } of splits)
      expect([fit, validation].map((part) => new Set(part.map((row) => dataset.labels[row]!)).size)).toEqual([
        2, 2,
      ]);
  });

  it("validates all members on the latest rows, where rows have a time", () => {
    const dataset = { ...measured(Array.from(ids, (i) => i % 11)), time: Float64Array.from(ids) };
    for (const { validation } of innerSplits(dataset, ids, { members: 3, seed: 0 }))
      expect([...validation]).toEqual([...ids.subarray(96)]);
  });
});
