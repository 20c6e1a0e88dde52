import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { keyOf } from "../engine/random.ts";
import { batchNorm, dense, embedding, relu, sequential } from "../models/index.ts";
import {
  averageBits,
  calibrateElastic,
  elasticApply,
  elasticNetwork,
  elasticStep,
  encodeConfigs,
  exportQuantized,
  fakeQuant,
  foldBatchNorm,
  gpgLoss,
  initScale,
  packIntegers,
  quantizedModel,
  quantizeToIntegers,
  sampleConfigs,
  trainAccuracyPredictor,
  uniformConfigs,
  unpackIntegers,
  wdrLoss,
  weightMoments,
  zeroPointOf,
} from "./index.ts";
import { calibrated, perceptron, rows } from "./networks.fixture.ts";

const x = (): np.Array => np.array([0.5, -1, 2]);
const { network, start } = calibrated(perceptron, [3]);
const small = [dense({ inputs: 2, outputs: 2 })];
const layers = [1, 1, 1].map((n) => ({ weights: n, activations: n }));

describe("is refused in one line", () => {
  it.each<[string, () => unknown, string]>([
    ["1 bit", () => fakeQuant(x(), 1, 0, { bits: 1 }), "bits: expected an integer >= 2 and <= 8, got 1"],
    ["9 bits", () => fakeQuant(x(), 1, 0, { bits: 9 }), "bits: expected an integer >= 2 and <= 8, got 9"],
    ["2.5 bits", () => initScale(x(), { bits: 2.5 }), "bits: expected an integer >= 2 and <= 8, got 2.5"],
    ["a step of 0", () => fakeQuant(x(), 0, 0, { bits: 4 }), "scale: expected step sizes > 0, got 0"],
    [
      "a negative step",
      () => fakeQuant(x(), np.array([1, -1, 2]), 0, { bits: 4, axis: 0 }),
      "scale: expected step sizes > 0, got -1",
    ],
    [
      "too many steps",
      () => fakeQuant(x(), np.array([1, 2]), 0, { bits: 4 }),
      "scale: expected one number, got float32[2]",
    ],
    [
      "other offsets than entries",
      () => fakeQuant(x(), 1, np.array([1, 2]), { bits: 4, axis: 0 }),
      "beta: expected 3 numbers, one an entry of the axis, got float32[2]",
    ],
    [
      "an axis that isn't there",
      () => fakeQuant(x(), 1, 0, { bits: 4, axis: 1 }),
      "axis: expected an integer >= -1 and <= 0, got 1",
    ],
    [
      "integers",
      () => fakeQuant(np.array([1, 2], { dtype: np.int32 }), 1, 0, { bits: 4 }),
      "x: expected a float array of any shape, got int32[2]",
    ],
    [
      "no array",
      () => fakeQuant([1, 2] as never, 1, 0, { bits: 4 }),
      "x: expected a float array, got an array of length 2",
    ],
    [
      "no numbers to search",
      () => initScale(np.zeros([0]), { bits: 4 }),
      "x: expected at least one number, got float32[0]",
    ],
    [
      "NaN to search",
      () => initScale(np.array([1, Number.NaN]), { bits: 4 }),
      "x: expected finite numbers, got NaN",
    ],
    [
      "negative numbers without signs",
      () => initScale(x(), { bits: 4, signed: false }),
      "x: expected numbers >= 0 for codes without signs, got -1",
    ],
    [
      "101 candidates",
      () => initScale(x(), { bits: 4, candidates: 101 }),
      "candidates: expected an integer >= 1 and <= 100, got 101",
    ],
    ["3 weights", () => weightMoments(x()), "w: expected at least 4 numbers, got float32[3]"],
    ["equal weights", () => wdrLoss([np.ones([4])]), "w: expected numbers that aren't all the same, got 1"],
    ["no weights", () => wdrLoss([]), "weights: expected at least 1 arrays, got an array of length 0"],
    [
      "another deviation",
      () => wdrLoss([rows([5], 1)], { std: "bessel" as never }),
      'std: expected one of "unbiased", "population", got "bessel"',
    ],
    [
      "a lambda beyond 1",
      () => gpgLoss({ high: x(), random: [], low: x() }, x(), { lambda: 2 }),
      "lambda: expected a finite number >= 0 and <= 1, got 2",
    ],
    [
      "a network without layers",
      () => elasticNetwork([relu]),
      "pieces: expected at least one dense or conv2d layer, got an array of length 1",
    ],
    [
      "no widths",
      () => elasticNetwork(small, { bits: [] }),
      "bits: expected a list of widths, got an array of length 0",
    ],
    [
      "widths that fall",
      () => elasticNetwork(small, { bits: [4, 2] }),
      "bits[1]: expected an integer >= 5 and <= 8, got 2",
    ],
    [
      "batch normalisation",
      () => {
        const pieces = [...small, batchNorm(2)];
        return calibrateElastic(elasticNetwork(pieces), sequential(pieces).init(keyOf(1)), rows([4, 2], 1));
      },
      'pieces: expected none with a state: fold batch normalisation by foldBatchNorm, got "some with one"',
    ],
    [
      "no examples",
      () => calibrateElastic(elasticNetwork(small), sequential(small).init(keyOf(1)), np.zeros([0, 2])),
      "x: expected at least one example, got float32[0, 2]",
    ],
    [
      "examples with NaN",
      () =>
        calibrateElastic(
          elasticNetwork(small),
          sequential(small).init(keyOf(1)),
          np.array([[Number.NaN, 1]]),
        ),
      "x: expected finite numbers, got NaN",
    ],
    [
      "too few configurations",
      () => elasticApply(network, start, rows([2, 3], 1), uniformConfigs(2, { bits: 2 })),
      "configs: expected 3 configurations, one a layer, got an array of length 2",
    ],
    [
      "widths that the network hasn't",
      () => quantizedModel(network, uniformConfigs(3, { bits: 3 }), () => start),
      "weightBits: expected one of 2, 4, 8, got 3",
    ],
    [
      "another granularity",
      () => exportQuantized(network, start, uniformConfigs(3, { bits: 2, granularity: "row" as never })),
      'granularity: expected one of "tensor", "channel", got "row"',
    ],
    [
      "a step without a network",
      () => elasticStep({ network: {} as never, start: () => start, optimizer: {} as never }),
      "network: expected that of elasticNetwork, got object",
    ],
    [
      "no forms",
      () => elasticStep({ network, start: () => start, optimizer: {} as never, forms: [] }),
      "forms: expected a list of forms, got an array of length 0",
    ],
    [
      "ends of other widths",
      () => elasticStep({ network, start: () => start, optimizer: {} as never, endBits: 5 }),
      "weightBits: expected one of 2, 4, 8, got 5",
    ],
    [
      "an average of the ends alone",
      () => averageBits(layers.slice(1), uniformConfigs(2, { bits: 2 })),
      "layers: expected at least 3 layers, got an array of length 2",
    ],
    [
      "several forms in one code",
      () =>
        encodeConfigs([
          ...uniformConfigs(1, { bits: 2 }),
          ...uniformConfigs(1, { bits: 2, granularity: "tensor" }),
        ]),
      "configs: expected configurations of one form, got an array of length 2",
    ],
    [
      "bits without a place",
      () => encodeConfigs(uniformConfigs(3, { bits: 5 }), { bits: [2, 4] }),
      "weightBits: expected one of 2, 4, got 5",
    ],
    [
      "a code of too many bits",
      () => packIntegers([1, 16], 4),
      "codes[1]: expected an integer of 4 bits, got 16",
    ],
    ["half a code", () => packIntegers([0.5], 4), "codes[0]: expected an integer of 4 bits, got 0.5"],
    [
      "too few bytes",
      () => unpackIntegers(new Uint8Array(1), { bits: 4, count: 3 }),
      "bytes: expected at least 2 bytes, got Uint8Array(1)",
    ],
    ["a zero point of no step", () => zeroPointOf(0, 1), "scale: expected a finite number > 0, got 0"],
    [
      "NaN as integer",
      () => quantizeToIntegers([Number.NaN], { scale: 1, zeroPoint: 0, bits: 4 }),
      "x[0]: expected a number, got NaN",
    ],
    [
      "samples of no forms",
      () => sampleConfigs({ layers, count: 1, seed: 1, forms: [] }),
      "forms: expected a list of forms, got an array of length 0",
    ],
    [
      "samples of ends without bits",
      () => sampleConfigs({ layers, count: 1, seed: 1, endBits: 0 }),
      "endBits: expected an integer >= 2 and <= 8, got 0",
    ],
    [
      "folding without variables",
      () => foldBatchNorm(small, {} as never),
      "variables: expected those of sequential(pieces), got undefined",
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(new Error(message).message);
    expect(make).toThrow(RegExp(`^${RegExp.escape(message)}$`));
  });

  it("accuracies that are percents, and rows of other lengths", async () => {
    const train = (features: number[][], accuracies: number[]) =>
      trainAccuracyPredictor(features, accuracies, { seed: 1 });
    await expect(train([[1]], [90])).rejects.toThrow(
      "accuracies: expected a finite number >= 0 and <= 1, got 90",
    );
    await expect(train([[1], [1, 2]], [0.1, 0.2])).rejects.toThrow("features: expected rows of 1 numbers");
    await expect(train([], [])).rejects.toThrow("features: expected at least one row");
    await expect(train([[1]], [0.1, 0.2])).rejects.toThrow("accuracies: expected 1 numbers, one a row");
  });
});

describe("works nevertheless", () => {
  it("with a single example", () => {
    const one = calibrateElastic(
      elasticNetwork(small),
      sequential(small).init(keyOf(1)),
      np.array([[1, -2]]),
    );
    const out = elasticApply(elasticNetwork(small), one, np.array([[1, -2]]), uniformConfigs(1, { bits: 8 }));
    expect([...out.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it("with weights and inputs that are all 0, which then stay 0", () => {
    const pieces = [dense({ inputs: 2, outputs: 2, initial: "zeros" })];
    const zero = calibrateElastic(
      elasticNetwork(pieces),
      sequential(pieces).init(keyOf(1)),
      np.zeros([3, 2]),
    );
    for (const weightSymmetric of [true, false]) {
      const configs = uniformConfigs(1, { bits: 8, weightSymmetric, actSymmetric: weightSymmetric });
      const out = elasticApply(elasticNetwork(pieces), zero, np.zeros([3, 2]), configs);
      for (const value of out.dataSync()) expect(value).toBeCloseTo(0, 5);
    }
  });

  it("and leaves pieces without such a weight as they are", () => {
    const pieces = [embedding({ vocabulary: 3, size: 4 }), dense({ inputs: 4, outputs: 2 })];
    expect(elasticNetwork(pieces).quantised).toEqual([1]);
  });
});
