import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type DatasetReport,
  defaultSettings,
  fitWhole,
  type MakeDatasetOptions,
  makeDataset,
  type NetworkDescription,
  predictTable,
  readColumns,
  readTable,
  type SavedModel,
  type Settings,
  single,
  type Table,
} from "@minimand/compare";
import { onnxOf } from "@minimand/compare/artifacts";
import { dataFile } from "@minimand/data";
import { loadModel, modelInfo, nativeCompiler, sumKey, type TensorValues } from "@minimand/native";
import { readSafetensors } from "minimand/models";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../../test/support/cli.ts";
import { csv } from "../../../../test/support/datasets.ts";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { checkerSays, noChecker, runOnWeb } from "../../../../test/support/onnx.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import {
  type ModelProto,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
} from "../../../native/src/onnx/onnx_pb.ts";
import { UsageError } from "../failure.ts";
import { openOnnx } from "./onnx-model.ts";

/** Why ONNX Runtime can't be loaded, or null where it can. */
const runtime = await nativeCompiler().then(
  () => null,
  (error: Error) => error.message,
);
const skipped = runtime === null ? "" : ` (skipped: ${runtime})`;

const folder = temporaryFolder();
const bundled = async (name: string): Promise<Table> =>
  readTable(readFileSync(dataFile(`${name}.csv.gz`)), { name });

async function fitted(
  table: Table,
  options: MakeDatasetOptions,
  candidate?: string,
  { parameters = {}, ...more }: Partial<Settings> & { parameters?: Record<string, number> } = {},
): Promise<SavedModel> {
  const dataset = makeDataset(table, options);
  const chosen: NonNullable<DatasetReport["model"]> = {
    candidate: candidate ?? (dataset.task === "regression" ? "squared" : "cross-entropy"),
    configuration: { learningRate: 0.01, parameters },
    epochs: 3,
    why: "",
  };
  const own = { target: options.target, hidden: [12], maxEpochs: 3 };
  return fitWhole(dataset, { ...defaultSettings, ...single, ...own, ...more }, chosen);
}

/** The first rows of the columns that a model reads. */
function feedsOf({ description }: SavedModel, table: Table, rows: number): Record<string, TensorValues> {
  const { columns } = readColumns(description.encoder, table);
  return Object.fromEntries(
    description.encoder.features.map(({ name }, i) => [
      name,
      { data: columns[i].slice(0, rows), shape: [rows, 1] },
    ]),
  );
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    if (!(error < 2e-6)) throw new Error(`expected ${expected[i]} at ${i}, got ${actual[i]}`);
  }
}

/** Runs the exported model in both runtimes, at several batch sizes, against `predict` on its safetensors. */
async function expectSame(model: SavedModel, table: Table): Promise<void> {
  const bytes = await onnxOf(model);
  if (noChecker === null) expect(checkerSays(bytes)).toBe("");
  const { prediction } = await predictTable(model, table);
  const { classes, task } = model.description;
  const loaded = loadModel(bytes);
  const [first, second] = loaded.outputs.map(({ name }) => name);
  const most = Math.min(300, table.rows);
  for (const rows of [1, 7, most]) {
    const feeds = feedsOf(model, table, rows);
    for (const run of [loaded.run(feeds), await runOnWeb(bytes, feeds)]) {
      expect(run[first].shape).toEqual([rows]);
      if (task === "regression") {
        expectClose(run[first].data as Float64Array, prediction.predictions.slice(0, rows));
        continue;
      }
      expect(run[second].shape).toEqual([rows, classes.length]);
      expectClose(run[second].data as Float32Array, prediction.probabilities.slice(0, rows * classes.length));
      expect(run[first].data).toEqual(Array.from(prediction.predicted.slice(0, rows), (k) => classes[k]));
    }
  }
  loaded.dispose();
}

