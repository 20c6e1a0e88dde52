import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick, twoInputs } from "../../../../test/support/datasets.ts";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import type { Dataset } from "../data/dataset.ts";
import { chooseCandidates } from "../plan/choose.ts";
import type { Settings, Task, TrialRecord } from "../results.ts";
import { bagsPerBatchOf } from "./bags.ts";
import { makeFolds } from "./fold.ts";
import { makeTrialRunner } from "./run-trial.ts";
import { selectionFor } from "./selection.ts";

const settings: Settings = { ...quick, bagColumn: "bag", maxEpochs: 4 };
const { rows, a, b } = twoInputs(60);
const bag = rows.map((i) => `b${Math.floor(i / 5)}`);
const targets = {
  binary: rows.map((i) => (a[i] + b[i] > 1 ? "yes" : "no")),
  multiclass: rows.map((i) => "uvw"[Math.floor(Math.abs(2 * a[i] + b[i])) % 3]),
  regression: rows.map((i) => 10 * (a[i] - b[i]) + 100),
};
const dataOf = (
  task: (typeof tasks)[number],
  y: readonly (string | number)[] = targets[task],
): Promise<Dataset> => datasetOf(csv({ a, b, bag, y: [...y] }), { task, bagColumn: "bag" });

/** The same targets in each bag, in another order. */
const turned = <T>(y: readonly T[]): T[] => y.map((_, i) => y[5 * Math.floor(i / 5) + ((i + 2) % 5)]);

async function run(dataset: Dataset, candidate: string): Promise<TrialRecord[]> {
  const runner = makeTrialRunner(dataset, settings);
  const records: TrialRecord[] = [];
  for (const fold of [0, 1]) records.push(...(await runner.run({ candidate, seed: 0, fold })));
  runner.dispose();
  return records;
}

const tasks = ["binary", "multiclass", "regression"] as const;
const losses = (task: Task) =>
  chooseCandidates({ ...settings, losses: "auto" }, task).filter((c) => c.kind === "objective");

describe("rows in bags", () => {
  it.each(tasks)("train and tune every loss of bags on a %s task", async (task) => {
    const dataset = await dataOf(task);
    for (const { id } of losses(task)) {
      const records = await run(dataset, id);
      for (const record of records) {
        expect(record, id).toMatchObject({ status: "ok", candidate: id });
        expect(record.score, id).not.toBeNull();
        // Chosen by a loss: the smallest.
        const best = record.tuning.reduce((x, y) => (y.validation! < x.validation! ? y : x));
        expect(record.chosen, id).toEqual(best.configuration);
        expect(Math.min(...record.curve), id).toBeCloseTo(best.validation!, 10);
      }
    }
  });

  it.each(tasks)(
    "show training and tuning nothing but means: labels may change places within bags (%s)",
    async (task) => {
      const [one, other] = [await dataOf(task), await dataOf(task, turned<string | number>(targets[task]))];
      expect(Array.from(other.labels)).not.toEqual(task === "regression" ? null : Array.from(one.labels));
      for (const { id } of losses(task).slice(0, 2)) {
        const seen = (records: TrialRecord[]) =>
          records.map(({ tuning, curve, chosen }) => ({ tuning, curve, chosen }));
        const [before, after] = [seen(await run(one, id)), seen(await run(other, id))];
        expect(JSON.stringify(after, round), id).toBe(JSON.stringify(before, round));
      }
      const [x, y] = [one, other].map((dataset) => makeFolds(dataset, settings, 0));
      expect(y[0].target.sd).toBeCloseTo(x[0].target.sd, 9);
      expect(y[0].fit.x).toEqual(x[0].fit.x);
    },
  );

  it("stay in one part, and the column is no input", async () => {
    const dataset = await dataOf("binary");
    expect(dataset.features.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(dataset.notes.map(({ text }) => text)).toContain(
      "12 bags of 5 rows; training and tuning see the target's means of bags alone",
    );
    for (const { fit, validation, test } of makeFolds(dataset, settings, 0))
      for (const part of [fit, validation, test]) {
        const sizes = new Map<number, number>();
        for (const id of part.bags!.ids) sizes.set(id, (sizes.get(id) ?? 0) + 1);
        expect([...sizes.values()].every((n) => n === 5)).toBe(true);
      }
  });

  it("are warned of where each has a single row, and refused without a bag", async () => {
    const alone = await datasetOf(csv({ a, bag: rows.map((i) => `b${i}`), y: targets.binary }), {
      bagColumn: "bag",
    });
    expect(alone.notes.some(({ level, text }) => level === "warning" && /single row/.test(text))).toBe(true);
    const missing = datasetOf(csv({ a, bag: ["", ...bag.slice(1)], y: targets.binary }), {
      bagColumn: "bag",
    });
    await expect(missing).rejects.toThrow(/bag-column 'bag': expected a value in every row/);
    await expect(datasetOf(csv({ a, y: targets.binary }), { bagColumn: "bag" })).rejects.toThrow(
      /bag-column: expected a column of the file \(.*\), got 'bag'/,
    );
  });

  it("fill batches with about as many rows as asked for", async () => {
    const dataset = await dataOf("binary");
    expect(bagsPerBatchOf(dataset, 16)).toBe(3);
    expect(bagsPerBatchOf(dataset, 2)).toBe(1);
    expect(bagsPerBatchOf({ ...dataset, bags: undefined }, 16)).toBeUndefined();
  });

  it("leave no array alive", async () => {
    const dataset = await dataOf("regression");
    const runner = makeTrialRunner(dataset, settings);
    const once = () => runner.run({ candidate: "interpolated", seed: 0, fold: 0 });
    await once();
    await once();
    const before = liveBuffers();
    await once();
    expect(liveBuffers()).toBe(before);
    runner.dispose();
  });
});

describe("selectionFor", () => {
  it("takes the loss of bags for losses of bags, the metric for others", () => {
    const part = {
      x: new Float32Array(0),
      rows: 3,
      labels: Int32Array.of(0, 1, 1),
      targets: new Float64Array(0),
      bags: { ids: Int32Array.of(0, 0, 1), means: Float64Array.of(0.5, 0.5, 0, 1) },
    };
    const prediction = {
      probabilities: Float64Array.of(0.9, 0.1, 0.5, 0.5, 0.2, 0.8),
      predicted: Int32Array.of(0, 0, 1),
      predictions: new Float64Array(0),
    };
    const metric = metricById("accuracy");
    const bags = selectionFor({ kind: "objective", needs: ["bags"] }, metric);
    const expected = (-2 * (0.5 * Math.log(0.7) + 0.5 * Math.log(0.3)) - Math.log(0.8)) / 3;
    expect(bags.score(part, prediction)).toBeCloseTo(expected, 12);
    expect(bags.higherIsBetter).toBe(false);
    expect(selectionFor({ kind: "loss" }, metric).score(part, prediction)).toBeCloseTo(2 / 3, 12);
    const numbers = { ...part, bags: { ids: part.bags.ids, means: Float64Array.of(1, 4) } };
    const predictions = Float64Array.of(0, 4, 2);
    const none = { probabilities: new Float64Array(0), predicted: new Int32Array(0), predictions };
    expect(bags.score(numbers, none)).toBeCloseTo((2 * 1 + 4) / 3, 12);
    expect(() => bags.score({ ...part, bags: undefined }, prediction)).toThrow(/expected bags/);
  });
});

/** Sums in another order differ in the last digits. */
function round(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
