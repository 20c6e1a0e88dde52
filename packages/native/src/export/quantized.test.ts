import { numpy as np } from "@jax-js/jax";
import {
  calibrateElastic,
  dense,
  type ElasticVariables,
  elasticNetwork,
  type LayerLike,
  type QuantConfig,
  sequential,
  uniformConfigs,
  withIntegerBiases,
} from "minimand";
import { keyOf, normal, randomSource, type Tree } from "minimand/engine";
import { conv2d, flatten, relu } from "minimand/models";
import { quantizedModel, refElastic } from "minimand/quantization";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { checkerSays, noChecker } from "../../../../test/support/onnx.ts";
import { loadModel, tabularToOnnxQdq, toOnnxQdq } from "../index.ts";

const rows = 2000;

function normals(shape: number[], seed: number): Float32Array<ArrayBuffer> {
  const draw = randomSource(seed);
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => normal(draw));
}

const perceptron: LayerLike[] = [
  flatten(),
  dense({ inputs: 6, outputs: 10, initial: "he" }),
  relu,
  dense({ inputs: 10, outputs: 9, initial: "he", bias: false }),
  np.tanh,
  dense({ inputs: 9, outputs: 3 }),
];
const convolutional: LayerLike[] = [
  conv2d({ inputs: 2, outputs: 3, kernel: 3, padding: "same" }),
  relu,
  conv2d({ inputs: 3, outputs: 4, kernel: 2, stride: 2 }),
  relu,
  flatten(),
  dense({ inputs: 16, outputs: 3 }),
];

function calibrated(pieces: LayerLike[], shape: number[]) {
  const network = elasticNetwork(pieces);
  const x = np.array(normals([128, ...shape], 3), { shape: [128, ...shape] });
  return { network, start: calibrateElastic(network, sequential(pieces).init(keyOf(7)), x), shape };
}
const networks = {
  "a perceptron": calibrated(perceptron, [2, 3]),
  "a convolutional network": { ...calibrated(convolutional, [4, 4, 2]), batch: rows },
};

/** How much of ONNX Runtime's outputs is the library's, and how many classes are others. */
function compared(
  { network, start, shape, ...fixed }: (typeof networks)["a perceptron"] & { batch?: number },
  configs: QuantConfig[],
  container: "int8" | "int4" = "int8",
) {
  const bytes = toOnnxQdq(network, start, configs, { shape, container, ...fixed });
  if (noChecker === null) expect(checkerSays(bytes)).toBe("");
  const data = normals([rows, ...shape], 11);
  const model = loadModel(bytes);
  const { output } = model.run({ x: { data, shape: [rows, ...shape] } });
  model.dispose();
  const expected = outputsOf(network, start, configs, np.array(data, { shape: [rows, ...shape] }));
  const got = output.data as Float32Array;
  expect(got.length).toBe(expected.length);
  let [same, changed] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const [a, b] = [got, expected].map((values) => [...values.subarray(3 * row, 3 * row + 3)]);
    same += Number(a.every((v, i) => Math.abs(v - b[i]) < 1e-5 * Math.max(1, Math.abs(b[i]))));
    // Where classes are equal, either is right.
    changed += Number(b[a.indexOf(Math.max(...a))] < Math.max(...b) - 1e-5);
  }
  return { same: same / rows, changed: changed / rows, bytes: bytes.length };
}

function outputsOf(
  network: (typeof networks)["a perceptron"]["network"],
  start: ElasticVariables,
  configs: QuantConfig[],
  x: np.Array,
): Float32Array {
  const model = quantizedModel(network, configs, () => refElastic(start), { snapZeroPoint: true });
  const variables = refElastic(start) as unknown as { params: Tree; state: Tree };
  return model.apply(variables, x, { training: false })[0].dataSync() as Float32Array;
}

const forms = (["tensor", "channel"] as const).flatMap((granularity) =>
  [true, false].map((symmetric) => ({ granularity, weightSymmetric: symmetric, actSymmetric: symmetric })),
);

describe.each(Object.entries(networks))("%s in ONNX Runtime", (_, network) => {
  it.each(forms.map((form) => [JSON.stringify(form), form] as const))(
    "has the library's numbers at 8 bits in nearly all rows: %s",
    (_, form) => {
      const { same, changed } = compared(network, uniformConfigs(3, { bits: 8, ...form }));
      expect(same).toBeGreaterThanOrEqual(0.999);
      expect(changed).toBeLessThanOrEqual(0.001);
    },
  );

  it.each([2, 3, 5])("cuts to the codes of %i bits, which their type holds more of", (bits) => {
    for (const form of forms) {
      const { same, changed } = compared(network, uniformConfigs(3, { bits, endBits: bits, ...form }));
      expect(same).toBeGreaterThanOrEqual(0.99);
      expect(changed).toBeLessThanOrEqual(0.005);
    }
  });

  it("has weights of 4 bits in half the bytes, and the same numbers", () => {
    const configs = uniformConfigs(3, { bits: 4, endBits: 4 });
    const [eight, four] = (["int8", "int4"] as const).map((container) =>
      compared(network, configs, container),
    );
    expect(four.same).toBeGreaterThanOrEqual(0.99);
    const weights = network.network.quantised.reduce((sum, i) => {
      const own = network.start.params.weights[i] as { [name: string]: np.Array };
      return sum + (own.kernel?.size ?? own.weight.size);
    }, 0);
    expect(eight.bytes - four.bytes).toBeGreaterThan(0.4 * weights);
  });
});

