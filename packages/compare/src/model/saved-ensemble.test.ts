import { loadModel, type TensorValues } from "@minimand/native";
import { startEngine } from "minimand/start";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick } from "../../../../test/support/datasets.ts";
import { runOnWeb } from "../../../../test/support/onnx.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import type { KeptChoice, KeptEnsemble, Settings } from "../results.ts";
import { onnxOf } from "./artifacts/onnx-of.ts";
import { readModelDescription, writeModelDescription } from "./description.ts";
import { readSavedModel, type SavedModel, weightsFile } from "./index.ts";
import { checkWeights, fitWhole, predictTable } from "./saved-model.ts";
import { withTeacher } from "./teacher.ts";

await startEngine();
const settings: Settings = { ...quick, target: "y", hidden: [4], bins: 3, members: 2 };
const rows = Array.from({ length: 90 }, (_, i) => i);
const columns = {
  size: rows.map((i) => (i % 7 === 3 ? "" : Math.sin(i * i))),
  kind: rows.map((i) => (i % 9 === 4 ? "" : "abc"[i % 3])),
};
const targets = {
  binary: rows.map((i) => (Number(columns.size[i]) > 0 ? "yes" : "no")),
  multiclass: rows.map((i) => `is ${columns.kind[i]}`),
  regression: rows.map((i) => 500 + 30 * Number(columns.size[i]) + (columns.kind[i] === "a" ? 7.5 : 0)),
};
const weights = [0.5, 0.2, 0.3];
const chosenFor = (task: keyof typeof targets): KeptEnsemble => {
  const baseline = task === "regression" ? "squared" : "cross-entropy";
  const network = { learningRate: 0.02, parameters: {} };
  const trees = { learningRate: 0.1, parameters: { models: 1 } };
  const single = (candidate: string, configuration: KeptChoice["configuration"], i: number) => ({
    ...{ candidate, configuration, epochs: 3, why: "it was asked for", weight: weights[i] },
  });
  return {
    candidate: "ensemble",
    why: "it was asked for",
    ensemble: [
      { ...single(baseline, network, 0), members: 2 },
      single("linear-model", network, 1),
      single("gradient-boosted-trees", trees, 2),
    ],
  };
};
const textOf = (task: keyof typeof targets): string => csv({ ...columns, y: targets[task] });
const data = async (task: keyof typeof targets) => datasetOf(textOf(task), { task });
const binary = await fitWhole(await data("binary"), settings, chosenFor("binary"));

/** As it comes back from a folder. */
const reread = async ({ description, weights: bytes }: SavedModel): Promise<SavedModel> => {
  const text = await writeModelDescription(description);
  const files: Record<string, Uint8Array> = {
    "model.json": new TextEncoder().encode(text),
    [weightsFile(description)]: bytes,
  };
  return (await readSavedModel("m", async (name) => files[name])).model;
};

const numbersOf = ({ prediction }: Awaited<ReturnType<typeof predictTable>>): Float64Array =>
  prediction.predictions.length > 0 ? prediction.predictions : prediction.probabilities;

