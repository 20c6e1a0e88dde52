import { describe, expect, it } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { pickRows, sampleRows } from "./pick-rows.ts";

const rows = Array.from({ length: 100 }, (_, i) => i);
const dataset = await datasetOf(
  csv({
    x: rows.map(Math.sqrt),
    c: rows.map((i) => "uvw"[i % 3]),
    y: rows.map((i) => (i % 4 === 0 ? "yes" : "no")),
  }),
);

describe("pickRows", () => {
  it("has all that belongs to its rows, in their order", () => {
    const groups = Int32Array.from(rows, (i) => i >> 1);
    const teacher = Float32Array.from({ length: 200 }, (_, i) => i);
    const picked = pickRows({ ...dataset, groups, teacher }, Int32Array.of(40, 3, 41));
    expect(picked.rows).toBe(3);
    expect(picked.features.map((f) => [...(f.kind === "numeric" ? f.values : f.codes)])).toEqual([
      [40, 3, 41].map(Math.sqrt),
      [40 % 3, 3 % 3, 41 % 3].map((code) =>
        (dataset.features[1] as { levels: string[] }).levels.indexOf("uvw"[code]),
      ),
    ]);
    expect([...picked.labels]).toEqual([1, 0, 0]);
    // Numbered from 0 on: 40 and 41 are one group, 3 another.
    expect([...picked.groups!]).toEqual([1, 0, 1]);
    expect([...picked.teacher!]).toEqual([80, 81, 6, 7, 82, 83]);
  });
});

describe("sampleRows", () => {
  it("draws so many rows with the shares of the classes, the same for the same seed", () => {
    const sample = sampleRows(dataset, 40, 0);
    expect(sample.rows).toBe(40);
    expect(sample.labels.filter((label) => label === 1)).toHaveLength(10);
    expect(sampleRows(dataset, 40, 0)).toEqual(sample);
    expect(sampleRows(dataset, 40, 1).features).not.toEqual(sample.features);
    const [numbers] = sample.features;
    expect(new Set(numbers.kind === "numeric" ? numbers.values : []).size).toBe(40);
  });

  it("keeps groups whole", () => {
    const groups = Int32Array.from(rows, (i) => i % 20);
    const sample = sampleRows({ ...dataset, groups }, 50, 0);
    const sizes = Map.groupBy(sample.groups!, (group) => group);
    expect([...sizes.values()].every((group) => group.length === 5)).toBe(true);
  });

  it("draws as many as were asked for where most groups are single rows, with the shares of the classes", () => {
    // 17 copies.
    const groups = Int32Array.from(rows, (i) => (i < 34 ? i >> 1 : i));
    for (const count of [5, 33, 40, 50, 65, 90])
      for (let seed = 0; seed < 5; seed++) {
        const sample = sampleRows({ ...dataset, groups }, count, seed);
        expect([sample.rows, sample.drawnFrom]).toEqual([count, 100]);
        const yes = sample.labels.filter((label) => label === 1).length;
        expect(Math.abs(yes - count / 4)).toBeLessThanOrEqual(3);
      }
  });

  it("keeps the shares of the classes where it takes several attempts to find them all", () => {
    const groups = Int32Array.from(rows);
    // One row in a hundred is of the third class, so that most first attempts lack it.
    const labels = Int32Array.from(rows, (i) => (i === 7 ? 2 : i % 2));
    const classes = ["no", "yes", "rare"];
    for (let seed = 0; seed < 30; seed++) {
      const sample = sampleRows({ ...dataset, classes, task: "multiclass", labels, groups }, 20, seed);
      expect(sample.labels).toContain(2);
      const yes = sample.labels.filter((label) => label === 1).length;
      expect(Math.abs(yes - 10)).toBeLessThanOrEqual(2);
    }
  });

  it("draws few of many rows, groups whole and with the shares of the classes", () => {
    const many = Array.from({ length: 6000 }, (_, i) => i);
    const groups = Int32Array.from(many, (i) => i >> 1);
    const labels = Int32Array.from(many, (i) => Number(i % 8 < 2));
    const large = { ...dataset, rows: many.length, features: [], labels, groups };
    for (let seed = 0; seed < 5; seed++) {
      const sample = sampleRows(large, 80, seed);
      const sizes = Map.groupBy(sample.groups!, (group) => group);
      expect([...sizes.values()].every((group) => group.length === 2)).toBe(true);
      expect([sample.rows, sample.drawnFrom]).toEqual([80, 6000]);
      const yes = sample.labels.filter((label) => label === 1).length;
      expect(Math.abs(yes - 20)).toBeLessThanOrEqual(6);
    }
  });

  it("takes groups of any size", () => {
    const many = Array.from({ length: 600_000 }, (_, i) => i);
    const groups = Int32Array.from(many, (i) => i % 2);
    const labels = Int32Array.from(many, (i) => Number(i % 5 === 0));
    const sample = sampleRows({ ...dataset, rows: many.length, features: [], labels, groups }, 300_000, 0);
    expect(sample.rows).toBe(300_000);
  });

  it("comes as near as the groups allow, with every class", () => {
    const groups = Int32Array.from(rows, (i) => Math.floor(i / 10));
    for (const [count, near] of [
      [24, 20],
      [26, 30],
      [65, 60],
      [2, 10],
    ]) {
      const sample = sampleRows({ ...dataset, groups }, count, 0);
      expect(sample.rows).toBe(near);
    }
    const rare = Int32Array.from(rows, (i) => Number(i < 10));
    for (let seed = 0; seed < 20; seed++)
      expect(sampleRows({ ...dataset, groups, labels: rare }, 50, seed).labels).toContain(1);
  });
});
