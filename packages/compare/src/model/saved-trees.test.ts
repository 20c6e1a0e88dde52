import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { treesReference } from "../plan/trained-references.ts";
import type { Settings } from "../results.ts";
import { predictTrees } from "../train/references/predict-trees.ts";
import { treeColumns } from "../train/references/tree-columns.ts";
import { readTrees, writeTrees } from "../train/references/trees-file.ts";
import type { SavedModel } from "./description.ts";
import { readModelDescription, weightsFile, writeModelDescription } from "./description.ts";
import { checkWeights, fitWhole, predictTable } from "./saved-model.ts";
import { checkSums } from "./sums.ts";
import { withTeacher } from "./teacher.ts";

const settings: Settings = { ...quick, target: "y" };
const rows = Array.from({ length: 90 }, (_, i) => i);
const columns = {
  size: rows.map((i) => (i % 7 === 3 ? "" : Math.sin(i * i))),
  kind: rows.map((i) => (i % 9 === 4 ? "" : "abc"[i % 3])),
};
const note = rows.map((i) => `number ${i} was sent back by the ${"abc"[i % 3]} depot on time again`);
const targets = {
  binary: rows.map((i) => (Number(columns.size[i]) > 0 ? "yes" : "no")),
  multiclass: rows.map((i) => `is ${columns.kind[i]}`),
  regression: rows.map((i) => 500 + 30 * Number(columns.size[i]) + (columns.kind[i] === "a" ? 7.5 : 0)),
};
const chosen = (models: number) => ({
  candidate: treesReference.id,
  epochs: 0,
  why: "it was asked for",
  configuration: { learningRate: 0.1, parameters: { models } },
});
const whole = csv({ ...columns, y: targets.binary });
const dataset = await datasetOf(whole);
const model = await fitWhole(dataset, settings, chosen(1));

/** As it comes back from a folder. */
const reread = async ({ description, weights }: SavedModel): Promise<SavedModel> => ({
  description: readModelDescription(await writeModelDescription(description), "m/model.json"),
  weights: weights.slice(),
});

