import { lax, nn, numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { mlp } from "minimand";
import { keyOf, leavesOf, type Tree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { checkerSays, noChecker, runOnWeb } from "../../../../test/support/onnx.ts";
import { type InputDescription, loadModel, modelInfo, toOnnx } from "../index.ts";

type Params = { [name: string]: np.Array };
type Program = (params: Params, x: np.Array) => Tree;

const numbers = (size: number, seed = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(seed + 7 * i) * 2);
const params = (): Params => ({
  weight: np.array(numbers(20), { shape: [5, 4] }),
  bias: np.array(numbers(4, 3)),
});
const x: InputDescription[] = [{ name: "x", shape: [1, 5] }];

/** A program of `[batch, 5]` run by the engine. */
function direct(
  program: Program,
  data: Float32Array<ArrayBuffer>,
  rows: number,
): { data: Float32Array; shape: number[] } {
  const own = params();
  const result = program(own, np.array(data, { shape: [rows, 5] })) as np.Array;
  return { shape: result.shape, data: result.dataSync() as Float32Array };
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

const rowwise: Record<string, Program> = {
  "a layer": ({ weight, bias }, x) => np.maximum(np.matmul(x, weight).add(bias), 0),
  "a sum over the batch, which every size can take": (_, x) => x.ref.sub(x.sum(0)),
  "rows beside each other": (_, x) => np.matmul(x.ref, np.transpose(x)),
  "a state that starts at zero": ({ weight, bias }, x) => {
    const rows = x.shape[0];
    return np.concatenate([np.zeros([rows, 2]), np.tanh(np.matmul(x, weight).add(bias))], 1);
  },
  "all rows in one": (_, x) => {
    const rows = x.shape[0];
    const doubled = np.concatenate([x.reshape([-1]), np.ones([rows * 5])]);
    return doubled.reshape([rows, 10]);
  },
  "parameters repeated for each row": ({ bias }, x) => {
    const rows = x.shape[0];
    const steps = np.broadcastTo(bias.reshape([1, 4, 1]), [rows, 4, 5]);
    return np.concatenate([steps, x.reshape([rows, 1, 5])], 1);
  },
  "heads of a sequence": ({ weight }, x) => {
    const rows = x.shape[0];
    const keys = np.transpose(np.matmul(x, weight).reshape([rows, 2, 2]), [1, 0, 2]);
    return np.transpose(np.matmul(keys.ref, np.transpose(keys, [0, 2, 1])), [1, 0, 2]);
  },
};

describe("toOnnx", () => {
  it.each(Object.entries(rowwise))(
    "gives %s the engine's numbers for batches of every size",
    (_, program) => {
      const bytes = toOnnx(program as never, params(), x);
      expect(noChecker === null ? checkerSays(bytes) : "").toBe("");
      const model = loadModel(bytes);
      expect(model.outputs[0].shape[0]).toBe("batch");
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (rows, seed) => {
          const data = numbers(5 * rows, seed);
          const expected = direct(program, data, rows);
          const { output } = model.run({ x: { data, shape: [rows, 5] } });
          expect(output.shape).toEqual(expected.shape);
          // Sums over 300 rows of numbers up to 2.
          expect(difference(output.data as Float32Array, expected.data)).toBeLessThan(1e-4);
        }),
        {
          numRuns: 12,
          examples: [
            [1, 1],
            [2, 1],
            [3, 1],
            [7, 1],
            [61, 1],
            [300, 1],
          ],
        },
      );
      model.dispose();
    },
  );

  it("exports a network whose numbers are the same here and in a browser's runtime", async () => {
    const network = mlp({ inputs: 6, hidden: [16, 8], outputs: 3, activation: "tanh" });
    const trained = network.init(keyOf(3)).params;
    const apply = (params: Tree, x: np.Array): Tree =>
      network.apply({ params, state: {} }, x, { training: false })[0];
    const bytes = toOnnx(apply, trained, [{ name: "x", shape: [4, 6] }]);
    const model = loadModel(bytes);
    for (const rows of [1, 7, 300]) {
      const data = numbers(6 * rows);
      const expected = (
        apply(
          (trained as Tree[]).map((layer) => ({
            ...(layer as Params),
            weight: (layer as Params).weight.ref,
            bias: (layer as Params).bias.ref,
          })),
          np.array(data, { shape: [rows, 6] }),
        ) as np.Array
      ).dataSync();
      const feeds = { x: { data, shape: [rows, 6] } };
      const [here, web] = [model.run(feeds), await runOnWeb(bytes, feeds)];
      expect(here.output.shape).toEqual([rows, 3]);
      expect(difference(here.output.data as Float32Array, expected)).toBeLessThan(1e-6);
      expect(difference(web.output.data as Float32Array, expected)).toBeLessThan(1e-6);
    }
    model.dispose();
  });

  it.skipIf(noChecker !== null)(
    `passes the checker of the ONNX project${noChecker === null ? "" : ` (skipped: ${noChecker})`}`,
    () => {
      const bytes = toOnnx(rowwise["a layer"] as never, params(), x, { metadata: { who: "Ünïcode 数" } });
      expect(checkerSays(bytes)).toBe("");
      expect(checkerSays(bytes.slice(0, bytes.length / 2))).not.toBe("");
    },
  );

  it("exports convolutions", () => {
    const kernel = (): np.Array => np.array(numbers(18), { shape: [2, 1, 3, 3] });
    const apply = ({ kernel }: Params, x: np.Array): np.Array => {
      const rows = x.shape[0];
      const h = nn.relu(lax.convGeneralDilated(x, kernel, [1, 1], "SAME"));
      return h.reshape([rows, 2, -1]).sum(2);
    };
    const bytes = toOnnx(apply as never, { kernel: kernel() }, [{ name: "x", shape: [1, 1, 8, 8] }]);
    const model = loadModel(bytes);
    for (const rows of [1, 7, 300]) {
      const data = numbers(64 * rows);
      const expected = apply({ kernel: kernel() }, np.array(data, { shape: [rows, 1, 8, 8] })).dataSync();
      const { output } = model.run({ x: { data, shape: [rows, 1, 8, 8] } });
      expect(output.shape).toEqual([rows, 2]);
      // Sums of 64 numbers up to about 20.
      expect(difference(output.data as Float32Array, expected)).toBeLessThan(1e-3);
    }
    model.dispose();
  });

  it("names parameters by their path, inputs as told, and outputs by theirs", () => {
    const tree = { layers: [params(), params()], "log scale": np.array(numbers(4)) };
    const bytes = toOnnx(
      (p, x, mask) => {
        const { layers, ...rest } = p;
        layers[1].weight.dispose();
        layers[0].bias.dispose();
        const h = np.matmul(x, layers[0].weight).add(layers[1].bias).mul(rest["log scale"]);
        return { scores: { raw: h.ref, masked: h.ref.mul(mask) }, again: h };
      },
      tree,
      [
        { name: "länge in cm", shape: [2, 5] },
        { name: "layers.1.bias", shape: [2, 4] },
      ],
    );
    const { inputs, outputs } = modelInfo(bytes);
    expect(inputs).toEqual([
      { name: "länge in cm", type: "float32", shape: ["batch", 5] },
      { name: "layers.1.bias", type: "float32", shape: ["batch", 4] },
    ]);
    expect(outputs.map(({ name }) => name).sort()).toEqual(["again", "scores.masked", "scores.raw"]);
    const text = new TextDecoder("latin1").decode(bytes);
    for (const name of ["layers.0.weight", "layers.1.bias_", "log scale"]) expect(text).toContain(name);
    expect(text).not.toContain("layers.1.weight");
    const model = loadModel(bytes);
    const ran = model.run({
      "länge in cm": { data: numbers(15), shape: [3, 5] },
      "layers.1.bias": { data: new Float32Array(12).fill(2), shape: [3, 4] },
    });
    expect(ran.again.data).toEqual(ran["scores.raw"].data);
    expect(ran["scores.masked"].data).toEqual((ran.again.data as Float32Array).map((v) => 2 * v));
    model.dispose();
  });

  it("hands inputs through, takes every type, and inputs that nothing uses", () => {
    const bytes = toOnnx(
      (_params, a, b, c) => {
        c.dispose();
        return [a.ref, np.where(b, a, 0)];
      },
      {},
      [
        { name: "a", shape: [2, 2], dtype: "int32" },
        { name: "b", shape: [2, 1], dtype: "bool" },
        { name: "c", shape: [2], dtype: "float32" },
      ],
    );
    const model = loadModel(bytes);
    const ran = model.run({
      a: { data: Int32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] },
      b: { data: Uint8Array.of(1, 0, 1), shape: [3, 1] },
      c: { data: new Float32Array(3), shape: [3] },
    });
    expect(ran["output.0"].data).toEqual(Int32Array.of(1, 2, 3, 4, 5, 6));
    expect(ran["output.1"].data).toEqual(Int32Array.of(1, 2, 0, 0, 5, 6));
    model.dispose();
  });

  it("keeps metadata, and leaves the parameters as they are", () => {
    const own = params();
    const metadata = { task: "Aufgabe é 数", empty: "", json: '{"a":[1]}' };
    expect(modelInfo(toOnnx(rowwise["a layer"] as never, own, x, { metadata })).metadata).toEqual(metadata);
    for (const leaf of leavesOf(own)) expect(leaf.refCount).toBe(1);
    expect(leakOf(() => void toOnnx(rowwise["a state that starts at zero"] as never, own, x))).toBe(0);
  });

  it("exports one size alone where asked to", () => {
    const mean = (_: Params, x: np.Array): np.Array => x.ref.sub(np.mean(x, 0));
    const bytes = toOnnx(mean as never, {}, [{ name: "x", shape: [3, 5] }], { dynamicBatch: false });
    const model = loadModel(bytes);
    expect(model.inputs[0].shape).toEqual([3, 5]);
    const data = numbers(15);
    const { output } = model.run({ x: { data, shape: [3, 5] } });
    expect(difference(output.data as Float32Array, direct(mean as never, data, 3).data)).toBeLessThan(1e-6);
    expect(() => model.run({ x: { data: numbers(10), shape: [2, 5] } })).toThrow(
      'RangeError: feeds["x"].shape: expected [3, 5], got [2, 5]'.slice(12),
    );
    model.dispose();
  });
});