describe.skipIf(runtime !== null)(
  `an exported model predicts what predict does, in Node's runtime and in the browser's${skipped}`,
  () => {
    it("of two classes, from numbers", async () => {
      const table = await bundled("pima_diabetes");
      await expectSame(await fitted(table, { target: "target" }), table);
    });

    it("of two classes, from numbers in bins", async () => {
      const table = await bundled("pima_diabetes");
      const model = await fitted(table, { target: "target" }, undefined, { bins: 8 });
      expect(model.description.encoder.inputs).toBeGreaterThan(50);
      await expectSame(model, table);
    });

    it.each(["pima_diabetes", "concrete"])("of three networks that are averaged: %s", async (name) => {
      const table = await bundled(name);
      await expectSame(await fitted(table, { target: "target" }, undefined, { members: 3 }), table);
    });

    it("of two classes, from numbers and categories with missing values", async () => {
      const table = await bundled("credit_modeldata");
      const model = await fitted(table, { target: "target" });
      expect(new Set(model.description.encoder.features.map(({ kind }) => kind)).size).toBe(2);
      await expectSame(model, table);
    });

    it("of many classes, from categories with missing values", async () => {
      const table = await bundled("soybean");
      const types = Object.fromEntries(
        table.columns.slice(0, -1).map(({ name }) => [name, "categorical" as const]),
      );
      const model = await fitted(table, { target: "target", types });
      expect(model.description.classes.length).toBeGreaterThan(10);
      expect(
        (model.description as NetworkDescription).inputs.some((name) => name.endsWith("=(missing)")),
      ).toBe(true);
      await expectSame(model, table);
    });

    it("of numbers whose logarithms were learned", async () => {
      const table = await bundled("concrete");
      const model = await fitted(table, { target: "target" }, undefined, { targetScale: "log" });
      expect((model.description as NetworkDescription).targetScale.log).toBe(true);
      await expectSame(model, table);
    });

    it("of numbers", async () => {
      const table = await bundled("boston_housing");
      await expectSame(await fitted(table, { target: table.columns.at(-1)!.name }), table);
    });

    it.each([
      ["two classes", "pima_diabetes", 1],
      ["two classes with categories and missing values", "credit_modeldata", 3],
      ["many classes", "soybean", 1],
      ["numbers", "boston_housing", 3],
    ] as const)("of %s, of trees: %s, %i models", async (_, name, models) => {
      const table = await bundled(name);
      const model = await fitted(table, { target: "target" }, "gradient-boosted-trees", {
        parameters: { models },
      });
      await expectSame(model, table);
    });

    it.each(["cs-ib", "vib", "nib"])(
      "of numbers, of a network that %s has trained: without noise",
      async (id) => {
        const table = await bundled("boston_housing");
        const model = await fitted(table, { target: "target" }, id, { parameters: { beta: 0.01 } });
        await expectSame(model, table);
        expect(Object.keys(readSafetensors(model.weights).tensors).sort()).toEqual(
          [0, 1].flatMap((layer) => [`layers.${layer}.bias`, `layers.${layer}.weight`]),
        );
      },
    );

    it.each(["cross-entropy", "gradient-boosted-trees"])(
      "of whatever a table can hold, by %s: names of any kind, rare levels, new levels, values far out, none at all",
      async (candidate) => {
        const rows = Array.from({ length: 200 }, (_, i) => i);
        const columns = {
          "Größe in cm": rows.map((i) => (i % 11 === 3 ? "" : 170 + Math.sin(i * i))),
          // Seconds since 1970 a second apart: float32 would take all of them for one.
          seconds: rows.map((i) => 1_700_000_000 + ((i * 37) % 100)),
          "never varies": rows.map((i) => (i % 5 ? 7 : "?")),
          label: rows.map((i) => (i % 50 === 0 ? `rare ${i}` : ["rot", "grün", "日本", "a b"][i % 4])),
          t0: rows.map((i) => (i % 9 === 4 ? "NA" : "xyz"[i % 3])),
          "layers.0.weight": rows.map((i) => Math.cos(i)),
          encoding_0: rows.map((i) => "uvw"[i % 3]),
          y: rows.map((i) => ["ja", "nein", "weiß nicht"][(i * i) % 3]),
        };
        const table = await tableOf(csv(columns));
        const model = await fitted(table, { target: "y" }, candidate, {
          ...(candidate === "gradient-boosted-trees" && { parameters: { models: 1 } }),
        });
        const names = model.description.encoder.features.map(({ name }) => name);
        expect(names).toEqual(Object.keys(columns).slice(0, -1));
        expect(modelInfo(await onnxOf(model)).outputs.map(({ name }) => name)).toEqual([
          "label_",
          "probabilities",
        ]);
        await expectSame(model, table);
        const other = csv({
          "Größe in cm": [1e30, "", -1e30, 170, 171, 172, "NA"],
          seconds: [1_700_000_001, 0, 1_700_000_050, "", 1e12, 3, 4],
          "never varies": [7, 8, "", -1e30, 7, 7, 7],
          label: ["neu", "rare 50", "", "日本", "NaN", "rot", "null"],
          t0: ["q", "", "x", "y", "z", "None", "-"],
          "layers.0.weight": [0, 1, 2, 3, "", 5, 6],
          encoding_0: ["u", "", "new", "v", "w", "u", "?"],
        });
        await expectSame(model, await tableOf(other));
      },
    );

    it("and tells what it is", async () => {
      const table = await bundled("iris");
      const model = await fitted(table, { target: "target" });
      const { metadata, inputs, outputs } = modelInfo(await onnxOf(model));
      expect(metadata).toMatchObject({
        schema: "minimand.model/1",
        minimand: "0.1.0",
        task: "multiclass",
        target: "target",
        loss: "cross-entropy",
        dataset: "iris",
      });
      expect(JSON.parse(metadata.classes)).toEqual(model.description.classes);
      expect(JSON.parse(metadata.columns)).toEqual(inputs.map(({ name }) => ({ name, kind: "numeric" })));
      expect(JSON.parse(metadata.description)).toEqual(model.description);
      expect(inputs.every(({ type, shape }) => type === "float64" && shape.join() === "batch,1")).toBe(true);
      expect(outputs).toEqual([
        { name: "label", type: "string", shape: ["batch"] },
        { name: "probabilities", type: "float32", shape: ["batch", 3] },
      ]);
    });

    describe("a file whose description doesn't fit its graph", () => {
      /** The file of a model of three classes without its sums, changed. */
      const changed = async (change: (model: ModelProto) => void): Promise<string> => {
        const model = fromBinary(
          ModelProtoSchema,
          await onnxOf(await fitted(await bundled("iris"), { target: "target" })),
        );
        model.metadataProps = model.metadataProps.filter(({ key }) => key !== sumKey);
        for (const entry of model.metadataProps)
          if (entry.key === "description")
            entry.value = JSON.stringify({ ...JSON.parse(entry.value), weightsSha256: undefined });
        change(model);
        const path = join(folder, "changed.onnx");
        writeFileSync(path, toBinary(ModelProtoSchema, model));
        return path;
      };
      const describeAs = (model: ModelProto, changes: object): void => {
        for (const entry of model.metadataProps)
          if (entry.key === "description")
            entry.value = JSON.stringify({ ...JSON.parse(entry.value), ...changes });
      };

      it.each<[string, (model: ModelProto) => void, RegExp]>([
        [
          "numbers of fewer classes",
          (model) => describeAs(model, { classes: ["setosa", "versicolor", "virginica", "more"] }),
          /expected \d+ numbers for 150 rows, got 450 values/,
        ],
        [
          "numbers in place of classes",
          ({ graph }) => graph!.output.splice(0, 1, graph!.output[1]!),
          /expected a class for each of 150 rows, got others/,
        ],
        [
          "classes of other names",
          (model) => describeAs(model, { classes: ["a", "b", "c"] }),
          /expected a class for each of 150 rows, got others/,
        ],
        [
          "an operation that fails",
          ({ graph }) => {
            const [shape, name] = ["a shape", "reshaped"];
            graph!.initializer.push(
              create(TensorProtoSchema, { name: shape, dims: [2n], dataType: 7, int64Data: [7n, 13n] }),
            );
            graph!.node.push(
              create(NodeProtoSchema, {
                opType: "Reshape",
                input: [graph!.output[1]!.name, shape],
                output: [name],
              }),
            );
            graph!.output[1]!.name = name;
          },
          /expected a model that ONNX Runtime can run, got /,
        ],
      ])("is refused in one line: %s", async (_, change, message) => {
        const path = await changed(change);
        const predicted = openOnnx(path).then(async ({ predict }) => predict(await bundled("iris")));
        await expect(predicted).rejects.toThrow(message);
        await expect(predicted).rejects.toBeInstanceOf(UsageError);
      });
    });
  },
);

