import { describe, expect, it } from "vitest";
import type { KeptChoice, Ranking, RankingEntry, TrialRecord, TuningRecord, Verdict } from "../results.ts";
import { chooseModel } from "./choose.ts";

const slow = { learningRate: 0.001, parameters: {} };
const fast = { learningRate: 0.01, parameters: {} };

const entry = (candidate: string, verdict: Verdict, mean: number): RankingEntry => ({
  candidate,
  label: candidate.toUpperCase(),
  verdict,
  mean,
  sd: 0.1,
  n: 3,
  seeds: 2,
  diverged: 0,
  difference: null,
  sentence: "",
});

const ranking = (entries: RankingEntry[], metric = "balanced-accuracy"): Ranking => ({
  metric,
  higherIsBetter: metric === "balanced-accuracy",
  baseline: "ce",
  rope: 0.01,
  alpha: 0.05,
  entries,
  summary: "",
});

const trial = (candidate: string, fold: number, tuning: TuningRecord[]): TrialRecord => ({
  candidate,
  seed: 0,
  fold,
  status: "ok",
  chosen: slow,
  tuning,
  epochs: 1,
  score: 0.5,
  metrics: {},
  curve: [],
  rows: { fit: 1, validation: 1, test: 1 },
  seconds: 0,
});

const tuned = (candidate: string, values: [slow: number | null, fast: number | null, epochs: number][]) =>
  values.map(([a, b, epochs], fold) =>
    trial(candidate, fold, [
      { configuration: slow, validation: a, epochs },
      { configuration: fast, validation: b, epochs: 10 * epochs },
    ]),
  );

const ce = tuned("ce", [
  [0.6, 0.5, 4],
  [0.7, 0.5, 2],
  [0.6, 0.5, 9],
]);

const chosenOf = (trials: TrialRecord[], metric?: string): KeptChoice | null =>
  chooseModel(trials, ranking([], metric)) as KeptChoice | null;

