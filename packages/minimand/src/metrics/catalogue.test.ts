import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  classificationMetrics,
  confusionMatrix,
  evaluateClassification,
  evaluateRegression,
  metricById,
  metricCatalogue,
  regressionMetrics,
  reliabilityBins,
} from "./index.ts";

/** Outcomes of K classes; the decisions are free, as they are with a tuned threshold. */
const outcomes = (k: number) =>
  fc
    .array(
      fc.tuple(
        fc.nat(k - 1),
        fc.nat(k - 1),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: k, maxLength: k }),
      ),
      { minLength: 1, maxLength: 25 },
    )
    .map((rows) => ({
      labels: Int32Array.from(rows, ([y]) => y),
      predicted: Int32Array.from(rows, ([, p]) => p),
      probabilities: Float32Array.from(
        rows.flatMap(([, , w]) => {
          const sum = w.reduce((a, b) => a + b, 0);
          return w.map((v) => v / sum);
        }),
      ),
    }));

describe("metric catalogue", () => {
  test("has the metrics of the comparison, each once", () => {
    expect(metricCatalogue.map((metric) => metric.id)).toEqual(
      ["accuracy", "balanced-accuracy", "f1", "f0.5", "f2", "gmean", "mcc", "roc-auc", "pr-auc"].concat(
        ["log-loss", "brier", "ece"],
        ["rmse", "mae", "r2"],
      ),
    );
  });

  test("knows which way is better: a perfect prediction is at least as good as a wrong one", () => {
    const labels = [0, 1, 1, 0];
    const right = { labels, predicted: labels, probabilities: [1, 0, 0, 1, 0, 1, 1, 0] };
    const wrong = { labels, predicted: [1, 0, 0, 1], probabilities: [0, 1, 1, 0, 1, 0, 0, 1] };
    for (const metric of classificationMetrics) {
      const gain = metric.evaluate(right) - metric.evaluate(wrong);
      expect(metric.higherIsBetter ? gain : -gain, metric.id).toBeGreaterThan(0);
    }
    for (const metric of regressionMetrics) {
      const gain =
        metric.evaluate({ targets: [1, 2], predictions: [1, 2] }) -
        metric.evaluate({ targets: [1, 2], predictions: [2, 1] });
      expect(metric.higherIsBetter ? gain : -gain, metric.id).toBeGreaterThan(0);
    }
  });

  test("lies in its range, of which perfect and wrong predictions reach the ends", () => {
    const of = (labels: number[], predicted: number[], k: number) => ({
      labels,
      predicted,
      probabilities: predicted.flatMap((p) => Array.from({ length: k }, (_, c) => Number(c === p))),
    });
    const outcomesAtEnds = [
      ...[of([0, 1, 1, 0], [0, 1, 1, 0], 2), of([0, 1, 1, 0], [1, 0, 0, 1], 2)],
      ...[of([0, 1, 2], [0, 1, 2], 3), of([0, 1, 2], [1, 2, 0], 3)],
    ];
    for (const { id, range, evaluate } of classificationMetrics) {
      const values = outcomesAtEnds.map(evaluate);
      // The area below precision and recall is the share of the class where nothing is told apart, and can't be 0.
      if (id !== "pr-auc") expect(Math.min(...values), id).toBe(range[0]);
      expect(Math.max(...values), id).toBe(range[1]);
    }
    const numbers = [
      { targets: [1, 2], predictions: [1, 2] },
      { targets: [1, 2], predictions: [1e300, 2] },
    ];
    for (const { id, range, evaluate } of regressionMetrics)
      expect(numbers.map(evaluate).sort((a, b) => a - b)[range[0] === 0 ? 0 : 1], id).toBe(
        range.find(Number.isFinite),
      );
    for (const k of [2, 4])
      fc.assert(
        fc.property(outcomes(k), (outcome) => {
          for (const { id, range, evaluate } of classificationMetrics) {
            const value = evaluate(outcome);
            expect(value < range[0] || value > range[1], `${id} ${value}`).toBe(false);
          }
        }),
        { numRuns: 50 },
      );
  });

  test("is looked up by id, and lists itself for a wrong one", () => {
    expect(metricById("rmse").higherIsBetter).toBe(false);
    expect(metricById("balanced-accuracy").label).toBe("balanced accuracy");
    expect(() => metricById("acuracy" as string)).toThrow(
      /^metric: expected one of accuracy, .*, got "acuracy"$/,
    );
  });
});

