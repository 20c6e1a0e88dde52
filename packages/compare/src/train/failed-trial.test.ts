import { expect, it } from "vitest";
import { csv, datasetOf, quick, twoInputs } from "../../../../test/support/datasets.ts";
import { pairsOf, pairsText } from "../../../../test/support/pairs.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Table } from "../read/table.ts";
import type { Settings } from "../results.ts";
import { failedTrial } from "./failed-trial.ts";
import { makeTrialRunner } from "./run-trial.ts";

const settings: Settings = { ...quick, target: "y", folds: 3 };
const { rows, a, b } = twoInputs(50);
const two = await datasetOf(csv({ a, b, y: rows.map((i) => (a[i] > b[i] ? "yes" : "no")) }));
const numbers = await datasetOf(csv({ a, b, y: rows.map((i) => a[i]) }), { task: "regression" });
const reason = "3 workers died of it";

/** What a runner records of a trial that needs no training. */
async function untrained(
  dataset: Dataset,
  candidate: string,
  given: Settings,
  testTable: Table | null,
  fold: number,
) {
  const runner = makeTrialRunner(dataset, given, { testTable });
  const [record] = await runner.run({ candidate, seed: 1, fold });
  runner.dispose();
  return record;
}

it.each([
  ["classes", two, "majority-class", {}],
  ["thinned classes", two, "majority-class", { imbalance: 3 }],
  ["numbers", numbers, "mean-target", {}],
  [
    "pairs",
    await pairsOf(pairsText({ pairs: 60 }).text),
    "no-preference",
    { task: "preference", target: "preference" },
  ],
] as const)(
  "knows the rows of a fold as a trial of %s does, and has no result",
  async (_, dataset, candidate, more) => {
    const own = { ...settings, ...more };
    for (const fold of [0, 2]) {
      const [record, ...others] = failedTrial(dataset, own, { candidate, seed: 1, fold }, reason);
      expect(others).toEqual([]);
      const whole = await untrained(dataset, candidate, own, null, fold);
      expect(record).toEqual({
        candidate,
        seed: 1,
        fold,
        status: "diverged",
        unavailable: reason,
        rows: whole.rows,
        chosen: null,
        tuning: [],
        epochs: 0,
        score: null,
        metrics: {},
        curve: [],
        predictions: null,
        seconds: 0,
      });
    }
  },
);

it("knows the rows of a second file that have a target", async () => {
  const testTable = await tableOf("a,b,y\n1,2,yes\n3,4,\n5,6,no\n");
  const spec = { candidate: "majority-class", seed: 1, fold: 0 };
  const [{ rows: found }] = failedTrial(two, settings, spec, reason, { testTable });
  expect(found).toEqual((await untrained(two, spec.candidate, settings, testTable, 0)).rows);
  expect(found.test).toBe(2);
});

it("takes with it what falls out of the trial: the tuned threshold, and all widths of a quantised network", () => {
  const namesOf = (dataset: Dataset, candidate: string, more = {}): string[] =>
    failedTrial(dataset, settings, { candidate, seed: 0, fold: 0, ...more }, reason).map(
      (one) => one.candidate,
    );
  expect(namesOf(two, "cross-entropy")).toEqual(["cross-entropy", "cross-entropy-threshold"]);
  expect(namesOf(two, "focal")).toEqual(["focal"]);
  const quantise = { widths: [8, 2], configuration: { learningRate: 0.1, parameters: {} } };
  expect(namesOf(two, "focal", { quantise })).toEqual([
    ...["float", "8 bits", "8 bits, rounded", "2 bits", "2 bits, rounded"],
  ]);
});

it("refuses an option that is none", () => {
  const spec = { candidate: "focal", seed: 0, fold: 0 };
  expect(() => failedTrial(two, settings, spec, reason, { testTabel: null } as object)).toThrow(
    /^failedTrial: expected only the options? testTable, got "testTabel"/,
  );
});
