import { estimateFlipRate } from "@minimand/lab/solvers";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import type { PairCalibration, PredictedTrial } from "../results.ts";
import { calibrated } from "../train/calibration.ts";
import { keepPrediction } from "../train/kept-predictions.ts";
import { likeliestFlips } from "../train/likeliest-flips.ts";
import { preferenceReport } from "./preference-report.ts";

const pairs = 900;
const truth = { labels: Int32Array.from({ length: pairs }, (_, i) => i & 1), targets: [], groups: null };

/** Three test parts of a reward that is right up to its logistic noise, where this share of labels is flipped. */
function trialsOf(flips: number, size: number, preference: Partial<PairCalibration> = {}): PredictedTrial[] {
  const next = randomSource(5);
  const logOdds = Array.from({ length: pairs }, (_, i) => {
    const z = size * (next() - 0.5);
    const agrees = next() < 1 / (1 + Math.exp(-z)) !== next() < flips;
    return (agrees ? z : -z) * (truth.labels[i] === 1 ? 1 : -1);
  });
  return [0, 1, 2].map((fold): PredictedTrial => {
    const own = { temperature: 2, flipRate: 0.1 + 0.02 * fold, identifiable: true, assumed: 0.1 };
    const calibration = { ...own, ...preference };
    const ids = Int32Array.from({ length: pairs / 3 }, (_, i) => 3 * i + fold);
    const odds = Array.from(ids, (id) => logOdds[id]);
    const prediction = calibrated(
      {
        probabilities: Float64Array.from(
          odds.flatMap((z) => [1 / (1 + Math.exp(z)), 1 / (1 + Math.exp(-z))]),
        ),
        predicted: Int32Array.from(odds, (z) => Number(z > 0)),
        predictions: new Float64Array(0),
      },
      calibration,
    );
    return {
      candidate: "bradley-terry",
      seed: 0,
      fold,
      status: "ok",
      chosen: null,
      tuning: [],
      epochs: 1,
      score: 0.5,
      metrics: {},
      curve: [],
      rows: { fit: 1, validation: 1, test: 1 },
      seconds: 1,
      predictions: keepPrediction(ids, prediction),
      preference: calibration,
    };
  });
}

const options = { baseline: "bradley-terry", accuracy: 0.7 };

describe("what is said of flips", () => {
  it("is the rate by the baseline's margins on test parts, whatever their scale", () => {
    const report = preferenceReport(trialsOf(0.2, 24), truth, { ...options, flipRate: "auto" });
    const { epsilon, lower, upper } = report.flipRate!;
    expect(report.flipRate!.from).toBe("likelihood");
    expect(Math.abs(epsilon - 0.2)).toBeLessThan(0.04);
    expect([lower! < 0.2, upper! > 0.2]).toEqual([true, true]);
    expect(report.judgedBy).toEqual({ folds: 3, identifiable: 3, least: 0.1, most: 0.14 });
    // It would be a circle: the margins that give the rate are of the reward whose mistakes it would excuse.
    expect(report.corrected).toBeNull();
    expect(report.sentences[0]).toMatch(
      /^Flip rate: \d+ % \(99 % interval \d+ % to \d+ %\) of the preferences contradict/,
    );
    expect(report.sentences[1]).toContain("(10 % to 14 %), never by that of its test pairs.");
    // What the reward gets wrong is no evidence of what it gets right.
    expect(report.sentences[0]).toContain("or errors of the reward itself");
    expect(report.sentences).toHaveLength(2);
  });

  it("is that it can't be told, where no margin is large", () => {
    const unknown = { identifiable: false, flipRate: 0, temperature: 1 };
    const report = preferenceReport(trialsOf(0.2, 0.2, unknown), truth, { ...options, flipRate: "auto" });
    expect(report).toMatchObject({ flipRate: null, corrected: null, accuracy: 0.7 });
    expect(report.judgedBy).toEqual({ folds: 3, identifiable: 0, least: null, most: null });
    expect(report.sentences[0]).toContain("cannot be estimated");
    expect(report.sentences[0]).toContain(
      "agrees with 70 % of the labels, so at most about 30 % can be flipped",
    );
    expect(report.sentences[1]).toContain("as if there were no flips");
  });

  it("is that it can't be told, where the reward agrees with few labels and is never right where it is sure", () => {
    // A tenth of the truth, and a large error: what it gets wrong isn't flipped.
    const next = randomSource(6);
    const ofWeakReward = (share: number): Float64Array =>
      Float64Array.from({ length: 1000 }, () => {
        const truth = 8 * (next() - 0.5);
        const margin = share * truth + (1 - share) * 40 * (next() - 0.5) ** 3;
        return next() < 1 / (1 + Math.exp(-truth)) ? margin : -margin;
      });
    const alone = estimateFlipRate.fromLikelihood(ofWeakReward(0.1), { scale: "fitted" });
    expect(alone.epsilon).toBeGreaterThan(0.2);
    expect(alone.lower).toBeGreaterThan(0.05);
    expect(likeliestFlips(ofWeakReward(0.1))).toBeNull();
    expect(likeliestFlips(ofWeakReward(1))!.epsilon).toBeLessThan(0.03);
  });

  it("is what was given, with where it comes from", () => {
    const given = { from: "agreement", epsilon: 0.2, lower: null, upper: null } as const;
    const report = preferenceReport(trialsOf(0.2, 24), truth, { ...options, flipRate: given });
    expect(report.flipRate).toEqual(given);
    expect(report.sentences).toHaveLength(2);
    expect(report.sentences[0]).toBe(
      "Flip rate: 20 % of the preferences are flipped, as given (--agreement); no reward can agree with more than 80 % of such labels.",
    );
    expect(report.sentences[1]).toMatch(/it agrees with 83 % of the true preferences\.$/);
    const more = preferenceReport(trialsOf(0.2, 24), truth, { ...options, accuracy: 0.9, flipRate: given });
    expect(more.sentences[1]).toMatch(/^The baseline agrees with 90 % of the labels, which is more: /);
  });
});
