import { describe, expect, it } from "vitest";
import { datasetOf } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { chooseCandidates, defaultSettings, summarise } from "../plan/index.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { failedTrial } from "../train/failed-trial.ts";
import { keepPrediction, predictionKept } from "../train/kept-predictions.ts";
import { reportDataset } from "./assemble.ts";

const settings: Settings = {
  ...defaultSettings,
  target: "y",
  losses: ["focal"],
  seeds: 2,
  folds: 2,
  bins: 0,
};
const candidates = summarise(chooseCandidates(settings, "binary"), "binary", settings);
/** What trials are run of: the choice by validation and the ensemble are made of them. */
const run = candidates.filter(({ id }) => !["chosen-by-validation", "ensemble"].includes(id));
const configuration = { learningRate: 0.01, parameters: {} };

/** On rows of its own: each fold of a seed has half of them. */
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
  predictions: keepPrediction(rowsOf(seed, fold), {
    probabilities: Float64Array.from({ length: 12 }, (_, i) => (i % 2 ? 0.4 : 0.6)),
    predicted: new Int32Array(6),
    predictions: new Float64Array(0),
  }),
});

const rowsOf = (seed: number, fold: number): Int32Array =>
  Int32Array.from({ length: 6 }, (_, i) => (2 * i + fold + seed) % 12);

const trialsOf = (seeds: number[], folds: number[]) =>
  seeds.flatMap((seed) =>
    folds.flatMap((fold) => run.map(({ id }, i) => trial(id, seed, fold, 0.5 + 0.01 * i * (seed + 1)))),
  );

const dataset = await datasetOf(
  `x,c,y\n${Array.from({ length: 12 }, (_, i) => `${i * i},${i % 2 ? "u" : "v"},${i % 3 ? "no" : "yes"}`).join("\n")}`,
);
const source = { name: "a", source: "a.csv", sha256: "00", testTable: null };
const report = (trials: PredictedTrial[], given: Partial<Settings> = {}) =>
  reportDataset(dataset, source, { ...settings, ...given }, candidates, trials);

