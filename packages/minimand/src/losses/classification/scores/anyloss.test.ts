import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../../test/support/leaks.ts";
import {
  amplify,
  annealedL,
  anyLoss,
  anyLossMixture,
  anyLossOneVsRest,
  anyLossSplitter,
  costScore,
  gmeanSquared,
  type SoftCounts,
  scoreOrientedLoss,
  scoreOrientedOneVsRest,
  softConfusionMatrix,
  weightedBce,
} from "../index.ts";

const p = () => np.array([0.52, 0.48, 0.49, 0.4]);
const y = () => np.array(new Int32Array([1, 1, 0, 0]));

describe("anyLoss", () => {
  it("is aimed at a function of the counts as well as at a name", () => {
    const recall = ({ TP, FN }: SoftCounts) => TP.ref.div(TP.ref.add(FN.ref));
    expect(anyLoss(p(), y(), { metric: recall }).item()).toBeCloseTo(0.5, 6);
    const gmean = anyLoss(p(), y(), { metric: "gmean" }).item();
    const squared = anyLoss(p(), y(), { metric: gmeanSquared }).item();
    expect(squared).toBeCloseTo(1 - (1 - gmean) ** 2, 5);
    expect(leakOf(() => anyLoss(p(), y(), { metric: recall }).dataSync())).toBe(0);
  });

  it("is the mean cost of the errors with a score of costs", () => {
    const { FP, FN } = softConfusionMatrix(p(), y());
    const expected = (2 * FP.item() + 5 * FN.item()) / 4;
    const loss = anyLoss(p(), y(), { metric: costScore({ falsePositive: 2, falseNegative: 5 }) });
    expect(loss.item()).toBeCloseTo(expected, 5);
    expect(() => costScore({ falsePositive: -1, falseNegative: 1 })).toThrow(
      "falsePositive: expected a finite number >= 0, got -1",
    );
  });

  it("reads log-odds, and two columns of logits as their difference", () => {
    const z = [0.1, -0.1, 0.05, -0.3];
    const fromP = anyLoss(np.array(z.map((v) => 1 / (1 + Math.exp(-v)))), y(), { metric: "mcc" }).item();
    expect(anyLoss(np.array(z), y(), { metric: "mcc", fromLogits: true }).item()).toBeCloseTo(fromP, 4);
    const columns = np.array(z.map((v) => [2, 2 + v]));
    expect(anyLoss(columns, y(), { metric: "mcc", fromLogits: true }).item()).toBeCloseTo(fromP, 4);
  });

  it("serves all values of L, beta and the threshold with one compiled program", () => {
    const run = jit((q: np.Array, labels: np.Array, L: np.Array, beta: np.Array, threshold: np.Array) =>
      anyLoss(q, labels, { metric: "fbeta", L, beta, threshold }),
    );
    for (const [L, beta, threshold] of [
      [73, 1, 0.5],
      [10, 2, 0.4],
    ])
      expect(run(p(), y(), L as never, beta as never, threshold as never).item()).toBeCloseTo(
        anyLoss(p(), y(), { metric: "fbeta", L, beta, threshold }).item(),
        5,
      );
  });

  it("refuses options out of range and probabilities that are none", () => {
    const loss =
      (options: object, values = p()) =>
      () =>
        anyLoss(values, y(), { metric: "gmean", ...options });
    expect(loss({ L: 0 })).toThrow("L: expected a finite number > 0, got 0");
    expect(loss({ L: Number.NaN })).toThrow("L: expected a finite number > 0, got NaN");
    expect(loss({ beta: -1 })).toThrow("beta: expected a finite number >= 0, got -1");
    expect(loss({ eps: 0 })).toThrow("eps: expected a finite number > 0, got 0");
    expect(loss({ threshold: 1.5 })).toThrow(/threshold: .* got 1.5/);
    expect(loss({ metric: "f1" })).toThrow(/metric: expected a function or one of accuracy, .* got "f1"/);
    expect(loss({ metric: "toString" })).toThrow(/metric/);
    expect(loss({ metric: () => 1 })).toThrow(/metric: expected a function that returns an array, got 1/);
    expect(loss({}, np.array([0.1, 0.2, 1.5, 0]))).toThrow("p: expected probabilities from 0 to 1, got 1.5");
    expect(loss({}, np.array([0.1, Number.NaN, 1, 0]))).toThrow("p: expected numbers, got NaN");
    expect(loss({}, np.array([[0.1, 0.2, 1, 0]]))).toThrow(/p: expected a float array \[batch\]/);
    expect(loss({ fromLogits: true }, np.array([[1, 2, 3]]))).toThrow(/\[batch\] or \[batch, 2\]/);
    expect(() => amplify(p(), { L: -1 })).toThrow(RangeError);
    const cosine = (more: object) => () =>
      scoreOrientedLoss(p(), y(), { metric: "gmean", distribution: "cosine", ...more });
    expect(cosine({ delta: 0 })).toThrow("delta: expected a finite number > 0, got 0");
    expect(cosine({ mu: 2 })).toThrow(/mu/);
    expect(cosine({ distribution: "normal" })).toThrow(/distribution: expected one of "uniform", "cosine"/);
  });

  it("asks nothing of the probabilities of rows left out", () => {
    const weights = np.array([1, 1, 1, 0]);
    const loss = anyLoss(np.array([0.52, 0.48, 0.49, -7]), y(), { metric: "recall", weights });
    expect(loss.item()).toBeCloseTo(0.5, 6);
  });
});

