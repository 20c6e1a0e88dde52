import { randomSource } from "minimand/engine";
import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import type { PredictedTrial } from "../../results.ts";
import { predictionFrom, scoreOfPrediction, valuesOf } from "../../train/index.ts";
import { keepPrediction, predictionKept } from "../../train/kept-predictions.ts";
import { rowsOfSeed } from "../decision/fits-of.ts";
import { influenceOf, type Truth } from "../decision/index.ts";
import { type EnsembleOptions, ensembleTrials } from "./index.ts";

const [rows, folds] = [30, 3];
const labels = Int32Array.from({ length: rows }, (_, i) => Number(i % 5 < 2));
const targets = Float64Array.from({ length: rows }, (_, i) => Math.sin(i * i));
const ofClasses: Truth = { labels, targets: [], groups: null };
const ofNumbers: Truth = { labels: [], targets, groups: null };
const foldOf = (row: number): number => row % folds;

const options: EnsembleOptions = {
  ...{ id: "ensemble", members: ["a", "b", "c"], task: "binary" },
  ...{ metric: "log-loss", higherIsBetter: false },
};
const byR2: EnsembleOptions = { ...options, task: "regression", metric: "r2", higherIsBetter: true };

/** Trials of a candidate on one seed. `valueAt`: probability of class 1 of a row, or the predicted number. */
function trialsOf(
  candidate: string,
  valueAt: (row: number) => number,
  { seed = 0, classes = 2, first = 0 } = {},
): PredictedTrial[] {
  return Array.from({ length: folds }, (_, fold): PredictedTrial => {
    const ids = Int32Array.from({ length: rows }, (__, row) => row).filter(
      (row) => foldOf(row) === fold && row >= first,
    );
    const values = Array.from(ids, valueAt).flatMap((p) => (classes === 0 ? [p] : [1 - p, p]));
    return {
      ...{ candidate, seed, fold, status: "ok", chosen: null, tuning: [], epochs: 1, score: 1, seconds: 2 },
      ...{ metrics: {}, curve: [], rows: { fit: 16, validation: 4, test: ids.length } },
      predictions: keepPrediction(ids, predictionFrom(Float64Array.from(values), classes)),
    };
  });
}

const diverged = (trial: PredictedTrial): PredictedTrial => ({
  ...trial,
  status: "diverged",
  predictions: null,
});

const random = randomSource(5);
/** Probabilities with some signal. */
const weak = Array.from({ length: 3 }, () =>
  Array.from(labels, (y) => 0.2 + 0.4 * random() + 0.2 * Number(y === 1)),
);
const members = weak.flatMap((own, k) => trialsOf("abc"[k], (row) => own[row]));
const weightsOf = (trials: readonly PredictedTrial[]) => trials.map(({ weights }) => weights);

