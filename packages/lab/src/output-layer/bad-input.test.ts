import { squaredErrorSpec, zLossSpec } from "minimand/losses";
import { describe, expect, it } from "vitest";
import { FactoredOutputLayer } from "./factored-output-layer.ts";
import { initialOutputWeights } from "./initial-output-weights.ts";
import { uniform } from "./naive.fixture.ts";
import type { SavedFactoredOutput } from "./saved-layer.ts";

const shape = { classes: 9, features: 3 };
const weights = (): Float64Array => uniform(27, 1);
const hidden = uniform(6, 2);
const labels = Int32Array.of(4, 8);
const options = { loss: zLossSpec(), learningRate: 0.1 };

/** Calls that must throw, and what they must say. */
const refused: [what: string, call: (layer: FactoredOutputLayer) => unknown, message: string][] = [
  [
    "NaN in the hidden layer",
    (layer) => layer.step(Float64Array.of(1, 2, Number.NaN), Int32Array.of(0), options),
    "hidden: expected finite numbers, got NaN",
  ],
  [
    "hidden values of another width",
    (layer) => layer.step(uniform(7, 2), labels, options),
    "hidden: expected rows of 3 numbers, got Float64Array(7)",
  ],
  [
    "no hidden values",
    (layer) => layer.forward(new Float64Array(0), labels),
    "hidden: expected rows of 3 numbers, got Float64Array(0)",
  ],
  [
    "hidden values that are no typed array",
    (layer) => layer.loss([1, 2, 3] as never, labels, options),
    "hidden: expected a Float64Array or Float32Array, got an array of length 3",
  ],
  [
    "a class id too large",
    (layer) => layer.step(hidden, Int32Array.of(4, 9), options),
    "labels: expected class ids from 0 to 8, got 9",
  ],
  [
    "a negative class id",
    (layer) => layer.step(hidden, Int32Array.of(-1, 0), options),
    "labels: expected class ids from 0 to 8, got -1",
  ],
  [
    "labels that are no class ids",
    (layer) => layer.step(hidden, [4, 8] as never, options),
    "labels: expected an Int32Array of class ids, got an array of length 2",
  ],
  [
    "a wrong number of labels",
    (layer) => layer.step(hidden, Int32Array.of(1, 2, 3), options),
    "labels: expected one or more class ids for each of 2 examples, got Int32Array(3)",
  ],
  [
    "a loss outside the family",
    (layer) => layer.step(hidden, labels, { ...options, loss: "log-softmax" as never }),
    'log-softmax is none), got "log-softmax"',
  ],
  [
    "a reduction of another name",
    (layer) => layer.step(hidden, labels, { ...options, reduction: "none" as never }),
    'reduction: expected one of "mean", "sum", got "none"',
  ],
  [
    "negative weights",
    (layer) => layer.step(hidden, labels, { ...options, weights: [1, -1] }),
    "weights: expected finite numbers >= 0, got -1",
  ],
  [
    "weights that are all zero",
    (layer) => layer.step(hidden, labels, { ...options, weights: [0, 0] }),
    "weights: expected a sum > 0, got 0",
  ],
  [
    "too few weights of targets",
    (layer) => layer.step(hidden, labels, { ...options, targetWeights: [1] }),
    "targetWeights: expected 2 numbers, got an array of length 1",
  ],
  [
    "a negative rate",
    (layer) => layer.step(hidden, labels, { ...options, learningRate: -1 }),
    "learningRate: expected a finite number >= 0, got -1",
  ],
  [
    "a weight decay that turns the weights round",
    (layer) => layer.step(hidden, labels, { ...options, weightDecay: 10 }),
    "weightDecay: expected a number below 1 / learningRate (10), got 10",
  ],
  [
    "a norm of 0 to clip to",
    (layer) => layer.step(hidden, labels, { ...options, clipNorm: 0 }),
    "clipNorm: expected a finite number > 0, got 0",
  ],
  [
    "a rate that takes the inverse from U",
    // For the squared error of one example: 1 / (2 |h|^2).
    (layer) =>
      layer.step(Float64Array.of(1, 2, 0), Int32Array.of(3), { loss: squaredErrorSpec, learningRate: 0.1 }),
    "learningRate: expected a rate that keeps the factor U invertible",
  ],
  [
    "the same with more examples than features",
    (layer) =>
      layer.step(Float64Array.of(1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), Int32Array.of(3, 1, 1, 1), {
        loss: squaredErrorSpec,
        learningRate: 0.1,
        reduction: "sum",
      }),
    "learningRate: expected a rate that keeps the factor U invertible",
  ],
  [
    "hidden values too large for the loss",
    (layer) =>
      layer.step(Float64Array.of(1e200, 0, 0), Int32Array.of(3), { ...options, loss: squaredErrorSpec }),
    "hidden, row 0: expected values whose squared error and its derivatives are finite, got Infinity",
  ],
  ["an update without a gradient", (layer) => layer.update(options), "update: expected a call of backward"],
  [
    "an update after other values were looked at",
    (layer) => {
      layer.backward(hidden, labels, options);
      layer.forward(hidden, labels);
      layer.update(options);
    },
    "update: expected a call of backward just before, got none",
  ],
  [
    "scores of classes that there are not",
    (layer) => layer.scoresFor(hidden, Int32Array.of(9)),
    "classes: expected class ids from 0 to 8, got 9",
  ],
];

