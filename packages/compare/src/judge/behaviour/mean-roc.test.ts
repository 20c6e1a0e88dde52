import fc from "fast-check";
import { macroAreas } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import type { PredictedTrial } from "../../results.ts";
import { keepPrediction, predictionKept } from "../../train/kept-predictions.ts";
import { meanRoc } from "./mean-roc.ts";

/** A trial of which only the predictions count. */
function trialOf(ids: number[], probabilities: number[], fold = 0): PredictedTrial {
  const kept = keepPrediction(Int32Array.from(ids), {
    probabilities: Float64Array.from(probabilities),
    predicted: new Int32Array(ids.length),
    predictions: new Float64Array(0),
  });
  const rows = { fit: 1, validation: 1, test: ids.length };
  return {
    candidate: "a",
    seed: 0,
    fold,
    status: "ok",
    chosen: null,
    tuning: [],
    epochs: 1,
    score: 0.5,
    metrics: {},
    curve: [],
    rows,
    seconds: 1,
    predictions: kept,
  };
}

/** By trapezoids. */
function areaOf({ falsePositive: x, truePositive: y }: NonNullable<ReturnType<typeof meanRoc>>): number {
  return x.reduce((sum, at, i) => (i === 0 ? 0 : sum + ((at - x[i - 1]) * (y[i] + y[i - 1])) / 2), 0);
}

const binary = (ids: number[], scores: number[]): PredictedTrial =>
  trialOf(
    ids,
    scores.flatMap((p) => [1 - p, p]),
  );

describe("meanRoc", () => {
  it("is the curve itself for one test part: from corner to corner by the ranks of the scores", () => {
    const roc = meanRoc([binary([0, 1, 2, 3], [0.9, 0.7, 0.4, 0.2])], { labels: [1, 0, 1, 0] });
    expect(roc).toEqual({ falsePositive: [0, 0, 0.5, 0.5, 1], truePositive: [0, 0.5, 0.5, 1, 1] });
  });

  it("gives tied scores half, and averages at equal false positive rates", () => {
    const tied = binary([0, 1], [0.5, 0.5]);
    const right = binary([0, 1], [0.8, 0.2]);
    expect(meanRoc([tied, { ...right, fold: 1 }], { labels: [1, 0] })).toEqual({
      falsePositive: [0, 0, 1],
      truePositive: [0, 0.5, 1],
    });
  });

  it.each([2, 4])("has the mean of the areas below it, %i classes, and never falls", (classes) => {
    const part = fc.record({
      labels: fc.array(fc.nat(classes - 1), { minLength: 30, maxLength: 120 }),
      seed: fc.nat(1e6),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        const labels: number[] = [];
        const trials = parts.map((one, fold) => {
          // Every class occurs, so that every area is defined.
          const own = [...one.labels, ...Array.from({ length: classes }, (_, k) => k)];
          const ids = own.map((label) => labels.push(label) - 1);
          const rows = own.map((label, i) =>
            Array.from({ length: classes }, (_, k) => {
              const noise = (Math.sin(one.seed + 31 * i + 7 * k) + 1) * 50;
              return Math.floor(noise % 17) + (k === label ? 4 : 1);
            }),
          );
          const shares = rows.flatMap((row) => row.map((v) => v / row.reduce((a, b) => a + b)));
          return trialOf(ids, shares, fold);
        });
        const areas = trials.map(({ predictions }) => {
          const { ids, prediction } = predictionKept(predictions!);
          return macroAreas(
            Array.from(ids, (id) => labels[id]),
            prediction.probabilities.map((p) => Math.min(1, p)),
            classes,
          ).roc;
        });
        const roc = meanRoc(trials, { labels })!;
        expect(areaOf(roc)).toBeCloseTo(areas.reduce((a, b) => a + b) / areas.length, 3.3);
        for (const list of [roc.falsePositive, roc.truePositive]) {
          expect([list[0], list.at(-1)]).toEqual([0, 1]);
          expect(list).toEqual(list.toSorted((a, b) => a - b));
        }
        expect(roc.falsePositive.length).toBeLessThan(810);
      }),
      { numRuns: 40 },
    );
  });

  it("leaves out, as the area does, diverged trials and test parts without one of the classes", () => {
    const good = binary([0, 1], [0.8, 0.2]);
    const alone = { ...binary([0], [0.3]), fold: 1 };
    const diverged = { ...good, fold: 2, predictions: null };
    expect(meanRoc([good, alone, diverged], { labels: [1, 0] })).toEqual(meanRoc([good], { labels: [1, 0] }));
    expect(meanRoc([alone, diverged], { labels: [1, 0] })).toBeNull();
  });
});
