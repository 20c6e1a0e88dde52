import { describe, expect, it, vi } from "vitest";
import { datasetOf } from "../../../../../test/support/datasets.ts";
import { replaced } from "../../../../../test/support/model-files.ts";
import { tableOf } from "../../../../../test/support/tables.ts";
import { readColumns } from "../../data/encode.ts";
import { fitEncoder } from "../../data/encoder.ts";
import { packFiles } from "./archive.ts";
import { readBoostedTrees } from "./boosted-trees.ts";
import { withLibrary } from "./library.ts";
import { predictTrees } from "./predict-trees.ts";
import { rowsOfColumns, treeColumns } from "./tree-columns.ts";
import { type TreeExamples, trainTrees } from "./trees.ts";
import { readTrees, writeTrees } from "./trees-file.ts";

const rows = 120;
const all = Int32Array.from({ length: rows }, (_, i) => i);
const a = Float64Array.from(all, (i) => Math.sin(i * i));
const b = Float64Array.from(all, (i) => Math.cos(3 * i));
const nothing = { labels: new Int32Array(0), targets: new Float64Array(0) };
const classified = (labels: number[], classes: number, columns: TreeExamples["columns"]): TreeExamples => ({
  ...nothing,
  columns,
  classes,
  task: classes === 2 ? "binary" : "multiclass",
  labels: Int32Array.from(labels),
});
const share = (predicted: Int32Array, labels: Int32Array): number =>
  labels.reduce((n, label, i) => n + Number(label === predicted[i]), 0) / labels.length;
const once = { models: 1, seed: 1 };

