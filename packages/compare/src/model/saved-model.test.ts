import { createHash } from "node:crypto";
import { writeSafetensors } from "minimand";
import { derive } from "minimand/engine";
import { readSafetensors } from "minimand/models";
import { describe, expect, it } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { tableOf } from "../../../../test/support/tables.ts";
import { candidateById } from "../plan/candidates.ts";
import { defaultSettings, single } from "../plan/settings.ts";
import type { KeptChoice, Settings } from "../results.ts";
import { makeWhole } from "../train/fold.ts";
import { makeLearner } from "../train/learner.ts";
import { discard, makeNetwork } from "../train/network.ts";
import type { NetworkDescription, SavedModel } from "./description.ts";
import { readModelDescription, writeModelDescription } from "./description.ts";
import { fitWhole, predictTable } from "./saved-model.ts";
import { checkSums } from "./sums.ts";

const settings: Settings = { ...defaultSettings, ...single, target: "y", hidden: [5, 3], batchSize: 16 };
const rows = Array.from({ length: 40 }, (_, i) => i);
const columns = {
  size: rows.map((i) => (i % 7 === 3 ? "" : Math.sin(i * i) + (i % 2))),
  kind: rows.map((i) => (i % 9 === 4 ? "" : "abc"[i % 3])),
  y: rows.map((i) => (i % 2 ? "yes" : "no")),
};
const text = csv(columns);
const dataset = await datasetOf(text);
const chosen = (candidate: string): KeptChoice => ({
  candidate,
  configuration: { learningRate: 0.02, parameters: candidate === "focal" ? { gamma: 2 } : {} },
  epochs: 3,
  why: "it was asked for",
});
const model = await fitWhole(dataset, settings, chosen("focal"));
const predict = async (csvText: string, given: SavedModel = model) =>
  predictTable(given, await tableOf(csvText));

/** The description as it comes back from `model.json`. */
const reread = (changed: object = {}) =>
  readModelDescription(JSON.stringify({ ...model.description, ...changed }), "m/model.json");

