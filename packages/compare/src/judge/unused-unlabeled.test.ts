import { expect, it } from "vitest";
import type { CandidateSummary, PredictedTrial } from "../results.ts";
import { unusedUnlabeled } from "./unused-unlabeled.ts";

const candidates = ["cross-entropy", "pseudo-label", "vat", "focal"].map((id) => ({
  id,
  label: id.toUpperCase(),
  kind: "loss",
  formula: "",
  grid: [],
})) as CandidateSummary[];

/** A trial with the epochs of its model, what it predicts, and the epochs that it trained in all. */
const trial = (
  candidate: string,
  fold: number,
  epochs: number,
  predicted: string,
  trained = epochs,
): PredictedTrial => ({
  candidate,
  seed: 0,
  fold,
  status: "ok",
  chosen: null,
  tuning: [],
  epochs,
  score: 0.5,
  metrics: {},
  curve: Array(trained).fill(0.5),
  rows: { fit: 8, validation: 2, test: 5 },
  seconds: 1,
  predictions: { rows: `rows ${fold}`, logProbabilities: predicted },
});
const baseline = [trial("cross-entropy", 0, 20, "a"), trial("cross-entropy", 1, 20, "b")];
const said = (...trials: PredictedTrial[]): string[] =>
  unusedUnlabeled(candidates, [...baseline, ...trials], "cross-entropy").map(
    ({ level, text }) => `${level}: ${text}`,
  );

const before =
  "training ended within the first 10 epochs, before they get labels; a larger --max-epochs and --patience give it more time";
const worse =
  "validation chose a model of the first 10 epochs, before they get labels: it was no better with them";

it("self-training that ends before its labels come is told, with what helps", () => {
  expect(said(trial("pseudo-label", 0, 10, "a"), trial("pseudo-label", 1, 3, "b", 8))).toEqual([
    `warning: the unlabelled rows had no effect on PSEUDO-LABEL on any of the 2 test parts: ${before}`,
  ]);
  expect(said(trial("pseudo-label", 0, 11, "x"), trial("pseudo-label", 1, 3, "y"))).toEqual([
    `info: the unlabelled rows had no effect on PSEUDO-LABEL on 1 of 2 test parts: ${before}`,
  ]);
});

it("self-training that went on with its labels, and was no better for it, is told so", () => {
  expect(said(trial("pseudo-label", 0, 10, "a", 20), trial("pseudo-label", 1, 3, "b", 13))).toEqual([
    `warning: the unlabelled rows had no effect on PSEUDO-LABEL on any of the 2 test parts: ${worse}`,
  ]);
  expect(said(trial("pseudo-label", 0, 10, "a", 20), trial("pseudo-label", 1, 3, "b", 9))).toEqual([
    `warning: the unlabelled rows had no effect on PSEUDO-LABEL on any of the 2 test parts: on 1 of these ${worse}; on the others ${before}`,
  ]);
});

it("a method that predicts what the baseline does is told", () => {
  expect(said(trial("vat", 0, 4, "a"), trial("vat", 1, 30, "b"))).toEqual([
    "warning: the unlabelled rows had no effect on VAT on any of the 2 test parts: it predicts each row as the baseline does",
  ]);
});

it("nothing is said of others", () => {
  const used = [
    trial("pseudo-label", 0, 11, "x"),
    trial("pseudo-label", 1, 40, "y"),
    trial("vat", 0, 2, "z"),
  ];
  expect(said(...used, trial("focal", 0, 3, "a"))).toEqual([]);
  expect(said({ ...trial("vat", 0, 2, "a"), status: "diverged", predictions: null })).toEqual([]);
});