describe("reportDataset", () => {
  it("shows baseline and finalists by themselves, and has every metric of all as the ranking takes it", () => {
    const made = report(trialsOf([0, 1], [0, 1]));
    expect(made.behaviours.map(({ candidate }) => candidate).toSorted()).toEqual(
      ["cross-entropy", ...made.finalists].toSorted(),
    );
    expect(made.behaviours[0].candidate).toBe("cross-entropy");
    // All predict one probability for every row: the curve is the diagonal.
    for (const { roc } of made.behaviours)
      expect(roc).toEqual({ falsePositive: [0, 1], truePositive: [0, 1] });
    expect(Object.keys(made.metrics).toSorted()).toEqual(
      made.ranking.entries.map(({ candidate }) => candidate).toSorted(),
    );
    for (const { candidate, mean } of made.ranking.entries)
      expect(made.metrics[candidate]["balanced-accuracy"], candidate).toBeCloseTo(mean!, 10);
  });

  it("judges only those further seeds that baseline and finalists have on every fold", () => {
    const whole = trialsOf([0], [0, 1]);
    const cut = [...whole, ...trialsOf([1], [0, 1]).slice(1)];
    const made = report(cut);
    expect(made.seeds).toEqual({ planned: [0, 1], complete: [0] });
    expect(made.ranking).toEqual(report(whole).ranking);
    expect(made.finalists.toSorted()).toEqual(["class-weighted-cross-entropy", "focal"]);
    const both = report(trialsOf([0, 1], [0, 1]));
    expect(both.seeds.complete).toEqual([0, 1]);
    const seedsOf = (made: typeof both, id: string): number | undefined =>
      made.ranking.entries.find(({ candidate }) => candidate === id)?.seeds;
    expect(seedsOf(both, "focal")).toBe(2);
    // A reference that lacks there keeps no finalist from being judged.
    const references = ["linear-model", "gradient-boosted-trees"];
    expect(references.map((id) => seedsOf(both, id))).toEqual([2, 2]);
    const fewer = report(
      trialsOf([0, 1], [0, 1]).filter(({ candidate, seed, fold }) =>
        candidate === references[1] ? seed + fold < 2 : true,
      ),
    );
    expect(["focal", ...references].map((id) => seedsOf(fewer, id))).toEqual([2, 2, 1]);
  });

  it("has no finalists with a single seed, and needs the first one whole", () => {
    expect(report(trialsOf([0], [0, 1]), { seeds: 1 }).finalists).toEqual([]);
    expect(() => report([...trialsOf([0], [0]), ...trialsOf([1], [0, 1])])).toThrow(
      /^trials: expected all candidates on all 2 folds of the first seed, got 1 \(.* is missing\)$/,
    );
  });

  it("takes those folds that all candidates have, three at least", () => {
    const given = { folds: 5 };
    const thirds = (folds: number[]): PredictedTrial[] =>
      trialsOf([0], folds).map((trial) => {
        const ids = rowsOf(0, trial.fold)
          .subarray(0, 2)
          .map((row) => (row + 4 * trial.fold) % 12);
        const { prediction } = predictionKept(trial.predictions!);
        const half = { ...prediction, probabilities: prediction.probabilities.subarray(0, 4) };
        return { ...trial, predictions: keepPrediction(ids, { ...half, predicted: new Int32Array(2) }) };
      });
    const made = report([...thirds([0, 1, 2, 3]).slice(0, -1)], given);
    expect(made.folds).toEqual({ planned: 5, complete: [0, 1, 2] });
    expect(made.trials.every(({ fold }) => fold < 3)).toBe(true);
    expect(() => report(thirds([0, 1]), given)).toThrow(
      /^trials: expected all candidates on at least 3 folds of the first seed, got 2 \(/,
    );
  });

  it("adds what validation would have chosen on each fold", () => {
    const trials = trialsOf([0], [0, 1]).map((trial) => {
      const best = trial.candidate === (trial.fold === 0 ? "focal" : "cross-entropy");
      const validation = best ? 0.9 : 0.1;
      return { ...trial, tuning: [{ configuration, validation, epochs: 3 }], score: validation };
    });
    const { trials: all } = report(trials);
    const chosen = all.filter(({ candidate }) => candidate === "chosen-by-validation");
    expect(chosen.map(({ fold, score }) => [fold, score])).toEqual([
      [0, 0.9],
      [1, 0.9],
    ]);
  });

  describe("of the ensemble", () => {
    const ensembleIn = ({ trials, ranking }: ReturnType<typeof report>) => ({
      trials: trials.filter(({ candidate }) => candidate === "ensemble"),
      entry: ranking.entries.find(({ candidate }) => candidate === "ensemble"),
    });
    const references = ["linear-model", "gradient-boosted-trees"];

    it("has a trial for each fold of all seeds, of the members that are there, and an entry without a rank", () => {
      const { trials, entry } = ensembleIn(
        report(
          trialsOf([0, 1], [0, 1]).filter(
            ({ candidate, seed, fold }) => candidate !== references[1] || seed + fold < 2,
          ),
        ),
      );
      expect(trials.map(({ seed, fold, weights }) => [seed, fold, Object.keys(weights!)])).toEqual([
        [0, 0, ["cross-entropy", ...references]],
        [0, 1, ["cross-entropy", ...references]],
        [1, 0, ["cross-entropy", references[0]]],
        [1, 1, ["cross-entropy", references[0]]],
      ]);
      expect(entry).toMatchObject({ verdict: "reference", seeds: 2, n: 4, difference: { mean: 0 } });
    });

    it("has none where fewer than two members have a result", () => {
      const made = report(
        trialsOf([0, 1], [0, 1]).flatMap((trial) =>
          references.includes(trial.candidate)
            ? failedTrial(dataset, settings, trial, "no library")
            : [trial],
        ),
      );
      expect(ensembleIn(made)).toEqual({ trials: [], entry: undefined });
      expect(made.ranking.entries.map(({ candidate }) => candidate)).toContain("focal");
    });
  });

  it("spends a part of alpha and says what was cut where it is told to", () => {
    const note = { level: "warning", text: "cut" } as const;
    const made = reportDataset(dataset, source, settings, candidates, trialsOf([0], [0, 1]), {
      alpha: 0.02,
      notes: [note],
    });
    expect([made.ranking.alpha, made.notes[0]]).toEqual([0.02, note]);
  });

  it.each(["cross-entropy", "majority-class"])("refuses trials without those of %s", (id) => {
    const trials = trialsOf([0, 1], [0, 1]).filter(({ candidate }) => candidate !== id);
    expect(() => report(trials)).toThrow(
      new RangeError(
        `trials: expected all candidates on all 2 folds of the first seed, got 0 (${id} is missing)`,
      ),
    );
  });

  describe("where trials could not be had", () => {
    const without = (gone: (trial: PredictedTrial) => boolean) =>
      report(
        trialsOf([0, 1], [0, 1]).flatMap((trial, i) =>
          gone(trial)
            ? failedTrial(dataset, settings, trial, `worker ${i} was killed`).filter(
                ({ candidate }) => candidate === trial.candidate,
              )
            : [trial],
        ),
      );
    const warnings = ({ notes }: ReturnType<typeof report>) =>
      notes.filter(({ text }) => text.includes("not available"));

    it("counts them as diverged, and notes how many they are and the first reason", () => {
      const made = without(({ candidate, seed }) => candidate === "focal" && seed === 0);
      const place = run.findIndex(({ id }) => id === "focal");
      expect(warnings(made)).toEqual([
        {
          level: "warning",
          text: `Focal: 2 of 2 trials are not available: worker ${place} was killed`,
        },
      ]);
      const entry = made.ranking.entries.find(({ candidate }) => candidate === "focal");
      expect(entry).toMatchObject({ verdict: "diverged", diverged: 2, unavailable: 2 });
      expect(made.finalists).not.toContain("focal");
      expect(made.trials.filter(({ unavailable }) => unavailable !== undefined)).toHaveLength(2);
      expect(made.model?.candidate).toBe("cross-entropy");
    });

    it("compares nothing where the baseline lacks its first seed, and says so", () => {
      const made = without(({ candidate, seed, fold }) => candidate === "cross-entropy" && seed + fold === 0);
      expect(warnings(made).map(({ text }) => text.replace(/worker \d+/, "worker n"))).toEqual([
        "Cross-entropy, the baseline: 1 of 4 trials is not available, so no candidate can be compared with it: worker n was killed",
      ]);
      expect(made.ranking.summary).toBe(
        "The baseline, cross-entropy, lacks 1 of 4 trials, which is not available, so no loss can be compared with it.",
      );
      expect(made.recommendation.use).toBe(
        "Nothing can be recommended: cross-entropy, the baseline, lacks 1 of 4 trials, which is not available, so no candidate can be compared with it.",
      );
      const losses = made.ranking.entries.filter(({ verdict }) => verdict !== "reference");
      expect(losses.map(({ difference }) => difference)).toEqual(losses.map(() => null));
      // What it chose in the others is still known.
      expect(made.model).toMatchObject({ candidate: "cross-entropy", configuration });
      const none = without(({ candidate }) => candidate === "cross-entropy");
      expect(none.model).toBeNull();
      expect(none.ranking.summary).toContain("has no result");
      expect(none.recommendation.use).toContain("Nothing can be recommended");
    });

    it("leaves out a later seed that the baseline lacks", () => {
      const made = without(
        ({ candidate, seed, fold }) => candidate === "cross-entropy" && seed * (1 + fold) === 1,
      );
      expect(warnings(made)[0].text).toMatch(
        /^Cross-entropy, the baseline: 1 of 4 trials is not available, so differences leave out seed 1: worker \d+ was killed$/,
      );
      const focal = made.ranking.entries.find(({ candidate }) => candidate === "focal");
      expect(new Set(focal?.difference?.pairs.map(({ seed }) => seed))).toContain(0);
      expect(made.recommendation.use).toMatch(/^Use /);
    });

    it("chooses by validation among those that are there", () => {
      const made = without(({ candidate, fold, seed }) => candidate === "focal" && seed + fold === 0);
      const chosen = made.trials.filter(({ candidate }) => candidate === "chosen-by-validation");
      expect(chosen.map(({ status }) => status)).toEqual(["ok", "ok"]);
    });
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

  it("has one fold a seed where a second file is the test part", async () => {
    const testTable = await tableOf("x,c,y\n1,u,no\n4,v,yes\n9,u,no\n2,u,no\n5,v,no\n7,v,yes\n", "test.csv");
    const trials = trialsOf([0, 1], [0]).map((trial) => {
      const ids = Int32Array.from({ length: 6 }, (_, i) => i);
      return { ...trial, predictions: keepPrediction(ids, predictionKept(trial.predictions!).prediction) };
    });
    const made = reportDataset(dataset, { ...source, testTable }, settings, candidates, trials);
    expect(made.seeds.complete).toEqual([0, 1]);
    expect(made.testRows).toBe(6);
    expect(made.ranking.entries.find((e) => e.candidate === "focal")).toMatchObject({
      verdict: "same",
      difference: { mean: 0, p: 1 },
    });
    expect(made.model?.candidate).toBe("cross-entropy");
  });
});
