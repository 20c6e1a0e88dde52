import { describe, expect, it } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { defaultSettings } from "../plan/settings.ts";
import type { Settings } from "../results.ts";
import { makeTrialRunner } from "../train/run-trial.ts";
import type { SavedNetwork } from "./description.ts";
import { fitWhole, outputsOfTable, predictTable } from "./saved-model.ts";
import { withTeacher } from "./teacher.ts";

const settings: Settings = { ...defaultSettings, target: "y", hidden: [6], batchSize: 16, distillFrom: "o" };
const rows = Array.from({ length: 40 }, (_, i) => i);
const columns = {
  size: rows.map((i) => (i % 7 === 3 ? "" : Math.sin(i * i) + (i % 2))),
  kind: rows.map((i) => "abc"[i % 3]),
  y: rows.map((i) => (i % 2 ? "yes" : "no")),
};
const text = csv(columns);
const chosen = {
  candidate: "cross-entropy",
  configuration: { learningRate: 0.02, parameters: {} },
  epochs: 10,
  why: "it was asked for",
};
const teacher = (await fitWhole(await datasetOf(text), settings, chosen)) as SavedNetwork;

const taught = async (csvText: string, options: Parameters<typeof datasetOf>[1] = {}) =>
  withTeacher(await datasetOf(csvText, options), await tableOf(csvText), teacher, { place: "o/model" });

describe("withTeacher", () => {
  it("gives each row the logits of the kept model, in the order of the data set's classes", async () => {
    const { outputs } = await outputsOfTable(teacher, await tableOf(text));
    const dataset = await taught(text, { positive: "yes" });
    expect(dataset.classes).toEqual(["no", "yes"]);
    expect([...dataset.teacher!]).toEqual([...outputs]);
    const turned = await taught(text, { positive: "no" });
    expect(turned.classes).toEqual(["yes", "no"]);
    rows.forEach((row) => {
      expect(turned.teacher![2 * row]).toBe(outputs[2 * row + 1]);
      expect(turned.teacher![2 * row + 1]).toBe(outputs[2 * row]);
    });
  });

  it("gives logits, not probabilities: their softmax is what predict says", async () => {
    const { outputs } = await outputsOfTable(teacher, await tableOf(text));
    const { prediction } = await predictTable(teacher, await tableOf(text));
    rows.forEach((row) => {
      const odds = Math.exp(outputs[2 * row + 1] - outputs[2 * row]);
      expect(prediction.probabilities[2 * row + 1]).toBeCloseTo(odds / (1 + odds), 6);
    });
  });

  it("leaves out rows without a target, as the data set does, and columns that only the students ignore are no matter", async () => {
    const holes = csv({ ...columns, y: columns.y.map((y, i) => (i === 4 || i === 9 ? "" : y)) });
    const dataset = await taught(holes, { ignore: ["kind"] });
    const whole = await taught(text);
    expect(dataset.rows).toBe(38);
    expect(dataset.teacher).toHaveLength(76);
    expect([...dataset.teacher!.subarray(8, 10)]).toEqual([...whole.teacher!.subarray(10, 12)]);
    expect(dataset.features.map(({ name }) => name)).toEqual(["size"]);
  });

  it("warns where the teacher was trained on these very rows", async () => {
    const seen = /^the teacher o\/model seems to have been trained on all of these rows/;
    expect((await taught(text)).notes.at(-1)).toMatchObject({
      level: "warning",
      text: expect.stringMatching(seen),
    });
    expect((await taught(text, { ignore: ["kind"] })).notes.some((note) => seen.test(note.text))).toBe(true);
    const apart = { place: "o/model", testsElsewhere: true };
    const fair = await withTeacher(await datasetOf(text), await tableOf(text), teacher, apart);
    expect(fair.notes.some((note) => seen.test(note.text))).toBe(false);
    const others = csv({ ...columns, size: columns.size.map((v) => (v === "" ? v : Number(v) + 1)) });
    expect((await taught(others)).notes.some((note) => seen.test(note.text))).toBe(false);
    const half = csv(Object.fromEntries(Object.entries(columns).map(([k, v]) => [k, v.slice(0, 30)])));
    const { notes } = await taught(half);
    expect(notes.some((note) => seen.test(note.text))).toBe(false);
    expect(notes.at(-1)!.text).toMatch(
      /^the teacher o\/model was trained on 40 rows.*: where some of these are/,
    );
  });

  it("refuses other classes, other columns, and numbers to predict", async () => {
    const renamed = csv({ ...columns, y: columns.y.map((y) => (y === "yes" ? "perhaps" : y)) });
    await expect(taught(renamed)).rejects.toThrow(
      "o/model: expected a teacher of the classes 'no', 'perhaps' of 'y', got one of 'no', 'yes'",
    );
    const three = csv({ ...columns, y: rows.map((i) => ["yes", "no", "perhaps"][i % 3]) });
    await expect(taught(three)).rejects.toThrow(/got one of 'no', 'yes'$/);
    const { size: _, ...others } = columns;
    await expect(taught(csv({ ...others, more: rows }))).rejects.toThrow(/expected the column 'size'/);
    const numbers = csv({ ...columns, y: rows.map((i) => Math.sin(i)) });
    await expect(taught(numbers)).rejects.toThrow(
      /as distillation compares logits, got the task regression$/,
    );
  });

  it("is what the trials of distillation learn from, and the kept student needs no second head", async () => {
    const dataset = await taught(text);
    const quick = { ...settings, configurations: 1, maxEpochs: 3, folds: 2, seeds: 1 };
    const runner = makeTrialRunner(dataset, quick);
    for (const candidate of ["kd", "binary-kl-norm", "dhkd", "dhkd-aligned"]) {
      const [record] = await runner.run({ candidate, seed: 0, fold: 0 });
      expect(record.status, candidate).toBe("ok");
      expect(record.chosen?.parameters, candidate).toEqual({ alpha: 1 });
    }
    runner.dispose();
    const configuration = { learningRate: 0.02, parameters: { alpha: 1 } };
    const student = await fitWhole(dataset, settings, {
      ...chosen,
      candidate: "dhkd-aligned",
      configuration,
    });
    const { prediction } = await predictTable(student, await tableOf(text));
    expect(prediction.predicted).toHaveLength(rows.length);
    expect(student.weights.length).toBe(teacher.weights.length);
  });
});
