import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelled, measured } from "../../../../test/support/datasets.ts";
import type { Dataset, Fold } from "./dataset.ts";
import { folds } from "./folds.ts";
import { checkFolds } from "./strata.ts";

const count = fc.integer({ min: 2, max: 6 });
const seed = fc.nat();

/** Labels with at least `k` rows of each of a few classes, in any order. */
const labelsFor = (k: number) =>
  fc.integer({ min: 2, max: 4 }).chain((classes) =>
    fc.array(fc.integer({ min: 0, max: classes - 1 }), { maxLength: 80 }).chain((more) => {
      const labels = [...Array.from({ length: classes * k }, (_, i) => i % classes), ...more];
      return fc
        .shuffledSubarray(labels, { minLength: labels.length })
        .map((shuffled) => ({ labels: shuffled, classes }));
    }),
  );

function expectPartition(result: Fold[], rows: number): void {
  const everything = Array.from({ length: rows }, (_, row) => row);
  expect(result.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual(everything);
  for (const { train, test } of result) {
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(everything);
    expect([...train]).toEqual([...train].sort((a, b) => a - b));
    expect([...test]).toEqual([...test].sort((a, b) => a - b));
  }
}

const spread = (values: number[]) => Math.max(...values) - Math.min(...values);

describe("folds", () => {
  it("are a partition in which classes and sizes differ by at most one row", () => {
    fc.assert(
      fc.property(
        count.chain((k) => fc.record({ k: fc.constant(k), data: labelsFor(k), seed })),
        ({ k, data, seed }) => {
          const dataset = labelled(data.labels, data.classes);
          const result = folds(dataset, { folds: k, seed });
          expect(result).toHaveLength(k);
          expectPartition(result, dataset.rows);
          expect(spread(result.map(({ test }) => test.length))).toBeLessThanOrEqual(1);
          for (let c = 0; c < data.classes; c++) {
            const held = result.map(({ test }) => test.filter((row) => dataset.labels[row] === c).length);
            expect(spread(held)).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  it("of a regression hold as many rows of every quantile, within one", () => {
    const targets = fc.array(fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.constant(0)), {
      minLength: 12,
      maxLength: 90,
    });
    fc.assert(
      fc.property(count, targets, seed, (k, values, seed) => {
        const dataset = measured(values);
        const result = folds(dataset, { folds: k, seed });
        expectPartition(result, values.length);
        expect(spread(result.map(({ test }) => test.length))).toBeLessThanOrEqual(1);
        const sorted = values.toSorted((a, b) => a - b);
        const threshold = sorted[Math.floor(values.length / 2)]!;
        // Rows equal to the threshold may be on either side of it.
        const below = result.map(({ test }) => test.filter((row) => values[row]! < threshold).length);
        const upTo = result.map(({ test }) => test.filter((row) => values[row]! <= threshold).length);
        expect(Math.max(...below)).toBeLessThanOrEqual(Math.min(...upTo) + 1);
      }),
    );
  });

  it("of a regression put no two rows together more often than chance", () => {
    const dataset = measured(Array.from({ length: 60 }, (_, i) => i));
    // Of equal rank among their neighbours in size; a fixed order of the parts would always put them together.
    const together = Array.from(
      { length: 400 },
      (_, seed) => folds(dataset, { folds: 4, seed })[0]!.test,
    ).filter((test) => test.includes(0) === test.includes(4)).length;
    // Both in the first part, or both out of it: 1/16 + 9/16.
    expect(Math.abs(together - 250)).toBeLessThan(5 * Math.sqrt((400 * 15) / 64));
  });

  it("are the same for the same seed and others for another", () => {
    const dataset = labelled(
      Array.from({ length: 60 }, (_, i) => i % 3),
      3,
    );
    expect(folds(dataset, { folds: 5, seed: 7 })).toEqual(folds(dataset, { folds: 5, seed: 7 }));
    const different = new Set([0, 1, 2, 3].map((seed) => folds(dataset, { folds: 5, seed })[0]!.test.join()));
    expect(different.size).toBe(4);
    const regression = measured(Array.from({ length: 60 }, (_, i) => i));
    expect(folds(regression, { folds: 5, seed: 0 })).not.toEqual(folds(regression, { folds: 5, seed: 1 }));
  });

  it("put every row into every fold about as often, over seeds", () => {
    const dataset = labelled(
      Array.from({ length: 20 }, (_, i) => Number(i > 12)),
      2,
    );
    const times = new Int32Array(20);
    for (let seed = 0; seed < 400; seed++)
      for (const row of folds(dataset, { folds: 4, seed })[0]!.test) times[row]!++;
    for (const n of times) expect(Math.abs(n - 100)).toBeLessThan(5 * Math.sqrt(100 * 0.75));
  });
});

describe("folds of groups", () => {
  const grouped = fc.record({ k: fc.integer({ min: 2, max: 5 }), seed }).chain(({ k, seed }) =>
    fc
      .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 6 })), {
        minLength: 4 * k,
        maxLength: 60,
      })
      .map((groups) => ({ k, seed, groups })),
  );

  it("never have a group in train and test, and have every class in every part", () => {
    fc.assert(
      fc.property(grouped, ({ k, seed, groups }) => {
        const ids = groups.flatMap(([, size], g) => Array.from({ length: size }, () => g));
        // Groups are mostly of one class, and have a row of the other one.
        const labels = groups.flatMap(([label, size]) =>
          Array.from({ length: size }, (_, i) => (i === 1 ? 1 - label : label)),
        );
        fc.pre([0, 1].every((c) => new Set(ids.filter((_, i) => labels[i] === c)).size >= 2 * k));
        const dataset = labelled(labels, 2, ids);
        const result = folds(dataset, { folds: k, seed });
        expectPartition(result, ids.length);
        expect(result).toEqual(folds(dataset, { folds: k, seed }));
        for (const { train, test } of result) {
          const inTrain = new Set(train.map((row) => ids[row]!));
          expect(test.some((row) => inTrain.has(ids[row]!))).toBe(false);
          for (const part of [train, test]) expect(new Set(part.map((row) => labels[row]!)).size).toBe(2);
        }
      }),
    );
  });

  it("are balanced in size and class", () => {
    // 200 groups of 1 to 8 rows, a fifth of them positive.
    const ids = Array.from({ length: 200 }, (_, g) => Array.from({ length: 1 + (g % 8) }, () => g)).flat();
    const labels = ids.map((g) => Number(g % 5 === 0));
    const result = folds(labelled(labels, 2, ids), { folds: 5, seed: 0 });
    const positives = result.map(({ test }) => test.filter((row) => labels[row] === 1).length);
    expect(spread(result.map(({ test }) => test.length))).toBeLessThanOrEqual(8);
    expect(spread(positives)).toBeLessThanOrEqual(4);
    const regression = folds(
      measured(
        ids.map((g, i) => g + i / 1000),
        ids,
      ),
      { folds: 5, seed: 0 },
    );
    expect(spread(regression.map(({ test }) => test.length))).toBeLessThanOrEqual(20);
  });
});

describe("checkFolds", () => {
  const classes = (...sizes: number[]) => sizes.flatMap((size, c) => Array.from({ length: size }, () => c));
  const groupsOfTwo = (rows: number) => Array.from({ length: rows }, (_, i) => Math.floor(i / 2));
  it.each<[string, Dataset, number, string]>([
    [
      "a class with fewer rows than folds",
      labelled(classes(9, 3), 2),
      5,
      "DataError: labels: target 'y': expected at least 5 rows of every class for 5 folds, got 3 of 'class 1': 3 folds would do",
    ],
    [
      "several such classes",
      labelled(classes(9, 1, 4), 3),
      5,
      "DataError: labels: target 'y': expected at least 5 rows of every class for 5 folds, got 1 of 'class 1', 4 of 'class 2': join such classes to others, or leave their rows out",
    ],
    [
      "numbers that may be a quantity",
      { ...labelled(classes(9, 3, 9), 3), classes: ["1", "2.5", "9"] },
      5,
      "DataError: labels: target 'y': expected at least 5 rows of every class for 5 folds, got 3 of '2.5': 3 folds would do; if its numbers are a quantity: --task regression",
    ],
    [
      "names that differ in nearly every row",
      labelled(classes(...Array<number>(30).fill(1), 2), 31),
      5,
      "DataError: labels: target 'y': expected at least 5 rows of every class for 5 folds, got 1 of 'class 0', 1 of 'class 1', 1 of 'class 2', 1 of 'class 3', 1 of 'class 4' and 26 more classes: 31 of them in 32 rows are rather names or codes, which can't be predicted as classes; name another --target",
    ],
    [
      "dates",
      { ...labelled(classes(9, 2), 2), classes: ["2021-03-04", "12/5/2021"] },
      5,
      "DataError: labels: target 'y': expected at least 5 rows of every class for 5 folds, got 2 of '12/5/2021': dates are no classes; name another --target, or a column of numbers that is made of them, such as days until then",
    ],
    [
      "few rows to regress",
      measured([1, 2, 3, 4, 5]),
      3,
      "DataError: labels: expected at least 6 rows for 3 folds, got 5",
    ],
    [
      "few groups",
      labelled(classes(6, 6), 2, classes(3, 3, 3, 3)),
      5,
      "DataError: labels: expected at least 5 groups for 5 folds, got 4",
    ],
    [
      "two groups",
      labelled([0, 1, 0, 1], 2, [0, 0, 1, 1]),
      2,
      "DataError: labels: expected at least 3 groups for 2 folds, got 2",
    ],
    [
      "a class in few groups",
      labelled(classes(8, 4), 2, groupsOfTwo(12)),
      3,
      "DataError: labels: target 'y': expected at least 3 groups of every class for 3 folds, got 2 of 'class 1': 2 folds would do",
    ],
    ["one fold", labelled(classes(6, 6), 2), 1, "RangeError: folds: expected an integer >= 2, got 1"],
    ["half a fold", labelled(classes(6, 6), 2), 2.5, "RangeError: folds: expected an integer >= 2, got 2.5"],
    [
      "no number",
      labelled(classes(6, 6), 2),
      Number.NaN,
      "RangeError: folds: expected an integer >= 2, got NaN",
    ],
  ])("refuses %s", (_, dataset, k, message) => {
    const [name, ...text] = message.split(": ");
    for (const run of [() => checkFolds(dataset, k), () => folds(dataset, { folds: k, seed: 0 })]) {
      expect(run).toThrow(expect.objectContaining({ name, message: text.join(": ") }));
    }
  });

  it("accepts as many rows of every class as folds", () => {
    expect(() => checkFolds(labelled(classes(5, 5), 2), 5)).not.toThrow();
    expect(() => checkFolds(measured([1, 2, 3, 4]), 2)).not.toThrow();
  });

  it("refuses negative seeds", () => {
    expect(() => folds(labelled(classes(5, 5), 2), { folds: 5, seed: -1 })).toThrow(
      "seed: expected an integer >= 0, got -1",
    );
  });
});