describe("chooseModel", () => {
  it("keeps the baseline where no loss is significantly better, even behind others", () => {
    const chosen = chooseModel(ce, ranking([entry("a", "undecided", 0.9), entry("ce", "baseline", 0.6)]));
    expect(chosen).toEqual({
      candidate: "ce",
      configuration: slow,
      epochs: 4,
      why: "no loss is significantly better than the baseline, so the baseline is kept",
    });
  });

  it("keeps the loss with the best mean of those that are better", () => {
    const trials = [...ce, ...tuned("b", [[0.5, 0.9, 3]])];
    const chosen = chooseModel(
      trials,
      ranking([
        entry("a", "undecided", 0.95),
        entry("b", "better", 0.9),
        entry("c", "better", 0.8),
        entry("ce", "baseline", 0.6),
      ]),
    );
    expect(chosen).toMatchObject({ candidate: "b", configuration: fast, epochs: 30 });
    expect(chosen?.why).toBe(
      "B has the largest gain of the losses that are significantly better than the baseline",
    );
  });

  it("keeps a reference where it is asked for, by its own trials: a linear model, or trees, which have no epochs", () => {
    const losses = ranking([entry("b", "better", 0.9), entry("ce", "baseline", 0.6)]);
    const trees = [1, 3].map((models) => ({ learningRate: 0.1, parameters: { models } }));
    const trials = [
      ...ce,
      ...tuned("linear-model", [[0.5, 0.9, 3]]),
      ...[0, 1].map((fold) =>
        trial("gradient-boosted-trees", fold, [
          { configuration: trees[0], validation: 0.6, epochs: 0 },
          { configuration: trees[1], validation: 0.5 + fold, epochs: 0 },
        ]),
      ),
    ];
    expect(chooseModel(trials, losses, { keep: "linear" })).toEqual({
      candidate: "linear-model",
      configuration: fast,
      epochs: 30,
      why: "it was asked for (--keep linear)",
    });
    expect(chooseModel(trials, losses, { keep: "trees" })).toEqual({
      candidate: "gradient-boosted-trees",
      configuration: trees[1],
      epochs: 0,
      why: "it was asked for (--keep trees)",
    });
    expect(chooseModel(ce, losses, { keep: "trees" })).toBeNull();
  });

  it("keeps those members of the ensemble that have a weight on some fold, by their mean weights", () => {
    const losses = ranking([entry("ce", "baseline", 0.6)]);
    const linear = tuned("linear-model", [
      [0.5, 0.9, 3],
      [0.5, 0.9, 3],
    ]);
    const weights = [
      { ce: 0.75, "linear-model": 0.25, "gradient-boosted-trees": 0 },
      { ce: 1, "linear-model": 0, "gradient-boosted-trees": 0 },
    ];
    const ensemble = weights.map((own, fold) => ({ ...trial("ensemble", fold, []), weights: own }));
    const trials = [...ce, ...linear, ...ensemble];
    const why = "it was asked for (--keep ensemble)";
    expect(chooseModel(trials, losses, { keep: "ensemble", members: 5 })).toEqual({
      candidate: "ensemble",
      why,
      ensemble: [
        { candidate: "ce", configuration: slow, epochs: expect.any(Number), members: 5, weight: 0.875, why },
        { candidate: "linear-model", configuration: fast, epochs: 30, weight: 0.125, why },
      ],
    });
    // No seed had two members, or the linear model never finished.
    expect(chooseModel([...ce, ...linear], losses, { keep: "ensemble" })).toBeNull();
    expect(chooseModel([...ce, ...ensemble], losses, { keep: "ensemble" })).toBeNull();
  });

  it("takes the rate in the middle of those that are best on each fold, not that of the luckiest fold", () => {
    const trials = tuned("ce", [
      [0.6, 0.99, 1],
      [0.6, 0.1, 1],
      [0.6, 0.1, 1],
    ]);
    expect(chosenOf(trials)?.configuration).toBe(slow);
  });

  it("takes the setting with the best mean over all folds, at whatever rate it was tried", () => {
    const trials = [0.001, 0.01, 0.01].map((learningRate, fold) =>
      trial("ce", fold, [
        { configuration: { learningRate: 0.001, parameters: { a: 1 } }, validation: 0.6, epochs: 1 },
        { configuration: { learningRate: 0.01, parameters: { a: 1 } }, validation: 0.6, epochs: 1 },
        { configuration: { learningRate, parameters: { a: 2 } }, validation: 0.7, epochs: 2 + fold },
      ]),
    );
    expect(chooseModel(trials, ranking([]))).toMatchObject({
      configuration: { learningRate: 0.01, parameters: { a: 2 } },
      epochs: 4,
    });
    // One that was tried on a single fold, or diverged on one, says too little.
    trials[0].tuning[2] = { ...trials[0].tuning[2], validation: null };
    expect(chosenOf(trials)?.configuration.parameters).toEqual({ a: 1 });
    trials[0].tuning.pop();
    expect(chosenOf(trials)?.configuration.parameters).toEqual({ a: 1 });
  });

  it("takes the lowest mean where lower is better", () => {
    expect(chosenOf(ce, "log-loss")?.configuration).toBe(fast);
  });

  it("does not trust a configuration that diverged on any fold", () => {
    const trials = tuned("ce", [
      [0.6, 0.9, 1],
      [0.6, null, 1],
    ]);
    expect(chosenOf(trials)?.configuration).toBe(slow);
    expect(chooseModel(tuned("ce", [[null, null, 1]]), ranking([]))).toBeNull();
    expect(chooseModel([], ranking([]))).toBeNull();
  });

  it("takes the median of the epochs, rounded, and at least one", () => {
    const epochsOf = (list: number[]): number | undefined =>
      chosenOf(
        tuned(
          "ce",
          list.map((n) => [0.9, 0.1, n]),
        ),
      )?.epochs;
    expect(epochsOf([9, 1, 4])).toBe(4);
    expect(epochsOf([1, 4, 9, 2])).toBe(3);
    expect(epochsOf([1, 2])).toBe(2);
    expect(epochsOf([0, 0])).toBe(1);
  });
});
