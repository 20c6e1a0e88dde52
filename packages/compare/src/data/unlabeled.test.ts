import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { candidateById } from "../plan/candidates.ts";
import { unlabeledCandidates } from "../plan/unlabeled.ts";
import type { Settings } from "../results.ts";
import { makeFolds, makeWhole } from "../train/fold.ts";
import { makeLearner } from "../train/learner.ts";
import { makeNetwork } from "../train/network.ts";
import { encode } from "./encode.ts";
import { fitEncoder } from "./encoder.ts";
import { withUnlabeled } from "./index.ts";

const rows = 80;
const text = csv({
  size: Array.from({ length: rows }, (_, i) => Math.sin(i * i) + 2 * (i % 2)),
  kind: Array.from({ length: rows }, (_, i) => ["red", "green", "blue"][i % 3]),
  y: Array.from({ length: rows }, (_, i) => (i % 2 ? "yes" : "no")),
});
const data = await tableOf(text);
const dataset = await datasetOf(text);
const more = await tableOf("kind,extra,size\nblue,1,0.5\n,2,7\nviolet,3,\nred,4,-2\n", "more.csv");

describe("withUnlabeled", () => {
  it("finds columns by name, and says what it has read and what no training row had", () => {
    const { unlabeled, notes, ...rest } = withUnlabeled(dataset, more);
    expect(rest).toEqual({ ...dataset, notes: undefined, unlabeled: undefined });
    expect(unlabeled?.rows).toBe(4);
    expect(unlabeled?.features.map(({ name }) => name)).toEqual(["size", "kind"]);
    expect(notes.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        "more.csv: 4 unlabelled rows",
        expect.stringMatching(/more.csv: 1 of 4 values did not occur in training/),
      ]),
    );
    expect(withUnlabeled(dataset, data).notes.at(-1)?.text).toBe(
      "a.csv: 80 unlabelled rows; the target 'y' among its columns is not looked at",
    );
  });

  it("is encoded by what was fitted on the training part of each fold, like the rows themselves", () => {
    // The data's own rows as unlabelled ones: both ways of encoding must agree.
    const both = withUnlabeled(dataset, data);
    const all = Int32Array.from({ length: rows }, (_, i) => i);
    const { encoder, whole } = makeWhole(both);
    expect(whole.unlabeled?.()).toEqual(whole.fit.x);
    expect(encoder).toEqual(fitEncoder(dataset, all));
    const settings = { folds: 2, labelNoise: 0, imbalance: null };
    for (const fold of makeFolds(both, settings, 3)) {
      const encoded = fold.unlabeled?.() as Float32Array;
      expect(encoded.length).toBe(rows * fold.inputs);
      const first = [...fold.fit.x.subarray(0, fold.inputs)];
      const at = all.findIndex((row) => first.every((v, j) => encoded[row * fold.inputs + j] === v));
      expect(at).toBeGreaterThanOrEqual(0);
    }
    expect(makeFolds(dataset, settings, 3)[0].unlabeled).toBeUndefined();
    const { features, rows: n } = withUnlabeled(dataset, more).unlabeled!;
    const every = Int32Array.of(0, 1, 2, 3);
    // Missing is a level or an indicator only where training rows had missing values.
    expect(encode(encoder, { ...dataset, features, rows: n }, every).x.every(Number.isFinite)).toBe(true);
  });

  it("refuses a regression, a file without rows, and columns that are others", async () => {
    const numbers = await datasetOf(text, { target: "size" });
    expect(() => withUnlabeled(numbers, more)).toThrow(/^more.csv: expected data with classes/);
    expect(() => withUnlabeled(dataset, { ...more, rows: 0 })).toThrow(
      "more.csv: expected at least one unlabelled row, got none",
    );
    const lacks = await tableOf("size\n1\n", "b.csv");
    expect(() => withUnlabeled(dataset, lacks)).toThrow("b.csv: expected the column 'kind', got only 'size'");
    const tall = await tableOf("kind,size\nred,tall\n", "b.csv");
    expect(() => withUnlabeled(dataset, tall)).toThrow(
      "b.csv, line 2: column 'size': expected a number, as in training, got 'tall'",
    );
  });
});

describe("a candidate with unlabelled rows", () => {
  const training = { model: "mlp", hidden: [6], maxEpochs: 40, patience: 40, batchSize: 16 } as const;
  const info = { task: "binary", classes: 2, metric: "accuracy" } as const;
  const [fold] = makeFolds(withUnlabeled(dataset, data), { folds: 2, labelNoise: 0, imbalance: null }, 1);
  const train = async (id: string, given = fold) => {
    const network = makeNetwork(given.inputs, "binary", 2, training as unknown as Settings);
    const candidate = candidateById(id, "binary");
    const learner = makeLearner(network, candidate, info, training as unknown as Settings);
    const configuration = { learningRate: 0.02, parameters: candidate.settings[0] ?? {} };
    const run = await learner.train(given, configuration, { seed: 1, metric: metricById("accuracy") });
    learner.dispose();
    network.dispose();
    return run;
  };

  it.each(unlabeledCandidates.map(({ id }) => id))("%s learns", async (id) => {
    const { validation, trained } = await train(id);
    expect(trained).not.toBeNull();
    expect(validation).toBeGreaterThan(0.6);
  });

  it("says what is missing where there are none", async () => {
    const { unlabeled: _, ...without } = fold;
    await expect(train("rss", without)).rejects.toThrow(
      "candidate rss: expected unlabelled rows (--unlabeled), got none",
    );
  });
});
