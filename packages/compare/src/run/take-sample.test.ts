import { describe, expect, it } from "vitest";
import type { Dataset } from "../data/dataset.ts";
import type { Subject } from "../plan/prepared.ts";
import type { Table } from "../read/table.ts";
import { samplesOf } from "./budget.ts";
import { samplesFor } from "./take-sample.ts";

const rows = 20_000;
const classes = Array.from({ length: 200 }, (_, k) => `class ${k}`);
const dataset: Dataset = {
  name: "many",
  task: "multiclass",
  target: "y",
  features: [],
  notes: [],
  rows,
  classes,
  groups: null,
  labels: Int32Array.from({ length: rows }, (_, i) => i % 200),
  targets: new Float64Array(),
};
const subject = (testTable: Table | null): Subject => ({ dataset, testTable }) as Subject;

describe("samplesFor", () => {
  it("begins with rows of which each class is in all folds", () => {
    const all = samplesOf(rows);
    const found = samplesFor([subject(null)], { folds: 5 });
    expect(found.length).toBeGreaterThan(0);
    expect(found[0]).toBeGreaterThanOrEqual(1000);
    expect(found).toEqual(all.slice(-found.length));
    expect(found.length).toBeLessThan(all.length);
  });

  it("takes any number of rows where a file is tested on", () => {
    expect(samplesFor([subject({} as Table)], { folds: 5 })).toEqual(samplesOf(rows));
  });
});
