import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import { binaryCounts } from "../../../metrics/confusion.ts";
import { type ScoreName, scoreNames, scoreOf } from "../../../metrics/scores.ts";
import { amplify, anyLoss, scoreOrientedLoss, softConfusionMatrix } from "../index.ts";

// Properties of the paper, in float64 on the engine's exact device.
const array = (values: readonly number[]) => np.array(Float64Array.from(values));
const ids = (values: readonly number[]) => np.array(Int32Array.from(values));
const score = (p: readonly number[], y: readonly number[], metric: ScoreName, more: object = {}): number =>
  1 - anyLoss(array(p), ids(y), { metric, ...more }).item();
const counts = (p: readonly number[], y: readonly number[], more: object = {}) => {
  const { TN, FP, FN, TP } = softConfusionMatrix(array(p), ids(y), more);
  return { TN: TN.item(), FP: FP.item(), FN: FN.item(), TP: TP.item() };
};

const probability = fc.double({ min: 0, max: 1, noNaN: true });
/** Rows with both classes. */
const examples = fc
  .array(fc.tuple(probability, fc.nat(1)), { maxLength: 5 })
  .chain((rows) => fc.tuple(probability, probability).map(([a, b]) => [...rows, [a, 0], [b, 1]] as const))
  .map((rows) => ({ p: rows.map(([p]) => p), y: rows.map(([, y]) => y) }));
const runs = { numRuns: 25 };

describe("amplify", () => {
  it("is 1/2 at the threshold, symmetric about it and as steep as asked", () => {
    expect(amplify(array([0.5, 0.4, 0.6])).js()).toEqual([
      0.5,
      expect.closeTo(1 / (1 + Math.exp(7.3)), 9),
      expect.closeTo(1 / (1 + Math.exp(-7.3)), 9),
    ]);
    fc.assert(
      fc.property(probability, fc.double({ min: 0.1, max: 200, noNaN: true }), (p, L) => {
        const [a, b] = amplify(array([p, 1 - p]), { L }).js() as number[];
        expect(a + b).toBeCloseTo(1, 6);
        expect(amplify(array([p]), { L, threshold: p }).item()).toBe(0.5);
      }),
      runs,
    );
  });

  it("takes L and the threshold as arrays", () => {
    const options = () => ({ L: np.array(10), threshold: np.array(0.25) });
    expect(amplify(array([0.25, 0.35]), options()).js()).toEqual([
      0.5,
      expect.closeTo(1 / (1 + Math.exp(-1)), 6),
    ]);
  });
});

describe("softConfusionMatrix", () => {
  it("has non-negative counts whose rows sum to the numbers of positives and negatives", () => {
    fc.assert(
      fc.property(examples, ({ p, y }) => {
        const { TN, FP, FN, TP } = counts(p, y);
        const positives = y.filter(Boolean).length;
        expect(TP + FN).toBeCloseTo(positives, 9);
        expect(FP + TN).toBeCloseTo(y.length - positives, 9);
        expect(Math.min(TN, FP, FN, TP)).toBeGreaterThanOrEqual(0);
      }),
      runs,
    );
  });

  it("is the crisp confusion matrix for a very steep sigmoid, and so are all scores", () => {
    const away = fc.oneof(
      fc.double({ min: 0, max: 0.49, noNaN: true }),
      fc.double({ min: 0.51, max: 1, noNaN: true }),
    );
    const rows = fc.tuple(away, away, away, away, away, away);
    fc.assert(
      fc.property(rows, fc.constantFrom(...scoreNames), (p, metric) => {
        const y = [0, 1, 0, 1, 0, 1];
        const crisp = binaryCounts(
          y,
          p.map((v) => Number(v > 0.5)),
        );
        const soft = counts(p, y, { L: 1e4 });
        for (const key of ["TN", "FP", "FN", "TP"] as const) expect(soft[key]).toBeCloseTo(crisp[key], 9);
        // The floor under the root of G-mean and the like is 1e-6.
        expect(score(p, y, metric, { L: 1e4, beta: 2 })).toBeCloseTo(scoreOf(crisp, metric, { beta: 2 }), 5);
      }),
      { numRuns: 60 },
    );
  });
});