const broken: [what: string, change: (saved: SavedFactoredOutput) => unknown, message: string][] = [
  ["another version", (s) => ({ ...s, version: 2 }), "saved.version: expected version 1, got 2"],
  ["other classes", (s) => ({ ...s, classes: 8 }), "saved.classes: expected 9 classes, got 8"],
  ["other features", (s) => ({ ...s, features: 4 }), "saved.features: expected 3 features, got 4"],
  ["something else", () => ({ weights: [] }), "saved: expected what save() of a FactoredOutputLayer returns"],
  ["nothing", () => null, "saved: expected what save() of a FactoredOutputLayer returns"],
  ["a cut array", (s) => ({ ...s, u: s.u.slice(1) }), "saved.u: expected 9 numbers, got Float64Array(8)"],
  [
    "a missing array",
    (s) => ({ ...s, omega: undefined }),
    "saved.omega: expected a Float64Array or Float32Array",
  ],
  [
    "NaN",
    (s) => ({ ...s, values: s.values.map((x, i) => (i === 5 ? Number.NaN : x)) }),
    "saved.values: expected finite numbers, got NaN",
  ],
  ["a count that is none", (s) => ({ ...s, updates: -1 }), "saved.updates: expected an integer >= 0, got -1"],
];

describe("a FactoredOutputLayer refuses, and stays as it was:", () => {
  it.each(refused)("%s", (_, call, message) => {
    const layer = new FactoredOutputLayer(weights(), shape);
    layer.step(hidden, labels, options);
    const before = layer.save();
    expect(() => call(layer)).toThrow(message);
    expect(layer.save()).toEqual(before);
    // And it works as before.
    const other = new FactoredOutputLayer(before, shape);
    expect(layer.step(hidden, labels, options)).toEqual(other.step(hidden, labels, options));
  });

  it.each(broken)("saved data of %s", (_, change, message) => {
    const layer = new FactoredOutputLayer(weights(), shape);
    layer.step(hidden, labels, options);
    const before = layer.save();
    const saved = change(layer.save()) as SavedFactoredOutput;
    expect(() => layer.load(saved)).toThrow(message);
    expect(layer.save()).toEqual(before);
    expect(() => new FactoredOutputLayer(saved, shape)).toThrow(message);
  });

  it("weights that are all the same under the Z-loss, not under the squared error", () => {
    const layer = new FactoredOutputLayer(new Float64Array(27).fill(0.5), shape);
    expect(() => layer.step(hidden, labels, options)).toThrow("weights: expected rows that differ");
    expect(layer.step(hidden, labels, { ...options, loss: squaredErrorSpec }).gradNorm).toBeGreaterThan(0);
  });
});

describe("a FactoredOutputLayer is not made", () => {
  it.each([
    ["of no classes", { classes: 0, features: 3 }, "classes: expected an integer >= 1, got 0"],
    ["of no features", { classes: 9, features: 0 }, "features: expected an integer >= 1, got 0"],
    ["of half a feature", { classes: 9, features: 2.5 }, "features: expected an integer >= 1, got 2.5"],
    [
      "of other weights",
      { classes: 9, features: 4 },
      "weights: expected 9 * 4 numbers, got Float64Array(27)",
    ],
    [
      "with a band without 1",
      { ...shape, band: [1.5, 2] as const },
      "band[0]: expected a finite number > 0 and <= 1, got 1.5",
    ],
    ["stabilised now and then", { ...shape, stabilizeEvery: -1 }, "stabilizeEvery: expected an integer >= 0"],
  ])("%s", (_, wrong, message) => {
    expect(() => new FactoredOutputLayer(weights(), wrong)).toThrow(message);
  });

  it("from weights that hold NaN", () => {
    const spoilt = weights();
    spoilt[13] = Number.NaN;
    expect(() => new FactoredOutputLayer(spoilt, shape)).toThrow("weights: expected finite numbers, got NaN");
  });
});

describe("initialOutputWeights", () => {
  it("have variance 1 / features and columns of mean 0, the same for the same seed", () => {
    const options = { classes: 5001, features: 5, seed: 3 };
    const w = initialOutputWeights(options);
    expect(initialOutputWeights(options)).toEqual(w);
    expect(initialOutputWeights({ ...options, seed: 4 })).not.toEqual(w);
    expect(initialOutputWeights({ ...options, precision: "float32" })).toBeInstanceOf(Float32Array);
    for (let j = 0; j < 5; j++) {
      const column = Float64Array.from(w).filter((_: number, k: number) => k % 5 === j);
      expect(Math.abs(column.reduce((a: number, b: number) => a + b, 0))).toBeLessThan(1e-9);
      expect(column.reduce((a: number, b: number) => a + b * b, 0) / 5001).toBeCloseTo(1 / 5, 1);
    }
  });

  it.each([
    [{ classes: 0, features: 1, seed: 0 }, "classes: expected an integer >= 1, got 0"],
    [{ classes: 1, features: 1, seed: 0.5 }, "seed: expected an integer, got 0.5"],
    [{ classes: 1, features: 1, seed: 0, precision: "float16" as "float32" }, "precision: expected one of"],
  ])("are refused for %o", (wrong, message) => {
    expect(() => initialOutputWeights(wrong)).toThrow(message);
  });
});