describe("trees", () => {
  const binary = classified(
    Array.from(all, (i) => Number(a[i] > 0.3)),
    2,
    [a, b],
  );

  it("give probabilities of classes in their order, whichever is the larger", async () => {
    for (const bound of [-0.5, 0.5]) {
      const examples = { ...binary, labels: Int32Array.from(all, (i) => Number(a[i] > bound)) };
      const trees = await trainTrees(examples, once);
      const { predicted, probabilities } = await predictTrees(trees, examples.columns, rows);
      expect(share(predicted, examples.labels)).toBeGreaterThan(0.95);
      for (const row of all) {
        expect(probabilities[2 * row] + probabilities[2 * row + 1]).toBeCloseTo(1, 12);
        expect(predicted[row]).toBe(Number(probabilities[2 * row + 1] > probabilities[2 * row]));
      }
    }
  });

  it("know classes that are absent, of two rows, and alone", async () => {
    const labels = Array.from(all, (i) => (i < 2 ? 0 : a[i] > 0 ? 4 : 2));
    const examples = classified(labels, 5, [a]);
    const { probabilities, predicted } = await predictTrees(await trainTrees(examples, once), [a], rows);
    expect(probabilities).toHaveLength(rows * 5);
    expect(share(predicted, examples.labels)).toBeGreaterThan(0.9);
    for (const row of all) {
      expect(probabilities[row * 5 + 1] + probabilities[row * 5 + 3]).toBe(0);
      expect(probabilities[row * 5]).toBeGreaterThan(0);
    }
    const alone = await trainTrees(classified([3, 3], 5, [Float64Array.of(1, 2)]), once);
    expect([...(await predictTrees(alone, [Float64Array.of(9)], 1)).probabilities]).toEqual([0, 0, 0, 1, 0]);
    const pair = await trainTrees(classified([0, 1], 2, [Float64Array.of(1, 2)]), once);
    expect((await predictTrees(pair, [Float64Array.of(1)], 1)).probabilities[0]).toBeCloseTo(0.5, 6);
  });

  it("predict numbers in their own units, however large or alike", async () => {
    const targets = Float64Array.from(all, (i) => 1e9 + 3 * a[i]);
    const examples: TreeExamples = { ...nothing, task: "regression", classes: 0, columns: [a], targets };
    const trees = await trainTrees(examples, once);
    const { predictions, probabilities } = await predictTrees(trees, [a], rows);
    expect(probabilities).toHaveLength(0);
    const error = Math.hypot(...predictions.map((v, i) => v - targets[i])) / Math.sqrt(rows);
    expect(error).toBeLessThan(0.5);
    const constant = await trainTrees({ ...examples, targets: targets.fill(7) }, once);
    expect(new Set((await predictTrees(constant, [a], rows)).predictions)).toEqual(new Set([7]));
  });

  it("tell as many levels apart as the library sorts quickly: those of the most rows", async () => {
    const many = 400;
    const labels: number[] = [];
    const texts = Array.from({ length: many }, (_, level) =>
      // The first 298 levels have six rows, the others five; classes alternate from level to level.
      Array.from({ length: level < 298 ? 6 : 5 }, () => {
        labels.push(level % 2);
        return `level ${level}`;
      }),
    ).flat();
    const examples = classified(labels, 2, [texts]);
    const trees = await trainTrees(examples, once);
    const { codes } = readBoostedTrees(trees.models[0], 1);
    expect([...codes[0]!.keys()].sort()).toEqual(
      Array.from({ length: 298 }, (_, level) => `level ${level}`).sort(),
    );
    const ask = ["level 0", "level 1", "level 399", "level 398", "never seen"];
    const { probabilities } = await predictTrees(trees, [ask], ask.length);
    const [first, second, rare, other, unseen] = Array.from(ask, (_, row) => probabilities[2 * row + 1]);
    expect(first).toBeLessThan(0.2);
    expect(second).toBeGreaterThan(0.8);
    expect([rare, other]).toEqual([unseen, unseen]);
  });

  it("see small differences of large numbers, and take any number", async () => {
    const far = a.map((v) => 1.7e9 + v);
    const trees = await trainTrees({ ...binary, columns: [far] }, once);
    expect(share((await predictTrees(trees, [far], rows)).predicted, binary.labels)).toBeGreaterThan(0.95);
    const ends = await predictTrees(trees, [Float64Array.of(-3.4e38, 3.4e38)], 2);
    expect([...ends.predicted]).toEqual([0, 1]);
  });

  it("take missing values, all of them too, and any text as a category", async () => {
    const texts = ["<OOD>", 'a,"b"\n', "", "1", "é\u0000"];
    const column = Array.from(all, (i) => texts[i % 5]);
    const examples = classified(
      Array.from(all, (i) => (i % 5 === 1 || i % 5 === 4 ? 1 : 0)),
      2,
      [
        column,
        a.map((v, i) => (i % 3 === 0 ? Number.NaN : v)),
        a.map(() => Number.NaN),
        column.map(() => ""),
      ],
    );
    const trees = await trainTrees(examples, once);
    const { predicted } = await predictTrees(trees, examples.columns, rows);
    expect(share(predicted, examples.labels)).toBe(1);
    // A category that training didn't see is not one of those that it did.
    const unseen = [["new"], Float64Array.of(Number.NaN), Float64Array.of(1), ["new"]];
    expect((await predictTrees(trees, unseen, 1)).probabilities.every(Number.isFinite)).toBe(true);
  });

  it("are the same for the same seed, and several are averaged", async () => {
    const noisy = { ...binary, labels: binary.labels.map((y, i) => (i % 4 === 0 ? 1 - y : y)) };
    const predict = async (models: number, seed: number) =>
      (await predictTrees(await trainTrees(noisy, { models, seed }), noisy.columns, rows)).probabilities;
    const one = await predict(1, 5);
    expect(await predict(1, 5)).toEqual(one);
    expect(await predict(1, 6)).not.toEqual(one);
    const three = await trainTrees(noisy, { models: 3, seed: 5 });
    const each = await Promise.all(
      three.models.map((model) => predictTrees({ ...three, models: [model] }, noisy.columns, rows)),
    );
    expect(each[0].probabilities).toEqual(one);
    const mean = each[0].probabilities.map(
      (_, i) => each.reduce((sum, { probabilities }) => sum + probabilities[i], 0) / 3,
    );
    (await predictTrees(three, noisy.columns, rows)).probabilities.forEach((p, i) => {
      expect(p).toBeCloseTo(mean[i], 12);
    });
  });

  it("read the columns of a data set and of another table alike", async () => {
    const lines = Array.from(
      all,
      (i) => `${i % 7 === 0 ? "" : a[i]},${["x", "y", "NA"][i % 3]},${binary.labels[i]}`,
    );
    const text = `"b, c",type,y\n${lines.join("\n")}\n`;
    const dataset = await datasetOf(text);
    const columns = treeColumns(dataset, all);
    const read = readColumns(fitEncoder(dataset, all), await tableOf(text)).columns;
    expect(columns).toEqual(read);
    expect(columns[1]).toContain("");
    const some = Int32Array.of(5, 3);
    expect(rowsOfColumns(columns, some)).toEqual(treeColumns(dataset, some));
  });

  it("of the same rows and seed are the same bytes, whenever they are trained", async () => {
    const texts = Array.from(all, (i) => `level ${i % 17}`);
    const train = async () => writeTrees(await trainTrees({ ...binary, columns: [a, texts] }, once));
    expect(await train()).toEqual(await train());
  });

  it("can be kept as bytes", async () => {
    const trees = await trainTrees(binary, { models: 2, seed: 1 });
    const bytes = writeTrees(trees);
    const again = readTrees(bytes, "trees.bin");
    expect(again).toEqual(trees);
    expect(await predictTrees(again, [a, b], rows)).toEqual(await predictTrees(trees, [a, b], rows));
    for (const wrong of [bytes.subarray(0, bytes.length - 1), bytes.subarray(0, 3), new Uint8Array(40)])
      expect(() => readTrees(wrong, "trees.bin")).toThrow(/^trees.bin: expected trees .* cut off$/);
    const [first] = trees.models;
    const broken = { ...trees, models: [new Map([...first].map(([name]) => [name, new Uint8Array(9)]))] };
    await expect(predictTrees(broken, [a, b], rows)).rejects.toThrow(
      "trees: expected a model of the library",
    );
  });

  it("are refused where a file says of itself what it doesn't hold", async () => {
    const trees = await trainTrees(binary, once);
    const [files] = trees.models;
    const refused = (about: object, own: [string, Uint8Array][] = []): void => {
      const all = new Map([...[...files].map(([name, bytes]) => [`0/${name}`, bytes] as const), ...own]);
      const { models, ...rest } = trees;
      const bytes = packFiles({ schema: "minimand.trees/1", ...rest, models: models.length, ...about }, all);
      expect(() => readTrees(bytes, "trees.bin")).toThrow(/^trees.bin: expected trees/);
    };
    refused({ models: 1e9 });
    refused({ models: 0 });
    refused({ scales: [null, 3] });
    refused({ target: null });
    refused({ only: 7 });
    refused({}, [["0/a/b", new Uint8Array(1)]]);
    refused({}, [["2/done", new Uint8Array(1)]]);
    for (const name of [".", "..", "a".repeat(101)]) refused({}, [[`0/${name}`, new Uint8Array(1)]]);
  });

  it("are refused where they ask for other columns than there are", async () => {
    const trees = await trainTrees(binary, once);
    const [files] = trees.models;
    const renamed = [...files].map(([name, bytes]): [string, Uint8Array] => [
      name,
      name.endsWith("data_spec.pb") ? replaced(bytes, "x0", "x9") : bytes,
    ]);
    await expect(predictTrees({ ...trees, models: [new Map(renamed)] }, [a, b], rows)).rejects.toThrow(
      "trees: expected a model of the library",
    );
    expect(() => predictTrees({ ...trees, scales: [null, null] }, [a, b], rows)).toThrow(
      "columns: expected numbers and texts where training had them",
    );
    const texts = Array.from(all, (i) => "uvw"[i % 3]);
    const ofTexts = await trainTrees(classified([...binary.labels], 2, [texts, b]), once);
    const asNumbers = { ...ofTexts, scales: [trees.scales[0], ofTexts.scales[1]] };
    await expect(predictTrees(asNumbers, [a, b], rows)).rejects.toThrow(RangeError);
  });

  it("stop between models where they are told to", async () => {
    const stop = AbortSignal.abort(new Error("told to"));
    await expect(trainTrees(binary, once, stop)).rejects.toThrow("told to");
  });
});

describe("withLibrary", () => {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const count = (): number[] => events.map((event) => process.listenerCount(event));
  it("says nothing, and leaves errors of the process to others", async () => {
    const before = count();
    const lines = (["log", "warn", "error"] as const).map((level) => vi.spyOn(console, level));
    await trainTrees({ ...nothing, task: "regression", classes: 0, columns: [a], targets: b }, once);
    for (const line of lines) expect(line).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    expect(count()).toEqual(before);
  });

  it("tells what the library refuses", async () => {
    const learned = withLibrary((library) =>
      new library.InternalLearner().trainFromDataset(new library.Dataset()),
    );
    await expect(learned).rejects.toThrow(/Learner not initialized/);
  });
});