describe("fitWhole and predictTable", () => {
  it("give the same as the network that was trained", async () => {
    const { whole } = makeWhole(dataset);
    const network = makeNetwork(whole.inputs, "binary", 2, settings);
    const info = { task: "binary", classes: 2, metric: "balanced-accuracy" } as const;
    const learner = makeLearner(network, candidateById("focal", "binary"), info, settings);
    const { configuration, epochs } = chosen("focal");
    const { trained } = await learner.trainFor(epochs, whole, configuration, {
      seed: derive(0, rows.length),
    });
    const direct = await network.predict(trained, whole.fit, whole.target);
    const { prediction, rows: count } = await predict(text, { ...model, description: reread() });
    expect(count).toBe(rows.length);
    expect(prediction).toEqual(direct);
    discard(trained);
    learner.dispose();
    network.dispose();
  });

  it.each<[asked: number, members: number | undefined, epochs: number]>([
    [Number.POSITIVE_INFINITY, 3, 3],
    // After three epochs, before the second member, and after one of its epochs: it is cut short, and left out.
    [5, undefined, 3],
    [8, 2, 3],
    // The first one is kept as it is.
    [1, undefined, 2],
  ])("keep the members that there is time for: %d times it may go on", async (asked, members, epochs) => {
    let left = asked;
    const mayGoOn = (): boolean => left-- > 0;
    const kept = await fitWhole(dataset, { ...settings, members: 3 }, chosen("focal"), { mayGoOn });
    const description = kept.description as NetworkDescription;
    expect([description.network.members, description.epochs]).toEqual([members, epochs]);
    const names = Object.keys(readSafetensors(kept.weights).tensors);
    expect(names.filter((name) => name.endsWith("layers.0.weight"))).toHaveLength(members ?? 1);
    expect((await predict(text, kept)).prediction.predicted).toHaveLength(rows.length);
  });

  it("average the members of a model, each with weights of its own", async () => {
    const kept = await fitWhole(dataset, { ...settings, members: 3 }, chosen("focal"));
    const description = readModelDescription(JSON.stringify(kept.description), "m/model.json");
    const { network } = description as NetworkDescription;
    expect(network.members).toBe(3);
    const { tensors } = readSafetensors(kept.weights);
    const each = await Promise.all(
      [0, 1, 2].map(async (member) => {
        const own = Object.entries(tensors).flatMap(([name, tensor]) => {
          const prefix = `members.${member}.`;
          return name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [];
        });
        const weights = writeSafetensors(Object.fromEntries(own));
        const single = { ...description, network: { ...network, members: undefined } } as NetworkDescription;
        return (await predict(text, { description: single, weights })).prediction.probabilities;
      }),
    );
    expect(each[0]).not.toEqual(each[1]);
    const { prediction } = await predict(text, { ...kept, description });
    prediction.probabilities.forEach((p, i) => {
      expect(p).toBeCloseTo((each[0][i] + each[1][i] + each[2][i]) / 3, 6);
    });
    const { "members.2.layers.1.bias": _, ...others } = tensors;
    await expect(predict(text, { ...kept, weights: writeSafetensors(others) })).rejects.toThrow(
      "members.2.layers.1.bias",
    );
    expect(() => reread({ network: { ...network, members: 21 } })).toThrow("a wrong field 'network'");
  });

  it("give the same again, bit for bit", async () => {
    const again = await fitWhole(dataset, settings, chosen("focal"));
    expect(again).toEqual(model);
  });

  it.each(["taylor-softmax", "spherical-softmax", "arcface"])("keep the head of %s", async (candidate) => {
    const kept = await fitWhole(dataset, settings, {
      ...chosen(candidate),
      configuration: { learningRate: 0.02, parameters: candidate === "arcface" ? { m: 0.1 } : {} },
    });
    const { head } = (kept.description as NetworkDescription).network;
    expect(head).toBe(candidate === "arcface" ? "cosine" : candidate.replace("-softmax", ""));
    const { whole } = makeWhole(dataset);
    const network = makeNetwork(whole.inputs, "binary", 2, { ...settings, head });
    const info = { task: "binary", classes: 2, metric: "balanced-accuracy" } as const;
    const learner = makeLearner(network, candidateById(candidate, "binary"), info, settings);
    const { epochs, configuration } = {
      ...chosen(candidate),
      configuration: (kept.description as NetworkDescription).configuration,
    };
    const { trained } = await learner.trainFor(epochs, whole, configuration, {
      seed: derive(0, rows.length),
    });
    const direct = await network.predict(trained, whole.fit, whole.target);
    const description = readModelDescription(JSON.stringify(kept.description), "m/model.json");
    expect((await predict(text, { ...kept, description })).prediction).toEqual(direct);
    discard(trained);
    learner.dispose();
    network.dispose();
  });

  it("do not depend on the order of columns, on more columns, or on a target", async () => {
    const { prediction } = await predict(text);
    const turned = csv({ more: rows.map(String), kind: columns.kind, size: columns.size });
    expect((await predict(turned)).prediction).toEqual(prediction);
  });

  it("predict classes whose probabilities sum to one", async () => {
    const { prediction } = await predict(text);
    for (const i of rows) {
      const [no, yes] = prediction.probabilities.subarray(2 * i, 2 * i + 2);
      expect(no + yes).toBeCloseTo(1, 12);
      expect(prediction.predicted[i]).toBe(Number(yes > no));
    }
  });

  it("name all columns that lack, and say which levels are new", async () => {
    await expect(predict("other\n1\n")).rejects.toThrow(
      "a.csv: expected the 2 columns 'size', 'kind', got only 'other'",
    );
    const { notes } = await predict("size,kind\n1,z\n2,a\n");
    expect(notes).toEqual([
      { level: "warning", column: "kind", text: "1 of 2 values did not occur in training: 'z'" },
    ]);
  });

  it("predict numbers in units of the file", async () => {
    const numbers = await datasetOf(
      csv({ x: rows.map((i) => Math.sin(i * i)), y: rows.map((i) => 5000 + 300 * Math.sin(i * i)) }),
      { task: "regression" },
    );
    const fitted = await fitWhole(numbers, settings, { ...chosen("squared"), epochs: 60 });
    const { prediction } = await predict("x\n0\n0.9\n-0.9\n", fitted);
    expect(prediction.predictions[0]).toBeGreaterThan(4850);
    expect(prediction.predictions[0]).toBeLessThan(5150);
    expect(prediction.predictions[1]).toBeGreaterThan(prediction.predictions[0]);
    expect(prediction.predictions[2]).toBeLessThan(prediction.predictions[0]);
  });

  it("keep the linear model and several classes", async () => {
    const several = await datasetOf(
      csv({ x: columns.size, k: columns.kind, y: rows.map((i) => "uvw"[i % 3]) }),
    );
    const fitted = await fitWhole(several, { ...settings, model: "linear" }, chosen("mse"));
    expect(Object.keys(readSafetensors(fitted.weights).tensors)).toEqual([
      "layers.0.weight",
      "layers.0.bias",
    ]);
    const { prediction } = await predict("x,k\n1,a\n", fitted);
    expect(prediction.probabilities).toHaveLength(3);
  });

  it("leave no buffer behind", async () => {
    const once = async (): Promise<void> => {
      await fitWhole(dataset, settings, chosen("focal"));
      await predict(text);
    };
    await once();
    const before = liveBuffers();
    await once();
    await once();
    expect(liveBuffers()).toBe(before);
  });
});