describe("anyLoss", () => {
  it("reproduces the worked example", () => {
    const p = [0.52, 0.48, 0.49, 0.4];
    const y = [1, 1, 0, 0];
    const c = counts(p, y);
    expect(c.TP).toBeCloseTo(1, 9);
    expect(c.FN).toBeCloseTo(1, 9);
    expect(c.FP).toBeCloseTo(0.32587, 6);
    expect(c.TN).toBeCloseTo(1.67413, 6);
    const expected = {
      recall: 0.5,
      precision: 0.754222,
      fbeta: 0.601346,
      accuracy: 0.668532,
      gmean: 0.646941,
    };
    for (const [metric, value] of Object.entries(expected))
      expect(score(p, y, metric as ScoreName)).toBeCloseTo(value, 5);
    for (const metric of ["balanced-accuracy", "balancedAccuracy"])
      expect(score(p, y, metric as ScoreName)).toBeCloseTo(0.668532, 5);
  });

  it("is below 1e-10 for perfect decisions", () => {
    for (const metric of scoreNames)
      expect(Math.abs(1 - score([0, 1, 1, 0, 0], [0, 1, 1, 0, 0], metric))).toBeLessThan(1e-10);
  });

  it("knows the scores of a model that says 1/2 to everything", () => {
    const p = new Array<number>(10).fill(0.5);
    const y = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
    for (const metric of ["accuracy", "gmean", "balanced-accuracy", "recall"] as const)
      expect(score(p, y, metric)).toBeCloseTo(0.5, 9);
    expect(score(p, y, "precision")).toBeCloseTo(0.3, 9);
    expect(score(p, y, "fbeta")).toBeCloseTo(3 / (3 + 5), 7);
  });

  it("keeps the identities between the scores", () => {
    fc.assert(
      fc.property(examples, fc.double({ min: 0.1, max: 5, noNaN: true }), ({ p, y }, beta) => {
        const of = (metric: ScoreName, more = {}) => score(p, y, metric, { L: 20, ...more });
        const { TN, FP, FN, TP } = counts(p, y, { L: 20 });
        expect(of("accuracy")).toBeCloseTo((TP + TN) / (TP + TN + FP + FN), 6);
        expect(of("fbeta")).toBeCloseTo((2 * TP) / (2 * TP + FN + FP), 6);
        expect(of("jaccard")).toBeCloseTo(TP / (TP + FN + FP), 6);
        expect(of("npv")).toBeCloseTo(TN / (TN + FN), 6);
        expect(of("balanced-accuracy")).toBeCloseTo((of("recall") + of("specificity")) / 2, 9);
        expect(of("tss")).toBeCloseTo(2 * of("balanced-accuracy") - 1, 9);
        expect(of("kappa")).toBe(of("hss"));
        expect(of("gmean")).toBeLessThanOrEqual(of("balanced-accuracy") + 1e-6);
        expect(Math.abs(of("mcc"))).toBeLessThanOrEqual(1 + 1e-9);
        const [low, high] = [of("precision"), of("recall")].sort((a, b) => a - b);
        expect(of("fowlkesMallows")).toBeCloseTo(Math.sqrt(low * high), 5);
        const f = of("fbeta", { beta });
        expect(f).toBeGreaterThanOrEqual(low - 1e-9);
        expect(f).toBeLessThanOrEqual(high + 1e-9);
        expect(of("fbeta", { beta: 0 })).toBeCloseTo(of("precision"), 6);
        expect(of("fbeta", { beta: 1e4 })).toBeCloseTo(of("recall"), 6);
        expect(of("fbeta", { beta: np.array(beta) })).toBeCloseTo(f, 6);
      }),
      runs,
    );
  });

  it("does not change when classes and probabilities change sides together, for symmetric scores", () => {
    fc.assert(
      fc.property(
        examples,
        fc.constantFrom("accuracy", "gmean", "balanced-accuracy", "mcc"),
        ({ p, y }, metric) => {
          const flipped = score(
            p.map((v) => 1 - v),
            y.map((v) => 1 - v),
            metric,
          );
          expect(flipped).toBeCloseTo(score(p, y, metric), 6);
        },
      ),
      runs,
    );
  });

  it("has the closed-form gradients of accuracy, F-beta, balanced accuracy and G-mean", () => {
    const p = [0.52, 0.48, 0.49, 0.55, 0.46, 0.5];
    const y = [1, 1, 0, 0, 0, 1];
    const a = p.map((v) => 1 / (1 + Math.exp(-73 * (v - 0.5))));
    const { TN, TP } = counts(p, y);
    const [positives, negatives, beta] = [3, 3, 2];
    const sum = a.reduce((s, v) => s + v, 0);
    const D = beta ** 2 * positives + sum;
    const G = Math.sqrt((TP * TN) / (positives * negatives));
    const slopes: { [metric in ScoreName]?: (y: number) => number } = {
      accuracy: (label) => (2 * label - 1) / 6,
      fbeta: (label) => ((1 + beta ** 2) * (label * D - TP)) / D ** 2,
      "balanced-accuracy": (label) => (label / positives - (1 - label) / negatives) / 2,
      gmean: (label) => (label * TN - (1 - label) * TP) / (2 * G * positives * negatives),
    };
    for (const [metric, slope] of Object.entries(slopes)) {
      const run = compiledValueAndGrad((q: np.Array) =>
        anyLoss(q, ids(y), { metric: metric as ScoreName, beta }),
      );
      const [value, gradient] = run(array(p));
      value.dispose();
      const g = gradient.js() as number[];
      g.forEach((v, i) => {
        expect(v).toBeCloseTo(-slope(y[i]) * 73 * a[i] * (1 - a[i]), 6);
        if (y[i] === 1) expect(v).toBeLessThanOrEqual(0);
      });
      run.dispose();
    }
  });

  it("gives a batch of one class the documented values", () => {
    const p = [0.52, 0.48];
    for (const metric of ["recall", "fbeta", "precision", "jaccard", "mcc", "kappa"] as const)
      expect(score(p, [0, 0], metric)).toBeCloseTo(0, 9);
    expect(score(p, [0, 0], "gmean")).toBeCloseTo(1e-6, 9);
    expect(score(p, [0, 0], "balanced-accuracy")).toBeCloseTo(score(p, [0, 0], "specificity") / 2, 9);
  });
});