describe("toOnnx refuses", () => {
  it.each<[string, Program, RegExp]>([
    [
      "a mean over the batch",
      (_, x) => x.ref.sub(np.mean(x, 0)),
      /^apply: expected the same program for every batch size \(or dynamicBatch: false\), got one that depends on it: Mul with 0\.\d+ at 61 rows/,
    ],
    ["a mean over everything", (_, x) => x.ref.div(np.mean(x)), /depends on it/],
    ["half of the rows", (_, x) => x.slice([0, Math.floor(x.shape[0] / 2)]), /depends on it/],
    ["at most 32 rows", (_, x) => x.slice([0, Math.min(x.shape[0], 32)]), /depends on it/],
    ["positions in the batch", (_, x) => x.add(np.arange(x.shape[0]).reshape([-1, 1])), /depends on it/],
    ["another way for many rows", (_, x) => (x.shape[0] > 10 ? np.exp(x) : x), /depends on it/],
    [
      "a shape that is written out",
      (_, x) => x.reshape([1, 5]),
      /^apply: expected a function for every batch size \(or dynamicBatch: false\), got an error at 61 rows: /,
    ],
    [
      "an output without a batch",
      (_, x) => x.sum(),
      /^apply: expected outputs whose first axis is that of the inputs \(or dynamicBatch: false\), got the output output of shape \[\]$/,
    ],
    ["a parameter as output", ({ weight }) => weight, /the output output of shape \[5, 4\]/],
    [
      "random numbers",
      (_, x) => x.add(random.normal(keyOf(1), [5])),
      /^random_bits: expected a primitive that ONNX can express/,
    ],
    [
      "a value that is read",
      (_, x) => x.add(x.ref.sum().item()),
      /^apply: expected a function that only computes with arrays/,
    ],
  ])("%s", (_, program, message) => {
    expect(() => toOnnx(program as never, params(), x)).toThrow(message);
  });

  it.each<[string, unknown[], string]>([
    ["no function", [3, {}, x], "apply: expected a function, got 3"],
    [
      "a number among the parameters",
      [() => 0, { a: { b: [1] } }, x],
      "params, a.b.0: expected an array, got 1",
    ],
    [
      "inputs that are no list",
      [() => 0, {}, { x: [1] }],
      "inputs: expected a list of { name, shape, dtype? }, got object",
    ],
    [
      "no inputs",
      [() => 0, {}, []],
      "inputs: expected at least one input with a batch (or dynamicBatch: false), got an array of length 0",
    ],
    [
      "a name that is no text",
      [() => 0, {}, [{ name: 3, shape: [1] }]],
      "inputs[0].name: expected a text, got 3",
    ],
    [
      "two inputs of one name",
      [() => 0, {}, [...x, ...x]],
      'inputs[1].name: expected a name of its own, not empty, got "x"',
    ],
    [
      "an empty name",
      [() => 0, {}, [{ name: "", shape: [1] }]],
      'inputs[0].name: expected a name of its own, not empty, got ""',
    ],
    ["no shape", [() => 0, {}, [{ name: "x" }]], "inputs[0].shape: expected a list of sizes, got undefined"],
    [
      "a size of NaN",
      [() => 0, {}, [{ name: "x", shape: [1, Number.NaN] }]],
      "inputs[0].shape: expected integers >= 1, got NaN",
    ],
    [
      "a scalar input",
      [() => 0, {}, [{ name: "x", shape: [] }]],
      "inputs[0].shape: expected the batch of the first input as first axis (or dynamicBatch: false), got an array of length 0",
    ],
    [
      "inputs of two batches",
      [() => 0, {}, [...x, { name: "y", shape: [2] }]],
      "inputs[1].shape: expected the batch of the first input as first axis (or dynamicBatch: false), got an array of length 1",
    ],
    [
      "an unknown type",
      [() => 0, {}, [{ name: "x", shape: [1], dtype: "float16" }]],
      'inputs[0].dtype: expected one of "float32", "float64", "int32", "uint32", "bool", got "float16"',
    ],
    [
      "metadata that are no text",
      [() => 0, {}, x, { metadata: { a: 1 } }],
      "metadata.a: expected a text, got 1",
    ],
  ])("%s", (_, args, message) => {
    expect(() => (toOnnx as (...args: unknown[]) => unknown)(...args)).toThrow(message);
  });
});