describe("evaluation", () => {
  test("worked out by hand: decisions apart from probabilities", () => {
    const { metrics, confusion } = evaluateClassification({
      labels: [0, 0, 1, 1],
      predicted: [0, 1, 1, 1],
      probabilities: [0.9, 0.1, 0.6, 0.4, 0.65, 0.35, 0.2, 0.8],
    });
    expect(confusion).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect(metrics.accuracy).toBe(0.75);
    expect(metrics["balanced-accuracy"]).toBe(0.75);
    expect(metrics.f1).toBeCloseTo(4 / 5, 15);
    expect(metrics.f2).toBeCloseTo(10 / 11, 15);
    expect(metrics["f0.5"]).toBeCloseTo(2.5 / 3.5, 15);
    expect(metrics.gmean).toBeCloseTo(Math.sqrt(0.5), 15);
    expect(metrics["roc-auc"]).toBe(0.75);
    expect(metrics["pr-auc"]).toBeCloseTo(5 / 6, 15);
    expect(metrics["log-loss"]).toBeCloseTo(-Math.log(0.9 * 0.6 * 0.35 * 0.8) / 4, 15);
    expect(metrics.brier).toBeCloseTo((0.01 + 0.16 + 0.4225 + 0.04) / 4, 15);
  });

  test.each([2, 3, 5])("of %i classes gives the same numbers as each metric alone", (k) => {
    fc.assert(
      fc.property(outcomes(k), (outcome) => {
        const all = evaluateClassification(outcome);
        expect(Object.keys(all.metrics)).toEqual(classificationMetrics.map((metric) => metric.id));
        for (const metric of classificationMetrics)
          expect(all.metrics[metric.id]).toBe(metric.evaluate(outcome));
        expect(all.confusion).toEqual(confusionMatrix(outcome.labels, outcome.predicted, k));
        expect(all.reliability).toEqual(reliabilityBins(outcome.labels, outcome.probabilities, k));
      }),
      { numRuns: 50 },
    );
  });

  test("areas are NaN where a class has no rows, and the rest is still there", () => {
    const { metrics } = evaluateClassification({ labels: [1], predicted: [1], probabilities: [0.2, 0.8] });
    expect(metrics["roc-auc"]).toBeNaN();
    expect(metrics["pr-auc"]).toBeNaN();
    expect(metrics.accuracy).toBe(1);
  });

  test("of a regression", () => {
    expect(evaluateRegression({ targets: [1, 2, 3], predictions: [1, 2, 4] }).metrics).toEqual({
      rmse: Math.sqrt(1 / 3),
      mae: 1 / 3,
      r2: 0.5,
    });
  });

  test("refuses probabilities that do not fill the rows, decisions out of range, and NaN", () => {
    const good = { labels: [0, 1], predicted: [0, 1], probabilities: [1, 0, 0, 1] };
    expect(() => evaluateClassification({ ...good, probabilities: [1, 0, 0] })).toThrow(
      new RangeError("probabilities: expected a multiple of 2 values, got 3"),
    );
    expect(() => evaluateClassification({ ...good, predicted: [0, 2] })).toThrow(/^predicted\[1\]: /);
    expect(() => evaluateClassification({ ...good, predicted: [0] })).toThrow(
      /^predicted: expected 2 values/,
    );
    expect(() => evaluateClassification({ ...good, probabilities: [1, 0, Number.NaN, 1] })).toThrow(
      /got NaN$/,
    );
    expect(() => evaluateClassification({ labels: [], predicted: [], probabilities: [] })).toThrow(
      RangeError,
    );
  });
});
