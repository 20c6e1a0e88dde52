import { describe, expect, it } from "vitest";
import type { PredictedTrial } from "../../results.ts";
import { keepPrediction } from "../../train/kept-predictions.ts";
import { behavioursOf } from "./behaviours-of.ts";

const none = {
  probabilities: new Float64Array(0),
  predicted: new Int32Array(0),
  predictions: new Float64Array(0),
};

function trialOf(
  candidate: string,
  seed: number,
  fold: number,
  predictions: number[] | null,
): PredictedTrial {
  const ids = Int32Array.of(2 * fold, 2 * fold + 1);
  return {
    candidate,
    seed,
    fold,
    chosen: null,
    tuning: [],
    epochs: 1,
    score: 0.5,
    metrics: {},
    curve: [],
    seconds: 1,
    status: predictions === null ? "diverged" : "ok",
    rows: { fit: 2, validation: 1, test: 2 },
    predictions:
      predictions === null
        ? null
        : keepPrediction(ids, { ...none, predictions: Float64Array.from(predictions) }),
  };
}

const truth = { labels: [], targets: [1, 2, 3, 10], groups: null };

describe("behavioursOf", () => {
  it("has target and residual of every row by its prediction, residuals as target minus prediction", () => {
    const trials = [trialOf("a", 0, 1, [3, 8]), trialOf("a", 0, 0, [1, 0])];
    const [{ candidate, actual, residual, roc }] = behavioursOf(trials, truth, ["a"]);
    expect([candidate, roc]).toEqual(["a", undefined]);
    expect(actual).toEqual({ x: [0, 1, 3, 8], y: [2, 1, 3, 10], count: [1, 1, 1, 1], beyond: 0 });
    expect(residual).toEqual({ x: [0, 1, 3, 8], y: [2, 0, 0, 2], count: [1, 1, 1, 1], beyond: 0 });
  });

  it("counts a row once a seed, and leaves out seeds on which a trial diverged", () => {
    const whole = [trialOf("a", 0, 0, [1, 2]), trialOf("a", 0, 1, [3, 10])];
    const again = whole.map((trial) => ({ ...trial, seed: 1 }));
    const broken = [trialOf("a", 2, 0, [1, 2]), trialOf("a", 2, 1, null)];
    const [{ actual }] = behavioursOf([...whole, ...again, ...broken], truth, ["a"]);
    expect(actual?.count).toEqual([2, 2, 2, 2]);
  });

  it("is only of those that are asked for and have predictions", () => {
    const trials = [trialOf("a", 0, 0, [1, 2]), trialOf("b", 0, 0, null), trialOf("c", 0, 0, [1, 1])];
    expect(behavioursOf(trials, truth, ["b", "a"]).map(({ candidate }) => candidate)).toEqual(["a"]);
  });
});