describe("kept trees", () => {
  it.each([
    ["binary", 1],
    ["multiclass", 3],
    ["regression", 3],
  ] as const)("predict what was trained, for %s and %i models", async (task, models) => {
    const text = csv({ ...columns, y: targets[task] });
    const data = await datasetOf(text, { task });
    const kept = await fitWhole(data, settings, chosen(models));
    expect(kept.description).toMatchObject({ task, rows: 90, candidate: treesReference.id });
    expect(kept.description).not.toHaveProperty("network");
    const all = Int32Array.from(rows);
    const trees = readTrees(kept.weights, "model.trees");
    expect(trees.models).toHaveLength(models);
    const direct = await predictTrees(trees, treeColumns(data, all), rows.length);
    const { prediction, rows: count, notes } = await predictTable(await reread(kept), await tableOf(text));
    expect([prediction, count, notes]).toEqual([direct, rows.length, []]);
    const right = rows.filter((i) =>
      task === "regression"
        ? Math.abs(prediction.predictions[i] - Number(targets.regression[i])) < 12
        : data.classes[prediction.predicted[i]] === targets[task][i],
    );
    expect(right.length).toBeGreaterThan(75);
  });

  it("predict the same again from the same data, whatever the bytes of their files", async () => {
    const again = await fitWhole(dataset, settings, chosen(1));
    const table = await tableOf(whole);
    expect((await predictTable(again, table)).prediction).toEqual(
      (await predictTable(model, table)).prediction,
    );
  });

  it("take more columns in another order, missing values, new categories, and rows that can't be read", async () => {
    const table = await tableOf("more,kind,size\n1,a,0.9\n2,,\n3,new,-0.9\n4,b,much\n");
    const { prediction, unreadable, notes } = await predictTable(model, table);
    expect([...prediction.predicted.subarray(0, 3)].filter((k) => k !== 0 && k !== 1)).toEqual([]);
    expect([prediction.predicted[0], prediction.predicted[2]]).toEqual([1, 0]);
    expect([...unreadable]).toEqual([3]);
    expect(notes.map(({ text }) => text)).toEqual([
      "1 of 4 values did not occur in training: 'new'",
      "could not predict 1 row (line 5): column 'size': expected a number, as in training, got 'much'",
    ]);
    await expect(predictTable(model, await tableOf("size\n1\n"))).rejects.toThrow(
      "expected the column 'kind', got only 'size'",
    );
  });

  it("are many rows at once, in pieces", async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => `${Math.sin(i)},${"abc"[i % 3]}`);
    const { prediction } = await predictTable(model, await tableOf(`size,kind\n${many.join("\n")}\n`));
    const few = await predictTable(model, await tableOf(`size,kind\n${many.slice(-3).join("\n")}\n`));
    expect(prediction.predicted).toHaveLength(70_000);
    expect([...prediction.probabilities.slice(-6)]).toEqual([...few.prediction.probabilities]);
  });

  it("don't ask for free text, which they leave out", async () => {
    const types = { note: "text" } as const;
    const mixed = await datasetOf(csv({ note, ...columns, y: targets.binary }), { types });
    const kept = await reread(await fitWhole(mixed, settings, chosen(1)));
    expect(kept.description.encoder.features.map(({ name }) => name)).toEqual(["size", "kind"]);
    const table = await tableOf(whole);
    expect((await predictTable(kept, table)).prediction).toEqual(
      (await predictTable(model, table)).prediction,
    );
    const only = await datasetOf(csv({ note, y: targets.binary }), { types });
    await expect(fitWhole(only, settings, chosen(1))).rejects.toThrow("trees take no free text");
  });

  it("stop where they are told to", async () => {
    const signal = AbortSignal.abort(new Error("told to"));
    await expect(fitWhole(dataset, settings, chosen(1), { signal })).rejects.toThrow("told to");
  });

  it("are no teacher", async () => {
    await expect(withTeacher(dataset, await tableOf(whole), model, { place: "m" })).rejects.toThrow(
      "m: expected a network as the teacher, whose logits are learned from, got gradient-boosted trees",
    );
  });
});

describe("the files of kept trees", () => {
  const refused = (changed: object): string => {
    try {
      readModelDescription(JSON.stringify({ ...model.description, ...changed }), "m/model.json");
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("hold sums, which tell of every changed byte", async () => {
    const description = await writeModelDescription(model.description);
    const places = { description: "m/model.json", weights: "m/model.trees" };
    expect(weightsFile(model.description)).toBe("model.trees");
    expect(await checkSums({ description, weights: model.weights }, places)).toBe(true);
    const weights = model.weights.slice();
    weights[weights.length >> 1] ^= 4;
    await expect(checkSums({ description, weights }, places)).rejects.toThrow(/^m\/model\.trees: expected/);
  });

  it("are refused where they are none, cut off, or of other data", async () => {
    const check = (weights: Uint8Array) => () => checkWeights({ ...model, weights });
    expect(check(model.weights)).not.toThrow();
    expect(check(model.weights.subarray(0, 99))).toThrow(/^model\.trees: expected trees .* cut off$/);
    expect(check(new Uint8Array(0))).toThrow(/^model\.trees: expected trees/);
    const trees = readTrees(model.weights, "");
    for (const other of [{ classes: 3 }, { task: "regression" as const }, { scales: [] }])
      expect(check(writeTrees({ ...trees, ...other }))).toThrow(
        "model.trees: expected trees for 2 columns and 2 classes, as model.json says, got others",
      );
  });

  it("are refused where the description has a wrong field, or free text", () => {
    expect(refused({})).toBe("");
    expect(refused({ trees: {} })).toContain("a wrong field 'trees'");
    const text = { kind: "text", name: "note", rule: "x", buckets: [], missing: false };
    expect(refused({ encoder: { inputs: 1, features: [text] } })).toContain("a wrong field 'encoder'");
    expect(refused({ trees: undefined })).toContain("a wrong field 'inputs'");
    expect(refused({ classes: ["yes"] })).toContain("1 classes for the task binary");
  });
});
