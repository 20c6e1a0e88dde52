import { describe, expect, it } from "vitest";
import type { CandidateSummary, PredictedTrial } from "../../results.ts";
import { keepPrediction } from "../../train/kept-predictions.ts";
import { chooseFinalists, chosenByValidation } from "./finalists.ts";
import type { Truth } from "./truth.ts";

const [rows, folds] = [60, 3];
const truth: Truth = {
  labels: Int32Array.from({ length: rows }, (_, i) => i % 2),
  targets: [],
  groups: null,
};
const configuration = { learningRate: 0.01, parameters: {} };

/** Right on all but every n-th row; with a value on the inner validation part, null where it diverged. */
function trialsOf(candidate: string, wrongEvery: number, validation: number | null): PredictedTrial[] {
  return Array.from({ length: folds }, (_, fold): PredictedTrial => {
    const ids = Int32Array.from({ length: rows / folds }, (_, i) => folds * i + fold);
    const predicted = ids.map((row) => (row % wrongEvery === 0 ? 1 - truth.labels[row] : truth.labels[row]));
    const probabilities = Float64Array.from({ length: 2 * ids.length }, (_, i) =>
      predicted[i >> 1] === i % 2 ? 0.8 : 0.2,
    );
    const diverged = validation === null;
    return {
      candidate,
      seed: 0,
      fold,
      status: diverged ? "diverged" : "ok",
      epochs: 1,
      metrics: {},
      curve: [],
      chosen: diverged ? null : configuration,
      tuning: [{ configuration, validation, epochs: 1 }],
      score: diverged ? null : 1,
      rows: { fit: 1, validation: 1, test: ids.length },
      seconds: 0,
      predictions: diverged
        ? null
        : keepPrediction(ids, { probabilities, predicted, predictions: new Float64Array(0) }),
    };
  });
}
const loss = (id: string, kind: CandidateSummary["kind"] = "loss"): CandidateSummary => ({
  id,
  label: id,
  kind,
  formula: "",
  grid: [],
});
const options = { metric: "accuracy", higherIsBetter: true, baseline: "base" };

describe("chooseFinalists", () => {
  const trials = [
    ...trialsOf("base", 4, 0.7),
    ...trialsOf("outer", 10, 0.7),
    ...trialsOf("inner", 4, 0.9),
    ...trialsOf("neither", 3, 0.6),
    ...trialsOf("wild", 10, null),
    ...trialsOf("reference", 100, 0.99),
  ];
  const candidates = [
    ...["base", "outer", "inner", "neither", "wild"].map((id) => loss(id)),
    loss("reference", "reference"),
  ];

  it("takes outer and inner differences together, and neither references nor diverged ones", () => {
    expect(chooseFinalists(trials, candidates, truth, options)).toEqual(["inner", "outer", "neither"]);
  });

  it("leaves out validation where it is a loss of bags", () => {
    const ids = chooseFinalists(trials, candidates, truth, { ...options, validationIsLoss: true });
    expect(ids).toEqual(["outer", "inner", "neither"]);
  });

  it("counts a lower value as an improvement where the metric says so", () => {
    const worse = { ...options, metric: "log-loss", higherIsBetter: false };
    // By the log loss `outer` is best; a validation value that is higher is worse.
    expect(chooseFinalists(trials, candidates, truth, worse)[0]).toBe("outer");
  });

  it("weighs outer and inner differences alike", () => {
    // Right on one row of twelve more, in the middle of the two, or by that much better on the validation part.
    const gain = 1 / 3 - 1 / 4;
    const all = (validation: number) => [
      ...trialsOf("base", 3, 0.7),
      ...trialsOf("outer", 4, 0.7),
      ...trialsOf("inner", 3, validation),
    ];
    for (const [validation, first] of [
      [0.7 + 0.9 * gain, "outer"],
      [0.7 + 1.1 * gain, "inner"],
    ] as const)
      expect(chooseFinalists(all(validation), candidates, truth, options)[0]).toBe(first);
    const lower = { ...options, metric: "log-loss", higherIsBetter: false };
    expect(chooseFinalists(all(0.1), candidates, truth, lower)[0]).toBe("inner");
  });

  it("keeps five of more", () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const many = [...trialsOf("base", 3, 0.1), ...ids.flatMap((id, i) => trialsOf(id, 3, 0.2 + 0.1 * i))];
    const all = ["base", ...ids].map((id) => loss(id));
    expect(chooseFinalists(many, all, truth, options)).toEqual(["f", "e", "d", "c", "b"]);
  });

  it("has none without an outcome of the baseline", () => {
    const gone = [...trialsOf("base", 4, null), ...trialsOf("outer", 10, 0.7)];
    expect(chooseFinalists(gone, candidates, truth, options)).toEqual([]);
  });
});

describe("chosenByValidation", () => {
  const ids = ["a", "b", "c"];
  const by = (validations: (number | null)[], higherIsBetter = true): string[] => {
    const trials = ids.flatMap((id, i) => trialsOf(id, 4 + i, validations[i]));
    const chosen = chosenByValidation(trials, ids, "choice", { higherIsBetter });
    expect(chosen.map(({ candidate, fold }) => [candidate, fold])).toEqual(
      [0, 1, 2].map((f) => ["choice", f]),
    );
    return ids.filter((id) =>
      trials.some((t) => t.candidate === id && t.fold === 0 && t.predictions === chosen[0].predictions),
    );
  };

  it("is the trial with the best validation value, the first of equal ones, never one that diverged", () => {
    expect(by([0.5, 0.7, 0.6])).toEqual(["b"]);
    expect(by([0.5, 0.7, 0.6], false)).toEqual(["a"]);
    expect(by([0.7, 0.7, 0.6])).toEqual(["a"]);
    expect(by([0.6, 0.5, 0.5], false)).toEqual(["b"]);
    expect(by([null, 0.2, null])).toEqual(["b"]);
  });

  it("goes by the best configuration of a trial, those that diverged left out", () => {
    const trials = (id: string, validations: (number | null)[]) =>
      trialsOf(id, 4, 0).map((trial) => ({
        ...trial,
        tuning: validations.map((validation) => ({ configuration, validation, epochs: 1 })),
      }));
    const chosen = (higherIsBetter: boolean) => {
      const all = [...trials("a", [0.4, 0.9, null]), ...trials("b", [0.5, 0.8])];
      const [first] = chosenByValidation(all, ["a", "b"], "choice", { higherIsBetter });
      return first.tuning.length === 3 ? "a" : "b";
    };
    expect([chosen(true), chosen(false)]).toEqual(["a", "a"]);
    const negative = [...trials("a", [-0.5, null]), ...trials("b", [-0.4])];
    const [best] = chosenByValidation(negative, ["a", "b"], "choice", { higherIsBetter: true });
    expect(best.tuning).toHaveLength(1);
  });

  it("diverged where all have", () => {
    const trials = ids.flatMap((id) => trialsOf(id, 4, null));
    const chosen = chosenByValidation(trials, ids, "choice", { higherIsBetter: true });
    expect(chosen.map(({ status }) => status)).toEqual(Array(3).fill("diverged"));
  });
});