describe("variants of the follow-up", () => {
  it("mix weighted cross-entropy and AnyLoss by a ratio, also a traced one", () => {
    const f = () => np.array([0.2, -0.1, 0.05, -0.3]);
    const base = weightedBce(f(), y(), { scheme: "complement" }).mean().item();
    const score = anyLoss(f(), y(), { metric: "gmean", fromLogits: true }).item();
    const mixture = (ratio: number | np.Array) => anyLossMixture(f(), y(), { metric: "gmean", ratio }).item();
    expect(mixture(0)).toBeCloseTo(base, 6);
    expect(mixture(1)).toBeCloseTo(score, 6);
    expect(mixture(0.3)).toBeCloseTo(0.7 * base + 0.3 * score, 6);
    expect(mixture(np.array(0.3))).toBeCloseTo(0.7 * base + 0.3 * score, 6);
    expect(() => mixture(1.1)).toThrow("ratio: expected a finite number >= 0 and <= 1, got 1.1");
  });

  it("split probabilities away from one half", () => {
    const score = anyLoss(p(), y(), { metric: "fbeta" }).item();
    const split = [0.52, 0.48, 0.49, 0.4].reduce((s, v) => s + 0.25 - (v - 0.5) ** 2, 0) / 4;
    const loss = anyLossSplitter(p(), y(), { metric: "fbeta", scoreWeight: 0.9 }).item();
    expect(loss).toBeCloseTo(0.1 * split + 0.9 * score, 6);
    expect(() => anyLossSplitter(p(), y(), { metric: "fbeta", scoreWeight: -1 })).toThrow(/scoreWeight/);
  });

  it("let L grow by a constant factor a step and stay at its end", () => {
    expect(annealedL(0, { steps: 100 })).toBe(10);
    expect(annealedL(50, { steps: 100 })).toBeCloseTo(Math.sqrt(730), 9);
    expect(annealedL(100, { steps: 100 })).toBeCloseTo(73, 9);
    expect(annealedL(500, { from: 5, to: 20, steps: 100 })).toBeCloseTo(20, 9);
    expect(() => annealedL(-1, { steps: 100 })).toThrow("step: expected a finite number >= 0, got -1");
    expect(() => annealedL(1, { steps: 0 })).toThrow(/steps/);
  });
});

describe("one against the rest", () => {
  const three = () => np.array(new Int32Array([0, 1, 2, 2]));
  const f = () =>
    np.array([
      [4, 0, 0],
      [0, 4, 0],
      [0, 0, 4],
      [0, 4, 0],
    ]);

  it("has the mean of the crisp scores of the classes where decisions are clear", () => {
    // Recalls 1, 1 and 1/2; precisions 1, 1/2 and 1.
    for (const decision of ["margin", "probability"] as const) {
      const loss = (metric: "recall" | "precision" | "fbeta") =>
        anyLossOneVsRest(f(), three(), { metric, decision }).item();
      expect(loss("recall")).toBeCloseTo(1 - 2.5 / 3, 4);
      expect(loss("precision")).toBeCloseTo(1 - 2.5 / 3, 4);
      expect(loss("fbeta")).toBeCloseTo(1 - (1 + 2 / 3 + 2 / 3) / 3, 4);
    }
  });

  it("decides for the largest logit by margin, where no probability exceeds one half", () => {
    const flat = () => np.array([[0.4, 0, 0]]);
    const label = () => np.array(new Int32Array([0]));
    expect(anyLossOneVsRest(flat(), label(), { metric: "recall" }).item()).toBeLessThan(0.01);
    expect(
      anyLossOneVsRest(flat(), label(), { metric: "recall", decision: "probability" }).item(),
    ).toBeGreaterThan(0.9);
  });

  it("averages over the classes that are there, or by the rows outside of the class", () => {
    const two = () => np.array(new Int32Array([0, 1, 1, 1]));
    const loss = (average: "macro" | "negatives") =>
      scoreOrientedOneVsRest(np.zeros([4, 3]).add(np.array([1, 0, 0])), two(), {
        metric: "recall",
        distribution: "uniform",
        average,
      }).item();
    const e = Math.E;
    const [r0, r1] = [e / (e + 2), 1 / (e + 2)];
    expect(loss("macro")).toBeCloseTo(1 - (r0 + r1) / 2, 5);
    expect(loss("negatives")).toBeCloseTo(1 - (3 * r0 + r1) / 8, 5);
    expect(() => anyLossOneVsRest(f(), three(), { metric: "recall", average: "micro" as never })).toThrow(
      /average/,
    );
    expect(() => anyLossOneVsRest(f(), three(), { metric: "recall", decision: "max" as never })).toThrow(
      /decision/,
    );
  });
});
