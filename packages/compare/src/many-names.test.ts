import { describe, expect, it } from "vitest";
import { csv } from "../../../test/support/datasets.ts";
import { tableOf } from "../../../test/support/tables.ts";
import { testCopies } from "./data/checks/test-copies.ts";
import { pairTable } from "./data/pairs/index.ts";
import { isOfPairs } from "./data/pairs/is-of-pairs.ts";
import { classFinder } from "./data/target.ts";
import { makeDataset, type predictTable } from "./index.ts";
import { predictResponses } from "./model/predict-pairs.ts";
import { Column, type Table } from "./read/table.ts";

/** A table of numbers that is read from no file. */
const tableWith = (names: readonly string[], cells: readonly number[]): Table => ({
  name: "a.csv",
  columns: names.map((name) => new Column(name, { kind: "cells", cells: [...cells] })),
  rows: cells.length,
  lines: Int32Array.from(cells, (_, i) => i + 2),
  unit: "line",
  header: 1,
  unreadable: new Int32Array(0),
  notes: [],
});

const times = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
/** Work that grows with the square of the names takes minutes. */
const soon = 20_000;

describe("very many names take time in proportion", () => {
  it("of classes, of which more than 1000 are refused", { timeout: soon }, async () => {
    const classes = times(200_000, (i) => `k${i}`);
    const indexOf = classFinder(classes, { mergeLabels: true });
    expect(classes.map((name) => indexOf(name.toUpperCase()))).toEqual(times(classes.length, (i) => i));
    expect([indexOf("k"), indexOf(" K7 ")]).toEqual([-1, 7]);
    const table = await tableOf(csv({ x: times(200_000, (i) => i % 7), y: classes }));
    for (const mergeLabels of [false, true])
      expect(() => makeDataset(table, { target: "y", mergeLabels })).toThrow(
        "target 'y': expected at most 1000 classes, got 200000 different texts",
      );
  });

  it("of classes that are numbers", async () => {
    const table = await tableOf(csv({ x: times(1001, (i) => i % 7), y: times(1001, (i) => i) }));
    expect(() => makeDataset(table, { target: "y", task: "multiclass" })).toThrow(
      "target 'y': expected at most 1000 classes, or --task regression, got 1001 different numbers",
    );
  });

  const many = 99_999;

  it("of columns that are looked at for pairs", { timeout: soon }, () => {
    expect(isOfPairs(times(many, (i) => `x${i}_chosen`))).toBe(false);
    expect(isOfPairs([...times(many, (i) => `x${i}_chosen`), "x7_rejected"])).toBe(true);
  });

  it("of columns of both sides", { timeout: soon }, () => {
    const names = times(many / 3, (i) => [`a${i}_chosen`, `a${i}_rejected`, `b${i}`]).flat();
    const table = tableWith(names, [1]);
    table.columns[0] = tableWith(names.slice(0, 1), [2]).columns[0]!;
    expect(pairTable(table).chosen.columns).toHaveLength((2 * many) / 3);
  });

  it("of columns in which copies are looked for", { timeout: soon }, () => {
    const table = tableWith([...times(many, (i) => `x${i}`), "y"], [1, 2, 3, 4]);
    const features = table.columns.slice(0, -1).map(({ name }) => ({ name }));
    const dataset = { target: "y", features } as Parameters<typeof testCopies>[0];
    expect(testCopies(dataset, table, table)[0]!.text).toContain("4 of 4 rows are copies");
  });

  it("of columns that responses are read from", { timeout: soon }, async () => {
    const names = times(many, (i) => `x${i}`);
    const encoder = {
      features: [...names, "w"].map((name) => ({ kind: "numeric", name })),
      inputs: many + 1,
    };
    const model = { task: "preference", encoder } as unknown as Parameters<typeof predictResponses>[0];
    const predict = (): ReturnType<typeof predictTable> => Promise.reject(new Error("not asked"));
    const predicted = predictResponses(model, tableWith([...names, "z"], [1]), predict);
    await expect(predicted).rejects.toThrow("expected the column 'w'");
  });
});