describe("biases", () => {
  const { network, start, shape } = networks["a perceptron"];
  const configs = uniformConfigs(3, { bits: 8, actSymmetric: false });
  const biased = refElastic(start);
  biased.params.weights = biased.params.weights.map((own, i): Tree => {
    const { bias, ...rest } = own as { [name: string]: np.Array };
    if (bias === undefined) return own;
    return { ...rest, bias: bias.add(np.array(normals(bias.shape, i), { shape: bias.shape })) };
  });

  it("of whole steps are those that ONNX Runtime computes with, others it rounds by itself", () => {
    const rounded = withIntegerBiases(network, refElastic(biased), configs);
    expect(compared({ network, start: rounded, shape }, configs).same).toBeGreaterThanOrEqual(0.999);
    expect(compared({ network, start: biased, shape }, configs).same).toBeLessThan(0.996);
  });

  it("stand in a table's file, too, which gives the classes of the network behind its columns", () => {
    const rounded = withIntegerBiases(network, refElastic(biased), configs);
    const columns = Array.from({ length: 6 }, (_, i) => ({
      ...({ kind: "numeric", name: i === 3 ? "weight" : `c${i}`, median: 0 } as const),
      mean: i,
      sd: 2,
      missingIndicator: false,
    }));
    const classes = ["a", "b", "c"];
    const flat = elasticNetwork(perceptron.slice(1));
    const variables = {
      params: { ...rounded.params, weights: rounded.params.weights.slice(1) },
      state: rounded.state,
    };
    for (const container of ["int8", "int4"] as const) {
      const bytes = tabularToOnnxQdq(
        ...([flat, variables, configs] as const),
        { columns, missingWords: [""], mostDeviations: 1e6, output: { classes }, container },
        { schema: "test" },
      );
      if (noChecker === null) expect(checkerSays(bytes)).toBe("");
      const data = normals([50, 6], 4);
      const model = loadModel(bytes);
      const feeds = columns.map(({ name, mean }, i) => [
        name,
        { data: Float64Array.from({ length: 50 }, (_, row) => 2 * data[6 * row + i] + mean), shape: [50, 1] },
      ]);
      const { label } = model.run(Object.fromEntries(feeds));
      model.dispose();
      const expected = outputsOf(flat, refElastic(variables), configs, np.array(data, { shape: [50, 6] }));
      const best = Array.from({ length: 50 }, (_, row) => {
        const own = [...expected.subarray(3 * row, 3 * row + 3)];
        return classes[own.indexOf(Math.max(...own))];
      });
      expect(label.data).toEqual(best);
    }
  });

  it("are of a table's file as its columns are", () => {
    const table = { columns: [], missingWords: [], mostDeviations: 1e6, output: { mean: 0, sd: 1 } };
    const write = (given: object) =>
      tabularToOnnxQdq(network, start, configs, { ...table, ...given } as never);
    expect(() => write({})).toThrow('columns: expected columns with names of their own, got ""');
    expect(() => write({ container: "int2" })).toThrow(
      'container: expected one of "int8", "int4", got "int2"',
    );
  });
});

describe("toOnnxQdq", () => {
  const { network, start, shape } = networks["a perceptron"];
  const configs = uniformConfigs(3, { bits: 4 });

  it("refuses zero points that 4 bits don't hold, with the reason", () => {
    const pieces = [dense({ inputs: 2, outputs: 2 })];
    const far = elasticNetwork(pieces);
    const weights = [
      {
        weight: np.array([
          [5, 6],
          [5.1, 6.2],
          [0, 0],
          [0, 0],
        ]),
        bias: np.zeros([2]),
      },
    ];
    const variables = calibrateElastic(far, { params: weights, state: [{}] }, np.array([[1, 2]]));
    const asymmetric = uniformConfigs(1, { bits: 4, endBits: 4, weightSymmetric: false });
    expect(() => toOnnxQdq(far, variables, asymmetric, { shape: [2], container: "int4" })).toThrow(
      'container: expected "int8", or weights without offsets: the zero points of dense(2, 2) must lie in -8 ... 7 in int4, got',
    );
    expect(toOnnxQdq(far, variables, asymmetric, { shape: [2] }).length).toBeGreaterThan(100);
  });

  it.each([
    [{ shape: [0] }, "shape[0]: expected an integer >= 1, got 0"],
    [{ shape: 6 }, "shape: expected a list of sizes, got 6"],
    [{ shape, container: "int2" }, 'container: expected one of "int8", "int4", got "int2"'],
    [{ shape, name: "" }, 'name: expected a text that isn\'t empty, got ""'],
    [{ shape, batch: 0 }, "batch: expected an integer >= 1, got 0"],
    [{ shape, metadata: { bits: 4 } }, "metadata.bits: expected a text, got 4"],
    [{ shape: [5] }, "x of dense(6, 10): expected shape [..., 6], got float32[1, 5]"],
  ])("refuses %j", (options, message) => {
    expect(() => toOnnxQdq(network, start, configs, options as never)).toThrow(message);
  });

  it("leaves nothing alive", () => {
    expect(leakOf(() => toOnnxQdq(network, start, configs, { shape }))).toBe(0);
  });
});