describe.skipIf(runtime !== null)(`openOnnx${skipped}`, () => {
  it("predicts tables of more rows than it takes at once, with the notes of predict", async () => {
    const rows = Array.from({ length: 9000 }, (_, i) => i);
    const table = await tableOf(
      csv({
        a: rows.map((i) => Math.sin(i * i)),
        b: rows.map((i) => "uv"[i % 2]),
        y: rows.map((i) => "no yes".split(" ")[i % 2]),
      }),
    );
    const model = await fitted(table, { target: "y" });
    const path = join(folder, "long.onnx");
    writeFileSync(path, await onnxOf(model));
    const { description, predict } = await openOnnx(path);
    expect(description).toEqual(model.description);
    const [ours, theirs] = [await predict(table), await predictTable(model, table)];
    expect(ours.rows).toBe(9000);
    expect(ours.prediction.predicted).toEqual(theirs.prediction.predicted);
    expectClose(ours.prediction.probabilities, theirs.prediction.probabilities);
    const strange = await tableOf("b,a\nneu,1\nu,\n");
    expect((await predict(strange)).notes).toEqual((await predictTable(model, strange)).notes);
  });

  it("leaves no buffer behind when a model is written", async () => {
    const model = await fitted(await bundled("iris"), { target: "target" });
    await onnxOf(model);
    const before = liveBuffers();
    await onnxOf(model);
    expect(liveBuffers()).toBe(before);
  });
});