describe("a model that is damaged", () => {
  const { tensors } = readSafetensors(model.weights);

  it("is refused where tensors lack or have another shape", async () => {
    const { "layers.1.bias": _, ...some } = tensors;
    await expect(predict(text, { ...model, weights: writeSafetensors(some) })).rejects.toThrow(
      "model.safetensors: expected the tensor 'layers.1.bias' of shape [3], got none",
    );
    const wide = { ...tensors, "layers.1.bias": { shape: [4], data: new Float32Array(4) } };
    await expect(predict(text, { ...model, weights: writeSafetensors(wide) })).rejects.toThrow(
      "expected the tensor 'layers.1.bias' of shape [3], got shape [4]",
    );
  });

  it("is refused where a tensor holds numbers of another kind", async () => {
    const double = { ...tensors, "layers.2.bias": { shape: [2], data: Float64Array.of(0, 1) } };
    await expect(predict(text, { ...model, weights: writeSafetensors(double) })).rejects.toThrow(
      "model.safetensors: expected float32 numbers in the tensor 'layers.2.bias', got others",
    );
  });

  it("is refused where a weight is no finite number", async () => {
    const broken = { ...tensors, "layers.2.bias": { shape: [2], data: Float32Array.of(0, Number.NaN) } };
    await expect(predict(text, { ...model, weights: writeSafetensors(broken) })).rejects.toThrow(
      "model.safetensors: expected finite numbers in the tensor 'layers.2.bias', got NaN",
    );
  });

  it("leaves no buffer behind when it is refused", async () => {
    const { "layers.2.bias": _, ...some } = tensors;
    const broken = { ...model, weights: writeSafetensors(some) };
    await expect(predict(text, broken)).rejects.toThrow();
    const before = liveBuffers();
    await expect(predict(text, broken)).rejects.toThrow();
    expect(liveBuffers()).toBe(before);
  });
});

