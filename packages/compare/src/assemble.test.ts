import { describe, expect, it } from "vitest";
import { datasetOf } from "../../../test/support/datasets.ts";
import { reportDataset } from "./assemble.ts";
import { chooseCandidates, defaultSettings, summarise } from "./plan/index.ts";
import type { PredictedTrial, Settings } from "./results.ts";

const settings: Settings = { ...defaultSettings, target: "y", losses: ["focal"], seeds: 2, folds: 2 };
const candidates = summarise(chooseCandidates(settings, "binary"), "binary", 1);
const configuration = { learningRate: 0.01, parameters: {} };

const trial = (candidate: string, seed: number, fold: number, score: number): PredictedTrial => ({
  candidate,
  seed,
  fold,
  status: "ok",
  chosen: configuration,
  tuning: [{ configuration, validation: score, epochs: 3 }],
  epochs: 3,
  score,
  metrics: { "balanced-accuracy": score },
  curve: [score],
  rows: { fit: 6, validation: 2, test: 4 },
  seconds: 0.1,
  predictions: null,
});

const trialsOf = (seeds: number[], folds: number[]) =>
  seeds.flatMap((seed) =>
    folds.flatMap((fold) =>
      candidates.map(({ id }, i) => trial(id, seed, fold, 0.5 + 0.01 * i * (seed + 1))),
    ),
  );

const dataset = await datasetOf(
  `x,c,y\n${Array.from({ length: 12 }, (_, i) => `${i * i},${i % 2 ? "u" : "v"},${i % 3 ? "no" : "yes"}`).join("\n")}`,
);
const source = { name: "a", source: "a.csv", sha256: "00", testRows: null };
const report = (trials: PredictedTrial[], given: Partial<Settings> = {}) =>
  reportDataset(dataset, source, { ...settings, ...given }, candidates, trials);

describe("reportDataset", () => {
  it("judges only seeds of which every candidate has every fold", () => {
    const whole = trialsOf([0], [0, 1]);
    const cut = [...whole, ...trialsOf([1], [0, 1]).slice(1)];
    const made = report(cut);
    expect(made.seeds).toEqual({ planned: [0, 1], complete: [0] });
    expect(made.trials).toHaveLength(whole.length);
    expect(made.ranking).toEqual(report(whole).ranking);
    expect(report(trialsOf([0, 1], [0, 1])).seeds.complete).toEqual([0, 1]);
  });

  it("ignores a first seed that was cut short and keeps a later one that is whole", () => {
    const made = report([...trialsOf([0], [0]), ...trialsOf([1], [0, 1])]);
    expect(made.seeds.complete).toEqual([1]);
    expect(made.trials.every((t) => t.seed === 1)).toBe(true);
  });

  it.each(["cross-entropy", "majority-class"])("refuses trials without those of %s", (id) => {
    const trials = trialsOf([0, 1], [0, 1]).filter(({ candidate }) => candidate !== id);
    expect(() => report(trials)).toThrow(
      new RangeError(
        `trials: expected a seed with all candidates on all 2 folds, got none (${id} is missing)`,
      ),
    );
  });

  it("does not depend on the order in which trials have finished", () => {
    const trials = trialsOf([0, 1], [0, 1]);
    expect(report(trials.toReversed())).toEqual(report(trials));
  });

  it("describes the data and keeps the baseline where nothing is better", () => {
    const made = report(trialsOf([0, 1], [0, 1]));
    expect(made).toMatchObject({
      name: "a",
      task: "binary",
      classes: ["no", "yes"],
      classCounts: [8, 4],
      rows: 12,
      // x, and the two levels of c.
      inputs: 3,
    });
    expect(made.features.map((f) => [f.name, f.kind])).toEqual([
      ["x", "numeric"],
      ["c", "categorical"],
    ]);
    expect(made.model?.candidate).toBe("cross-entropy");
  });

  it("has one fold a seed where a second file is the test part, and no verdict", () => {
    const trials = trialsOf([0, 1], [0]);
    const made = reportDataset(dataset, { ...source, testRows: 120 }, settings, candidates, trials);
    expect(made.seeds.complete).toEqual([0, 1]);
    expect(made.trials).toHaveLength(trials.length);
    expect(made.testRows).toBe(120);
    expect(made.ranking.entries.find((e) => e.candidate === "focal")).toMatchObject({
      verdict: "undecided",
      difference: { p: null, low: null, pBetter: null },
    });
    expect(made.model).toMatchObject({
      candidate: "cross-entropy",
      why: "no verdict is given on one test file, so the baseline is kept",
    });
  });
});