describe("an ensemble of trials", () => {
  it("predicts the weighted mean of its members, and is judged as they are", () => {
    const made = ensembleTrials(members, ofClasses, options);
    expect(made.map(({ fold }) => fold)).toEqual([0, 1, 2]);
    for (const trial of made) {
      expect(trial).toMatchObject({ candidate: "ensemble", seed: 0, status: "ok", tuning: [], seconds: 6 });
      const { ids, prediction } = predictionKept(trial.predictions!);
      const weights = Object.values(trial.weights!);
      expect(Object.keys(trial.weights!)).toEqual(["a", "b", "c"]);
      expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
      ids.forEach((row, i) => {
        const mean = weights.reduce((sum, weight, k) => sum + weight * weak[k][row], 0);
        expect(prediction.probabilities[2 * i + 1]).toBeCloseTo(mean, 6);
        expect(prediction.predicted[i]).toBe(Number(mean > 0.5));
      });
      const part = {
        labels: labels.filter((_, row) => foldOf(row) === trial.fold),
        targets: new Float64Array(0),
      };
      expect(trial.score).toBeCloseTo(scoreOfPrediction(metricById("log-loss"), part, prediction), 6);
      expect(trial.metrics["log-loss"]).toBe(trial.score);
      expect(trial.metrics["balanced-accuracy"]).toBeGreaterThan(0.3);
    }
    expect(ensembleTrials(members.toReversed(), ofClasses, options)).toEqual(made);
  });

  it("does not use the rows of a fold for its weights", () => {
    const [, made] = ensembleTrials(members, ofClasses, options);
    const flipped = { ...ofClasses, labels: labels.map((y, row) => (foldOf(row) === 1 ? 1 - y : y)) };
    const [, other] = ensembleTrials(members, flipped, options);
    expect([other.weights, other.predictions]).toEqual([made.weights, made.predictions]);
    expect(other.score).not.toBe(made.score);
    // On fold 1 the first member becomes perfect.
    const perfect = trialsOf("a", (row) => (foldOf(row) === 1 ? 0.999 * labels[row] : weak[0][row]));
    const changed = ensembleTrials([...members.slice(folds), ...perfect], ofClasses, options);
    expect(changed[1].weights).toEqual(made.weights);
    expect(changed[0].weights).not.toEqual(ensembleTrials(members, ofClasses, options)[0].weights);
  });

  it.each(["log-loss", "brier", "balanced-accuracy", "f1", "roc-auc", "pr-auc"])(
    "gives all weight to a member that is perfect in %s",
    (metric) => {
      const perfect = trialsOf("b", (row) => 0.001 + 0.998 * labels[row]);
      const all = [...members.filter(({ candidate }) => candidate !== "b"), ...perfect];
      const { higherIsBetter } = metricById(metric);
      const made = ensembleTrials(all, ofClasses, { ...options, metric, higherIsBetter });
      expect(weightsOf(made)).toEqual(made.map(() => ({ a: 0, b: 1, c: 0 })));
    },
  );

  it("averages predicted numbers", () => {
    const moved = (by: number) => (row: number) => targets[row] + by;
    const trials = [["a", 1] as const, ["b", -1] as const].flatMap(([id, by]) =>
      trialsOf(id, moved(by), { classes: 0 }),
    );
    const made = ensembleTrials(trials, ofNumbers, byR2);
    expect(weightsOf(made)).toEqual(made.map(() => ({ a: 0.5, b: 0.5 })));
    for (const { score, metrics, predictions } of made) {
      expect([score, metrics.r2]).toEqual([1, 1]);
      const { ids, prediction } = predictionKept(predictions!);
      expect(valuesOf(prediction)[3]).toBeCloseTo(targets[ids[3]], 12);
    }
  });

  it("judges areas fold by fold, as scores of different folds are not comparable", () => {
    // Sure, and wrong on one row of each class in each fold.
    const sure = trialsOf("a", (row) => 0.01 + 0.98 * (row < 6 ? 1 - labels[row] : labels[row]));
    // In order within each fold, but not between folds.
    const shifted = trialsOf("b", (row) => 0.1 + 0.1 * labels[row] + 0.4 * foldOf(row));
    const byArea = { ...options, metric: "roc-auc", higherIsBetter: true, members: ["a", "b"] };
    const made = ensembleTrials([...sure, ...shifted], ofClasses, byArea);
    for (const weights of weightsOf(made)) expect(weights!.b).toBeGreaterThan(0.9);
  });

  it("decides between members of equal score by log loss, and then by their order", () => {
    const sure = (p: number) => (row: number) => (labels[row] === 1 ? p : 1 - p);
    const byDecisions = { ...options, metric: "balanced-accuracy", higherIsBetter: true };
    const weights = (a: number, b: number) =>
      weightsOf(
        ensembleTrials([...trialsOf("a", sure(a)), ...trialsOf("b", sure(b))], ofClasses, byDecisions),
      )[0];
    expect(weights(0.6, 0.9)).toEqual({ a: 0, b: 1 });
    expect(weights(0.9, 0.9)).toEqual({ a: 1, b: 0 });
  });

  it("chooses the weights of large folds on a part of their rows", () => {
    const [count, large] = [27_000, 3];
    const y = Int32Array.from({ length: count }, (_, i) => Number(i % 10 < 3));
    const truth: Truth = { labels: y, targets: [], groups: null };
    // Of 9,000 rows of a fold every third one decides. There alone "a" is right.
    const decides = (row: number): boolean => Math.floor(row / large) % 3 === 0;
    const trials = (["a", "b"] as const).flatMap((candidate) =>
      Array.from({ length: large }, (_, fold): PredictedTrial => {
        const ids = Int32Array.from({ length: count / large }, (__, i) => i * large + fold);
        const right = (row: number): boolean => decides(row) === (candidate === "a");
        const values = Array.from(ids, (row) => (right(row) === (y[row] === 1) ? 0.9 : 0.1)).flatMap((p) => [
          1 - p,
          p,
        ]);
        return {
          ...{ candidate, seed: 0, fold, status: "ok", chosen: null, tuning: [], epochs: 1, score: 1 },
          ...{ seconds: 2, metrics: {}, curve: [], rows: { fit: 1, validation: 1, test: ids.length } },
          predictions: keepPrediction(ids, predictionFrom(Float64Array.from(values), 2)),
        };
      }),
    );
    const made = ensembleTrials(trials, truth, { ...options, members: ["a", "b"] });
    expect(weightsOf(made)).toEqual(made.map(() => ({ a: 1, b: 0 })));
  });

  it("leaves out a member on those seeds on which it lacks a fold, and a seed with fewer than two", () => {
    const ofSeed = (seed: number) => members.map((trial) => ({ ...trial, seed }));
    const [zero, one, two] = [0, 1, 2].map(ofSeed);
    const trials = [
      ...zero.map((trial) => (trial.candidate === "a" && trial.fold === 1 ? diverged(trial) : trial)),
      ...one.filter(({ candidate, fold }) => candidate !== "b" || fold !== 2),
      ...two.filter(({ candidate }) => candidate === "c"),
    ];
    const made = ensembleTrials(trials, ofClasses, options);
    expect(made.map(({ seed, fold, weights }) => [seed, fold, Object.keys(weights!).join("")])).toEqual([
      ...[0, 1, 2].map((fold) => [0, fold, "bc"]),
      ...[0, 1, 2].map((fold) => [1, fold, "ac"]),
    ]);
    const oneFold = members.filter(({ fold }) => fold === 0);
    expect(ensembleTrials(oneFold, ofClasses, options)).toEqual([]);
    expect(ensembleTrials([], ofClasses, options)).toEqual([]);
  });

  it("leaves out a member that was tested on other rows", () => {
    const fewer = trialsOf("b", (row) => weak[1][row], { first: 3 });
    const made = ensembleTrials([...members, ...fewer.map((t) => ({ ...t, candidate: "d" }))], ofClasses, {
      ...options,
      members: ["a", "b", "c", "d"],
    });
    expect(made).toEqual(ensembleTrials(members, ofClasses, options));
  });

  it("gains nothing where predictions are unrelated to the classes", () => {
    const scoreOf = (trials: readonly PredictedTrial[]): number => {
      const { rows } = rowsOfSeed(trials, ofClasses);
      return influenceOf("balanced-accuracy", rows).value;
    };
    const draw = randomSource(11);
    const gains = Array.from({ length: 100 }, () => {
      const trials = ["a", "b", "c"].map((id) => trialsOf(id, () => draw()));
      const made = ensembleTrials(trials.flat(), ofClasses, {
        ...{ ...options, metric: "balanced-accuracy" },
        higherIsBetter: true,
      });
      return scoreOf(made) - trials.reduce((sum, own) => sum + scoreOf(own), 0) / trials.length;
    });
    const mean = gains.reduce((sum, gain) => sum + gain) / gains.length;
    const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1);
    // If the rows of a fold chose its weights, the mean would be some 0.13, twenty-five standard errors.
    expect(Math.abs(mean)).toBeLessThan(3 * Math.sqrt(variance / gains.length));
  });
});