describe("a kept ensemble", () => {
  it.each(["binary", "multiclass", "regression"] as const)(
    "predicts the weighted mean of its members, and so does its ONNX file in both runtimes, for %s",
    async (task) => {
      const dataset = await data(task);
      const chosen = chosenFor(task);
      const kept = await reread(await fitWhole(dataset, settings, chosen));
      expect(weightsFile(kept.description)).toBe("model.ensemble");
      // Missing values, a category that did not occur, and numbers far outside.
      const text = `size,kind\n0.9,a\n,b\n-0.9,new\n1e9,\n-0.2,c\n`;
      const predicted = numbersOf(await predictTable(kept, await tableOf(text)));
      const each: Float64Array[] = [];
      for (const { weight: _, ...member } of chosen.ensemble)
        each.push(
          numbersOf(await predictTable(await fitWhole(dataset, settings, member), await tableOf(text))),
        );
      const mean = each[0].map((_, i) => weights.reduce((sum, weight, k) => sum + weight * each[k][i], 0));
      for (const [i, value] of predicted.entries()) expect(value / mean[i]).toBeCloseTo(1, 10);
      expect(new Set(each.map((own) => own[0])).size).toBe(3);

      const bytes = await onnxOf(kept);
      const feeds: Record<string, TensorValues> = {
        size: { data: Float64Array.of(0.9, Number.NaN, -0.9, 1e9, -0.2), shape: [5, 1] },
        kind: { data: ["a", "b", "new", "", "c"], shape: [5, 1] },
      };
      const model = loadModel(bytes);
      const name = task === "regression" ? "prediction" : "probabilities";
      const [here, there] = [model.run(feeds), await runOnWeb(bytes, feeds)];
      model.dispose();
      for (const { [name]: answer } of [here, there])
        for (const [i, value] of predicted.entries()) {
          const error = Math.abs(Number((answer.data as Float64Array)[i]) - value);
          // A linear model extrapolates: of the far number the relative error counts.
          expect(error).toBeLessThan(1e-5 * (task === "regression" ? Math.max(20, Math.abs(value)) : 1));
        }
    },
    60_000,
  );

  it("says once what several members say of a table, and which rows it can't read", async () => {
    const table = await tableOf("more,kind,size\n1,a,0.9\n3,new,-0.9\n4,b,much\n");
    const { prediction, unreadable, notes } = await predictTable(binary, table);
    expect([prediction.predicted.length, [...unreadable]]).toEqual([3, [2]]);
    expect(notes.map(({ text }) => text)).toEqual([
      "1 of 3 values did not occur in training: 'new'",
      "could not predict 1 row (line 4): column 'size': expected a number, as in training, got 'much'",
    ]);
  });

  it("is no teacher", async () => {
    await expect(
      withTeacher(await data("binary"), await tableOf(textOf("binary")), binary, { place: "m" }),
    ).rejects.toThrow("m: expected a network as the teacher, whose logits are learned from, got an ensemble");
  });

  it("is refused where its file is cut off, or lacks a member", () => {
    const check = (bytes: Uint8Array) => () => checkWeights({ ...binary, weights: bytes });
    expect(check(binary.weights)).not.toThrow();
    for (const bytes of [binary.weights.subarray(0, -1), new Uint8Array(0)])
      expect(check(bytes)).toThrow(
        "model.ensemble: expected models (minimand.ensemble/1), got something else, or a file that is cut off",
      );
    const { ensemble } = binary.description as never as { ensemble: object[] };
    const turned = { ...binary.description, ensemble: ensemble.toReversed() };
    expect(() => checkWeights({ ...binary, description: turned as never })).toThrow(
      "model.ensemble: expected the file '0/model.trees' in it, got none",
    );
  });

  it.each([
    [[], "a wrong field 'ensemble'"],
    ["two", "a wrong field 'ensemble'"],
    [[{ weight: -1 }], "a wrong field 'ensemble'"],
    [[{ weight: 0.5 }, { weight: 0.6 }], "weights that add up to 1.1"],
    [[{ weight: 1, model: { task: "regression" } }], "a wrong field 'classes'"],
    [[{ weight: 1, model: { target: "z" } }], "members of another target"],
    [[{ weight: 1, model: { schema: "other" } }], "something else"],
    [[{ weight: 1, model: { trees: undefined, network: undefined, inputs: 3 } }], "a wrong field"],
  ])("is refused with the members %j", (members, expected) => {
    const { ensemble } = binary.description as never as { ensemble: { model: object }[] };
    const wrong = Array.isArray(members)
      ? members.map(({ weight, model = {} }: { weight: number; model?: object }, i) => ({
          weight,
          model: { ...ensemble[i].model, ...model, ...("task" in model && { classes: "none" }) },
        }))
      : members;
    const text = JSON.stringify({ ...binary.description, ensemble: wrong });
    expect(() => readModelDescription(text, "m/model.json")).toThrow(expected);
  });
});
