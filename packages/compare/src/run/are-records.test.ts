import { describe, expect, it } from "vitest";
import type { Configuration, PredictedTrial } from "../results.ts";
import { areRecords } from "./are-records.ts";

const configuration = { learningRate: 0.01, parameters: { gamma: 2 } };
const record: PredictedTrial = {
  candidate: "focal",
  seed: 0,
  fold: 1,
  status: "ok",
  score: 0.75,
  metrics: {},
  seconds: 0.1,
  chosen: configuration,
  tuning: [{ configuration, validation: 0.5, epochs: 3 }],
  epochs: 3,
  curve: [0.5, 0.75, 0.5, 0.5],
  rows: { fit: 3, validation: 1, test: 2 },
  // Two rows, their classes, and their probabilities of two classes.
  predictions: {
    rows: "AAAAAAEAAAA=",
    predicted: "AAAAAAEAAAA=",
    logProbabilities: "AAAAAAAAAAAAAAAAAAAAAA==",
  },
};
const grid = {
  rates: [0.001, 0.01],
  beyond: { slowest: 0.0001, fastest: 0.1 },
  settings: [{ gamma: 2 }, { gamma: 1 }],
};
const spec = { candidate: "focal", seed: 0, fold: 1 };
const key = {
  spec,
  task: "binary",
  classes: ["no", "yes"],
  settings: { maxEpochs: 4 },
  candidate: { formula: "", grid },
};
const withTuning = (...tuning: Configuration[]): PredictedTrial => ({
  ...record,
  tuning: tuning.map((configuration) => ({ configuration, validation: 0.5, epochs: 3 })),
});
const withPredictions = (changed: object): PredictedTrial => ({
  ...record,
  predictions: { ...record.predictions!, ...changed },
});

describe("areRecords", () => {
  it.each<[string, PredictedTrial]>([
    ["of a trial", record],
    ["of a rate beyond those of the grid", withTuning({ ...configuration, learningRate: 0.1 })],
    ["of as many settings as are tried", withTuning(...Array<Configuration>(4).fill(configuration))],
    ["without predictions", { ...record, predictions: null }],
    ["of no rows", { ...record, predictions: { rows: "", predicted: "", logProbabilities: "" } }],
  ])("takes records %s", (_, one) => {
    expect(areRecords([one], key)).toBe(true);
  });

  it.each<[string, PredictedTrial]>([
    ["more epochs", { ...record, epochs: 5 }],
    ["a confusion of more classes than trials keep", { ...record, confusion: Array(101).fill([1]) }],
    [
      "a confusion of more predicted classes than trials keep",
      { ...record, confusion: [Array(101).fill(1)] },
    ],
    ["another candidate", { ...record, candidate: "poly-1" }],
    ["another fold", { ...record, fold: 2 }],
    ["another seed", { ...record, seed: 1 }],
    ["a confusion of other classes", { ...record, confusion: [[1]] }],
    ["a confusion of no classes", { ...record, confusion: [] }],
    ["a confusion whose rows differ in length", { ...record, confusion: [[1, 0], [1]] }],
    ["no classes", withPredictions({ predicted: undefined })],
    ["no probabilities", withPredictions({ logProbabilities: undefined })],
    ["half an epoch", { ...record, epochs: 0.5 }],
    ["fewer than no epochs", { ...record, epochs: -1 }],
    ["more epochs of tuning", { ...record, tuning: [{ ...record.tuning[0], epochs: 1e9 }] }],
    ["a longer curve", { ...record, curve: [1, 1, 1, 1, 1] }],
    ["more settings than are tried", withTuning(...Array<Configuration>(5).fill(configuration))],
    ["another rate", withTuning({ ...configuration, learningRate: 0.02 })],
    ["another setting", withTuning({ ...configuration, parameters: { gamma: 3 } })],
    ["another setting that was chosen", { ...record, chosen: { ...configuration, parameters: {} } }],
    ["rows that are no base64", withPredictions({ rows: "AAAAAAEAAA-=" })],
    ["rows that are cut off", withPredictions({ rows: "AAAAAAEAAAA" })],
    ["a part of a row", withPredictions({ rows: "AAA=" })],
    ["classes of fewer rows", withPredictions({ predicted: "AAAAAA==" })],
    ["numbers of fewer rows", withPredictions({ numbers: "AAAAAAAAAAA=" })],
    ["probabilities of half a class", withPredictions({ logProbabilities: "AAAAAAAAAAAAAAAA" })],
    [
      "probabilities of a confusion of more classes than trials keep",
      withPredictions({ logProbabilities: btoa("\0".repeat(4 * 2 * 1001)) }),
    ],
    ["probabilities of no rows", withPredictions({ rows: "", predicted: "" })],
  ])("takes no records of %s", (_, one) => {
    expect(areRecords([one], key)).toBe(false);
  });

  it("knows by the task which predictions there are", () => {
    const numbers = withPredictions({
      rows: "AAAAAA==",
      predicted: undefined,
      logProbabilities: undefined,
      numbers: "AAAAAAAAAAA=",
    });
    const regression = { ...key, task: "regression", classes: [] };
    expect(areRecords([numbers], regression)).toBe(true);
    expect(areRecords([numbers], key)).toBe(false);
    expect(areRecords([record], regression)).toBe(false);
  });

  it("takes no more records than the trial has", () => {
    expect(areRecords([record, record], key)).toBe(false);
    const own = { ...key, spec: { ...spec, candidate: "cross-entropy" } };
    const both = [
      { ...record, candidate: "cross-entropy" },
      { ...record, candidate: "cross-entropy-threshold" },
    ];
    expect(areRecords(both, own)).toBe(true);
    expect(areRecords(both, { ...own, task: "multiclass" })).toBe(false);
  });

  it("knows the settings of trees and of what isn't trained by their lists", () => {
    const trees = { ...key, settings: { maxEpochs: 0 }, candidate: { formula: "", grid: [configuration] } };
    const own = { ...record, tuning: [{ configuration, validation: 0.5, epochs: 0 }], epochs: 0, curve: [] };
    expect(areRecords([own], trees)).toBe(true);
    expect(areRecords([own], { ...trees, candidate: null })).toBe(false);
    expect(areRecords([{ ...own, tuning: [], chosen: null }], { ...trees, candidate: null })).toBe(true);
  });
});