describe("readModelDescription", () => {
  it("reads what was written", () => {
    expect(reread()).toEqual(model.description);
  });

  it("refuses a description that is cut off anywhere", () => {
    const whole = JSON.stringify(model.description);
    for (let length = 0; length < whole.length; length += 7)
      expect(() => readModelDescription(whole.slice(0, length), "m/model.json")).toThrow(
        "m/model.json: expected a model description (minimand.model/1), got a file that is no JSON or is cut off",
      );
  });

  it.each(["null", "3", "[]", "{}", '{"schema":"minimand.model/2"}'])("refuses %s", (other) => {
    expect(() => readModelDescription(other, "m/model.json")).toThrow(/got something else$/);
  });

  it.each<[string, object, string]>([
    ["task", { task: "ranking" }, "a wrong field 'task'"],
    ["classes", { classes: [1, 2] }, "a wrong field 'classes'"],
    ["classes that are alike", { classes: ["no", "no"] }, "a wrong field 'classes'"],
    ["candidate", { candidate: undefined }, "a wrong field 'candidate'"],
    ["target", { target: 3 }, "a wrong field 'target'"],
    ["number of classes", { classes: ["a"] }, "1 classes for the task binary"],
    ["encoder", { encoder: { inputs: 7 } }, "a wrong field 'encoder'"],
    ["feature", { encoder: { inputs: 7, features: [{ kind: "numeric" }] } }, "a wrong field 'encoder'"],
    [
      "feature that is there twice",
      {
        encoder: {
          inputs: 12,
          features: [...model.description.encoder.features, model.description.encoder.features[0]],
        },
      },
      "a wrong field 'encoder'",
    ],
    ...[
      [0, 1],
      [0, 1, 1],
      [0, 2, 1],
      ["0", "1", "2"],
      [-1.7e308, 1.7e308, 1.71e308],
      Array.from({ length: 258 }, (_, k) => k),
    ].map((edges): [string, object, string] => [
      `edges of bins (${edges.length})`,
      { encoder: { inputs: 7, features: [{ ...model.description.encoder.features[0], edges }] } },
      "a wrong field 'encoder'",
    ]),
    [
      "number of layers",
      { network: { hidden: Array(101).fill(1), activation: "relu" } },
      "a wrong field 'network'",
    ],
    ["network", { network: { hidden: ["a"], activation: "relu" } }, "a wrong field 'network'"],
    ["activation", { network: { hidden: [5, 3], activation: "tanh" } }, "a wrong field 'network'"],
    ["scale", { targetScale: { mean: 0 } }, "a wrong field 'targetScale'"],
    ["list of inputs", { inputs: ["x"] }, "1 names for 6 inputs"],
    [
      "number of inputs",
      { encoder: { ...model.description.encoder, inputs: 4e6 }, inputs: Array(4e6).fill("x") },
      "4000000 inputs of columns that make 6",
    ],
    ["number of rows", { rows: { toString: 1 } }, "a wrong field 'rows'"],
    ["sum", { sha256: { toString: 1 } }, "a wrong field 'sha256'"],
    ["sum of weights", { weightsSha256: 7 }, "a wrong field 'weightsSha256'"],
  ])("refuses a wrong %s", (_, changed, message) => {
    expect(() => reread(changed)).toThrow(message);
  });
});

describe("the sums of a model", () => {
  const places = { description: "m/model.json", weights: "m/model.safetensors" };
  const { weights } = model;
  const hash = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

  it("are the SHA-256 of the weights, and that of the description with zeros in the place of the digits", async () => {
    const text = await writeModelDescription(model.description);
    const { sha256, weightsSha256 } = JSON.parse(text);
    expect(hash(text.replace(sha256, "0".repeat(64)))).toBe(sha256);
    expect(hash(weights)).toBe(weightsSha256);
    expect(readModelDescription(text, places.description)).toEqual(model.description);
    expect(await checkSums({ description: text, weights }, places)).toBe(true);
  });

  it("tell which file was changed", async () => {
    const text = await writeModelDescription(model.description);
    const description = text.replace(/"why": "it/, '"why": "It');
    await expect(checkSums({ description, weights }, places)).rejects.toThrow(/^m\/model\.json: expected/);
    const other = weights.slice(0, -1);
    await expect(checkSums({ description: text, weights: other }, places)).rejects.toThrow(
      /^m\/model\.safetensors: expected/,
    );
  });

  it("lack in descriptions of earlier versions; one of them alone is a damage", async () => {
    const { weightsSha256, ...description } = model.description;
    const check = (value: object) => checkSums({ description: JSON.stringify(value), weights }, places);
    expect(await check(description)).toBe(false);
    await expect(check({ ...description, weightsSha256 })).rejects.toThrow(/^m\/model\.json: expected/);
    const text = await writeModelDescription(description);
    await expect(checkSums({ description: text, weights }, places)).rejects.toThrow(/safetensors: expected/);
  });
});