describe("scoreOrientedLoss", () => {
  it("with a uniform threshold is AnyLoss without amplification", () => {
    fc.assert(
      fc.property(examples, ({ p, y }) => {
        let [TN, FP, FN, TP] = [0, 0, 0, 0];
        p.forEach((v, i) => {
          TP += y[i] * v;
          FN += y[i] * (1 - v);
          FP += (1 - y[i]) * v;
          TN += (1 - y[i]) * (1 - v);
        });
        const loss = (metric: ScoreName) =>
          scoreOrientedLoss(array(p), ids(y), { metric, distribution: "uniform" }).item();
        expect(loss("accuracy")).toBeCloseTo(1 - (TP + TN) / p.length, 6);
        expect(loss("fbeta")).toBeCloseTo(1 - (2 * TP) / Math.max(1e-7, 2 * TP + FP + FN), 6);
      }),
      runs,
    );
  });

  it("with a raised cosine is 0 below the interval, 1 above it and 1/2 in its middle", () => {
    const loss = (p: number) =>
      scoreOrientedLoss(array([p]), ids([1]), {
        metric: "recall",
        distribution: "cosine",
        mu: 0.4,
        delta: 0.2,
      }).item();
    for (const p of [0, 0.1, 0.2]) expect(loss(p)).toBeCloseTo(1, 9);
    for (const p of [0.6, 0.7, 1]) expect(loss(p)).toBeCloseTo(0, 6);
    expect(loss(0.4)).toBeCloseTo(0.5, 6);
    expect(loss(0.5)).toBeCloseTo(1 - 0.5 * (1 + 0.5 + 1 / Math.PI), 6);
  });
});
