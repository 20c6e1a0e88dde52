import { mlp } from "minimand";
import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { fitWhole, predictTable } from "../model/saved-model.ts";
import type { NetworkCandidate } from "../plan/candidate.ts";
import { candidateById } from "../plan/candidates.ts";
import { gridOf } from "../plan/grid.ts";
import { defaultSettings } from "../plan/settings.ts";
import type { Settings } from "../results.ts";
import { makeFolds } from "./fold.ts";
import { buildInfoOf, makeLearner } from "./learner.ts";
import { discard, makeNetwork, networkOf } from "./network.ts";

const settings: Settings = {
  ...defaultSettings,
  target: "y",
  hidden: [12, 8],
  batchSize: 32,
  maxEpochs: 40,
  patience: 40,
};
const rows = Array.from({ length: 120 }, (_, i) => i);
const a = rows.map((i) => Math.sin(i * i + 1));
const b = rows.map((i) => Math.cos(3 * i * i));
const text = csv({ a, b, y: rows.map((i) => 50 + 10 * a[i] - 8 * a[i] * b[i] + Math.sin(9 * i)) });
const dataset = await datasetOf(text);
const info = buildInfoOf(dataset, settings);
const [fold] = makeFolds(dataset, { folds: 2, labelNoise: 0, imbalance: null }, 0);
const metric = metricById("r2");
const ids = ["welsch", "cs", "cs-ib", "vib", "nib", "hsic"];

describe.each(ids)("%s", (id) => {
  const candidate = candidateById(id, "regression");
  const [parameters] = gridOf(candidate, 3).settings;

  it("learns, predicts the same each time, and keeps no array", async () => {
    const network = makeNetwork(fold.inputs, "regression", 0, settings);
    const learner = makeLearner(network, candidate, info, settings);
    const run = async () => {
      const { trained, validation } = await learner.train(
        fold,
        { learningRate: 0.02, parameters },
        { seed: 1, metric },
      );
      const predictions = [
        await network.predict(trained!, fold.test, fold.target),
        await network.predict(trained!, fold.test, fold.target),
      ].map((prediction) => prediction.predictions);
      discard(trained!);
      return { validation, predictions };
    };
    const { validation, predictions } = await run();
    const before = liveBuffers();
    expect(await run()).toEqual({ validation, predictions });
    expect(liveBuffers()).toBeLessThanOrEqual(before);
    expect(validation).toBeGreaterThan(0.5);
    expect(predictions[1]).toEqual(predictions[0]);
    learner.dispose();
    network.dispose();
  });

  it("is tuned as much as Huber is", () => {
    expect(gridOf(candidate, 3)).toMatchObject({
      rates: gridOf(candidateById("huber", "regression"), 3).rates,
    });
    expect(candidate.settings).toHaveLength(2);
  });

  it("is kept as a network of its layers, which predicts by itself", async () => {
    const chosen = {
      candidate: id,
      configuration: { learningRate: 0.02, parameters },
      epochs: 30,
      why: "asked for",
    };
    const model = await fitWhole(dataset, settings, chosen);
    expect(model.description).toMatchObject({ network: { hidden: [12, 8], activation: "relu" } });
    const { prediction } = await predictTable(model, await tableOf(text));
    const again = await predictTable(model, await tableOf(text));
    expect(again.prediction).toEqual(prediction);
    const error = prediction.predictions.reduce((s, v, i) => s + (v - dataset.targets[i]) ** 2, 0);
    const mean = dataset.targets.reduce((s, v) => s + v, 0) / rows.length;
    const variance = dataset.targets.reduce((s, v) => s + (v - mean) ** 2, 0);
    expect(error / variance).toBeLessThan(0.5);
  });
});

describe("a model that ignores what its features are replaced by", () => {
  it.each(["vib", "nib"])("is refused by %s, in words", async (id) => {
    const plain = mlp({ inputs: fold.inputs, hidden: [4], outputs: 1 });
    const deaf: typeof plain = {
      ...plain,
      applyWithFeatures: (variables, x, { replaceFeatures: _, ...options }) =>
        plain.applyWithFeatures(variables, x, options),
    };
    const network = networkOf(deaf, "regression", undefined);
    const candidate: NetworkCandidate = candidateById(id, "regression");
    const learner = makeLearner(network, candidate, info, settings);
    const training = learner.train(
      fold,
      { learningRate: 0.02, parameters: { beta: 0.1 } },
      { seed: 1, metric },
    );
    await expect(training).rejects.toThrow(/^model: expected one that makes its output of replaceFeatures/);
    learner.dispose();
    network.dispose();
  });
});
