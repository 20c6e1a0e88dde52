import { describe, expect, it } from "vitest";
import { csv, datasetOf, datasetRefusal, repeat } from "../../../../test/support/datasets.ts";
import type { Dataset } from "./dataset.ts";
import { folds } from "./folds.ts";
import { innerSplit } from "./inner-split.ts";
import { sampleRows } from "./pick-rows.ts";

const rows = 60;
/** Days in no order, some of them twice. */
const days = Array.from({ length: rows }, (_, i) =>
  new Date(Date.UTC(2020, 0, 1 + Math.floor(((i * 17) % rows) / 2))).toISOString().slice(0, 10),
);
const x = Array.from({ length: rows }, (_, i) => String(((i * 29) % 13) + 0.5));
const y = repeat(["u", "v", "v"], rows);
const given = csv({ day: days, x, y });
const timed = (): Promise<Dataset> => datasetOf(given, { time: "day" });

const timesOf = ({ time }: Dataset, part: Int32Array): number[] => Array.from(part, (row) => time![row]!);

describe("folds of rows that have a time", () => {
  it("train on all earlier rows and test on the next ones, in blocks of about equal size", async () => {
    const dataset = await timed();
    const cut = folds(dataset, { folds: 4, seed: 0 });
    expect(cut.map(({ train, test }) => [train.length, test.length])).toEqual([
      [12, 12],
      [24, 12],
      [36, 12],
      [48, 12],
    ]);
    for (const { train, test } of cut)
      expect(Math.max(...timesOf(dataset, train))).toBeLessThan(Math.min(...timesOf(dataset, test)));
    const tested = cut.flatMap(({ test }) => [...test]);
    expect(new Set(tested).size).toBe(48);
    expect(folds(dataset, { folds: 4, seed: 7 })).toEqual(cut);
  });

  it("keep rows of one time together, even where blocks then differ in size", async () => {
    const few = Array.from({ length: rows }, (_, i) => `2020-0${1 + Math.floor(i / 20)}-01`);
    const dataset = await datasetOf(csv({ day: few, x, y }), { time: "day" });
    const cut = folds(dataset, { folds: 2, seed: 0 });
    expect(cut.map(({ train, test }) => [train.length, test.length])).toEqual([
      [20, 20],
      [40, 20],
    ]);
    expect(() => folds(dataset, { folds: 3, seed: 0 })).toThrow(
      "a.csv: time: expected at least 4 different times for 3 folds, got 3",
    );
    const uneven = Array.from({ length: rows }, (_, i) => `2020-0${i < 50 ? 1 : i < 55 ? 2 : 3}-01`);
    const other = await datasetOf(csv({ day: uneven, x, y }), { time: "day" });
    expect(folds(other, { folds: 2, seed: 0 }).map(({ test }) => test.length)).toEqual([5, 5]);
  });

  it("leave rows of a group that is tested out of training", async () => {
    const g = Array.from({ length: rows }, (_, i) => `g${i % 25}`);
    const dataset = await datasetOf(csv({ day: days, x, g, y }), { time: "day", group: "g" });
    for (const { train, test } of folds(dataset, { folds: 2, seed: 0 })) {
      const tested = new Set(test.map((row) => dataset.groups![row]!));
      expect(train.length).toBeGreaterThan(5);
      expect(train.some((row) => tested.has(dataset.groups![row]!))).toBe(false);
    }
  });

  it("are refused where a part has no row of a class", async () => {
    const late = Array.from({ length: rows }, (_, i) => String(2000 + i));
    const classes = Array.from({ length: rows }, (_, i) => (i < 30 ? "u" : i % 2 === 0 ? "v" : "u"));
    const dataset = await datasetOf(csv({ year: late, x, y: classes }), { time: "year" });
    expect(() => folds(dataset, { folds: 5, seed: 0 })).toThrow(
      "a.csv: target 'y': expected every class in the training part of fold 1 of 5 in order of time, got none of 'v': use fewer folds",
    );
  });

  it("validate on the latest rows of training, or as without a time where a class would lack", async () => {
    const dataset = await timed();
    const { train } = folds(dataset, { folds: 2, seed: 0 })[0]!;
    const { fit, validation } = innerSplit(dataset, train, { seed: 3 });
    expect([fit.length, validation.length]).toEqual([16, 4]);
    expect(Math.max(...timesOf(dataset, fit))).toBeLessThan(Math.min(...timesOf(dataset, validation)));
    const labels = dataset.labels.map((label, row) =>
      validation.includes(row) ? 0 : fit.indexOf(row) < 3 ? 1 : label,
    );
    const lacking = innerSplit({ ...dataset, labels }, train, { seed: 3 });
    expect(lacking.validation).not.toEqual(validation);
    expect(new Set(lacking.validation.map((row) => labels[row]!)).size).toBe(2);
  });

  it("are of all times where rows are drawn", async () => {
    const dataset = await timed();
    const drawn = sampleRows(dataset, 20, 1);
    expect(drawn.time).toHaveLength(20);
    const [least, most] = [Math.min(...dataset.time!), Math.max(...dataset.time!)];
    expect(Math.min(...drawn.time!)).toBeLessThan(least + (most - least) / 3);
  });
});

describe("the column of times", () => {
  it("stays an input, unless it is left out, and is said", async () => {
    const dataset = await timed();
    expect(dataset.features.map(({ name }) => name)).toContain("day days");
    expect(dataset.notes).toContainEqual({
      level: "info",
      about: "settings",
      column: "day",
      text: "orders the rows from 2020-01-01 to 2020-01-30: each fold trains on earlier rows and tests on later ones",
    });
    const without = await datasetOf(given, { time: "day", ignore: ["day"] });
    expect(without.features.map(({ name }) => name)).toEqual(["x"]);
    expect(without.time).toEqual(dataset.time);
  });

  it("may be one of numbers, and of rows that have a target", async () => {
    const n = Array.from({ length: 12 }, (_, i) => String(100 - i));
    const target = ["", ...repeat(["u", "v"], 11)];
    const { time } = await datasetOf(csv({ n, x: x.slice(0, 12), y: target }), { time: "n" });
    expect([...time!]).toEqual(n.slice(1).map(Number));
  });

  it.each([
    [
      "text",
      repeat(["a", "b"], rows),
      "time 'day': expected a column of dates or numbers, got no value is a number",
    ],
    [
      "no value in some row",
      ["", ...days.slice(1)],
      "line 2: time 'day': expected a value in every row, got none",
    ],
    [
      "dates in one order",
      repeat(["3/4/2021", "1/9/2020", "2/2/2021"], rows),
      "--types day=date-dmy or day=date-mdy says it",
    ],
  ])("is refused with %s", async (_, day, message) => {
    expect(await datasetRefusal(csv({ day, x, y }), { time: "day" })).toContain(message);
  });
});
