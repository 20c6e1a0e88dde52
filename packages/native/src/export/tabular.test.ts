import { createHash } from "node:crypto";
import { numpy as np } from "@jax-js/jax";
import { afterAll, describe, expect, it } from "vitest";
import { replaced } from "../../../../test/support/model-files.ts";
import { checkerSays, noChecker } from "../../../../test/support/onnx.ts";
import {
  loadModel,
  modelInfo,
  sumKey,
  type TabularModel,
  type TensorValues,
  tabularToOnnx,
} from "../index.ts";

const numeric = { kind: "numeric", median: 3, mean: 2, sd: 4, missingIndicator: false } as const;
const categorical = { kind: "categorical", levels: ["a", "b b"], pooled: [], missing: false } as const;
const common = { missingWords: ["", "NA", "?"], mostDeviations: 1e6 };

const texts = (...data: string[]): TensorValues => ({ data, shape: [data.length, 1] });
const doubles = (...data: number[]): TensorValues => ({
  data: Float64Array.from(data),
  shape: [data.length, 1],
});

/** What a network is given for rows of a table: one model for each of its inputs, which is handed through. */
function encodedBy(
  columns: TabularModel["columns"],
  feeds: Record<string, TensorValues>,
  width: number,
): number[][] {
  const inputs = Array.from({ length: width }, (_, k) => {
    const pick = np.array(
      Float32Array.from({ length: width }, (_, i) => Number(i === k)),
      { shape: [width, 1] },
    );
    const bytes = tabularToOnnx(
      ({ pick }, x) => np.matmul(x, pick),
      { pick },
      { columns, ...common, output: { mean: 0, sd: 1 } },
    );
    pick.dispose();
    if (k === 0 && noChecker === null) expect(checkerSays(bytes)).toBe("");
    const model = loadModel(bytes);
    const { prediction } = model.run(feeds);
    model.dispose();
    return Array.from(prediction.data as Float64Array);
  });
  return inputs[0].map((_, row) => inputs.map((values) => values[row]));
}

describe("tabularToOnnx", () => {
  it("standardises numbers in float64, cuts them, and puts the median where they are missing", () => {
    const column = { ...numeric, name: "n", mean: 1e9, median: 1e9 + 8 };
    expect(
      encodedBy([column], { n: doubles(1e9 + 1, Number.NaN, 1e20, -1e20, Number.POSITIVE_INFINITY) }, 1),
    ).toEqual([[0.25], [2], [1e6], [-1e6], [1e6]]);
  });

  it("tells where numbers are missing, beside the column they belong to", () => {
    const columns = [
      { ...numeric, name: "a" },
      { ...numeric, name: "b", missingIndicator: true },
      { ...numeric, name: "c", missingIndicator: true },
    ];
    const feeds = { a: doubles(2, Number.NaN), b: doubles(Number.NaN, 6), c: doubles(10, Number.NaN) };
    expect(encodedBy(columns, feeds, 5)).toEqual([
      [0, 0.25, 1, 2, 0],
      [0.25, 1, 0, 0.25, 1],
    ]);
  });

  it("takes what stands for a missing value in a column as one, there alone", () => {
    const columns = [
      { ...numeric, name: "a", asMissing: ["0", "-9", "none"], missingIndicator: true },
      { ...numeric, name: "b", asMissing: ["6"], missingIndicator: true },
      { ...categorical, name: "c", missing: true, asMissing: ["b b"] },
    ];
    const feeds = { a: doubles(0, -9, 6), b: doubles(0, 10, 6), c: texts("a", "b b", "NA") };
    expect(encodedBy(columns, feeds, 7)).toEqual([
      [0.25, 1, -0.5, 0, 1, 0, 0],
      [0.25, 1, 2, 0, 0, 1, 1],
      [1, 0, 0.25, 1, 0, 0, 1],
    ]);
  });

  it("fills the bins of a column up to its value, after the input for missing ones", () => {
    const columns = [
      { ...numeric, name: "a", edges: [0, 2, 10] },
      { ...numeric, name: "b" },
      { ...numeric, name: "c", missingIndicator: true, edges: [1, 3, 4, 8] },
    ];
    const feeds = {
      a: doubles(1, -1, Number.POSITIVE_INFINITY),
      b: doubles(2, 2, 2),
      c: doubles(2, Number.NaN, 6),
    };
    expect(encodedBy(columns, feeds, 9)).toEqual([
      [-0.25, 0.5, 0, 0, 0, 0, 0.5, 0, 0],
      [-0.75, 0, 0, 0, 0.25, 1, 1, 0, 0],
      [1e6, 1, 1, 0, 1, 0, 1, 1, 0.5],
    ]);
  });

  it("gives 0 for a column that never varied, whatever comes", () => {
    const columns = [
      { ...numeric, name: "n", sd: 0, median: 2.5 },
      { ...numeric, name: "m" },
    ];
    const n = doubles(2, 5, Number.NaN, Number.NEGATIVE_INFINITY);
    expect(encodedBy(columns, { n, m: doubles(2, 2, 2, 2) }, 2)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it("has no input for a text that is no level, where none were pooled and none was missing", () => {
    expect(encodedBy([{ ...categorical, name: "c" }], { c: texts("b b", "a", "A", "", "NA") }, 2)).toEqual([
      [0, 1],
      [1, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it("has one input for all rare and new texts, and one for missing", () => {
    const c = texts("a", "rare", "new", "", "NA", "?", "b b");
    const both = { ...categorical, name: "c", pooled: ["rare"], missing: true };
    expect(encodedBy([both], { c }, 4)).toEqual([
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [0, 0, 0, 1],
      [0, 0, 0, 1],
      [0, 1, 0, 0],
    ]);
    const pooledOnly = { ...both, levels: [], missing: false };
    expect(encodedBy([pooledOnly], { c }, 1)).toEqual([[1], [1], [1], [0], [0], [0], [1]]);
    const missingOnly = { ...both, pooled: [] };
    expect(encodedBy([missingOnly], { c }, 3).map((row) => row[2])).toEqual([0, 0, 0, 1, 1, 1, 0]);
  });

  it("keeps the order of the columns, whatever their kinds and names", () => {
    const columns = [
      { ...categorical, name: "encoding_0" },
      { ...numeric, name: "prediction" },
      { ...categorical, name: "数 ü", levels: ["x"] },
      { ...numeric, name: "pick", missingIndicator: true },
    ];
    const feeds = {
      encoding_0: texts("a", "b b"),
      prediction: doubles(6, 10),
      "数 ü": texts("x", "?"),
      pick: doubles(Number.NaN, 2),
    };
    const pick = np.array(Float32Array.of(1, 10, 100, 1000, 10000, 1e5), { shape: [6, 1] });
    const bytes = tabularToOnnx(
      ({ pick }, x) => np.matmul(x, pick),
      { pick },
      { columns, ...common, output: { mean: 5, sd: 2 } },
    );
    pick.dispose();
    const model = loadModel(bytes);
    expect(model.inputs.map(({ name }) => name)).toEqual(Object.keys(feeds));
    expect(model.outputs).toEqual([{ name: "prediction_", type: "float64", shape: ["batch"] }]);
    const sums = [1 + 100 + 1000 + 10000 * 0.25 + 1e5, 10 + 100 * 2];
    expect(Array.from(model.run(feeds).prediction_.data as Float64Array)).toEqual(
      sums.map((sum) => 5 + 2 * sum),
    );
    model.dispose();
  });

  it("names the class of the largest output, of equal ones the first, and its probability", () => {
    const bytes = tabularToOnnx(
      (_, x) => x,
      {},
      {
        columns: [{ ...categorical, name: "c" }],
        ...common,
        output: { classes: ["näin", "日本 語"] },
      },
    );
    const model = loadModel(bytes);
    const { label, probabilities } = model.run({ c: texts("a", "b b", "new") });
    expect(label).toEqual({ data: ["näin", "日本 語", "näin"], shape: [3] });
    const high = 1 / (1 + Math.exp(-1));
    const expected = [high, 1 - high, 1 - high, high, 0.5, 0.5];
    for (const [i, p] of expected.entries()) expect(Number(probabilities.data[i])).toBeCloseTo(p, 6);
    model.dispose();
  });

  it.each<[string, object, unknown, RegExp]>([
    ["no column", { columns: [] }, undefined, /^columns: expected columns with names of their own, got ""$/],
    [
      "two columns of one name",
      {
        columns: [
          { ...numeric, name: "a" },
          { ...numeric, name: "a" },
        ],
      },
      undefined,
      /got "a, a"$/,
    ],
    [
      "a network with other outputs",
      { output: { classes: ["a", "b", "c"] } },
      undefined,
      /^apply: expected one output float32\[batch, 3\], got "float32\[batch, 1\]"$/,
    ],
    ["no function", {}, 3, /^apply: expected a function, got 3$/],
  ])("refuses %s", (_, changed, apply, message) => {
    const table = { columns: [{ ...numeric, name: "a" }], ...common, output: { mean: 0, sd: 1 }, ...changed };
    expect(() => tabularToOnnx((apply ?? ((_: object, x: np.Array) => x)) as never, {}, table)).toThrow(
      message,
    );
  });
});

describe("a loaded model", () => {
  const bytes = tabularToOnnx(
    (_, x) => x,
    {},
    {
      columns: [
        { ...categorical, name: "c" },
        { ...numeric, name: "n" },
      ],
      ...common,
      output: { classes: ["u", "v", "w"] },
    },
  );
  const model = loadModel(bytes);
  afterAll(() => model.dispose());
  const good = { c: texts("a"), n: doubles(1) };

  it.each<[string, Record<string, unknown>, string]>([
    [
      "an input that lacks",
      { c: texts("a") },
      'feeds["n"]: expected { data, shape } of float64[batch, 1], got undefined',
    ],
    ["an input that it hasn't", { ...good, m: doubles(1) }, 'feeds: expected inputs among "c", "n", got "m"'],
    [
      "numbers of another type",
      { ...good, n: { data: Float32Array.of(1), shape: [1, 1] } },
      'feeds["n"].data: expected Float64Array, got Float32Array(1)',
    ],
    [
      "numbers for texts",
      { ...good, c: { data: [1], shape: [1, 1] } },
      'feeds["c"].data: expected a list of texts, got an array of length 1',
    ],
    [
      "another shape",
      { ...good, n: { data: Float64Array.of(1, 2), shape: [1, 2] } },
      'feeds["n"].shape: expected [batch, 1], got [1, 2]',
    ],
    [
      "another rank",
      { ...good, n: { data: Float64Array.of(1), shape: [1] } },
      'feeds["n"].shape: expected [batch, 1], got [1]',
    ],
    [
      "fewer values than the shape has",
      { ...good, n: { data: Float64Array.of(1), shape: [3, 1] } },
      'feeds["n"].data: expected 3 values for the shape [3, 1], got Float64Array(1)',
    ],
  ])("refuses %s", (_, feeds, message) => {
    expect(() => model.run(feeds as never)).toThrow(message);
  });

  it("is refused where the file is none, is cut off, or ONNX Runtime can't load it", () => {
    expect(() => loadModel(bytes, { threads: 9999 })).toThrow(
      /^threads: expected an integer >= 1 and <= \d+, got 9999$/,
    );
    expect(() => loadModel("x" as never)).toThrow('model: expected the bytes of an ONNX file, got "x"');
    for (const size of [0, 10, bytes.length >> 1, bytes.length - 30])
      expect(() => loadModel(bytes.slice(0, size))).toThrow(
        `model: expected an ONNX file, got ${size} bytes of something else or of a part`,
      );
    const noise = Uint8Array.from({ length: 500 }, (_, i) => (i * 73) % 251);
    expect(() => loadModel(noise)).toThrow(/^model: expected an ONNX file, got 500 bytes/);
    const unknown = new TextDecoder("latin1").decode(bytes).replaceAll("Softmax", "Softmin");
    const other = Uint8Array.from(unknown, (c) => c.charCodeAt(0));
    expect(() => loadModel(other)).toThrow(
      "model: expected the content of its own SHA-256, got one that was changed or damaged: write it again",
    );
    const noSum = replaced(other, "minimand.sha256", "minimand.no_sum");
    expect(() => loadModel(noSum)).toThrow(/^model: expected one that ONNX Runtime loads, got .*Softmin/);
  });

  it("holds the SHA-256 of itself, with zeros in the place of the digits", () => {
    const { [sumKey]: sum } = modelInfo(bytes).metadata;
    const blank = replaced(bytes, sum, "0".repeat(64));
    expect(createHash("sha256").update(blank).digest("hex")).toBe(sum);
  });

  it("is refused with any byte changed, or has lost its sum and nothing else", () => {
    const { inputs, outputs, metadata } = modelInfo(bytes);
    const { [sumKey]: _, ...rest } = metadata;
    let read = 0;
    for (let i = 0; i < bytes.length; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i] ^= 1 << (i % 8);
      try {
        expect(modelInfo(changed)).toEqual({ inputs, outputs, metadata: expect.objectContaining(rest) });
        read++;
      } catch (error) {
        expect(String(error)).toMatch(/^RangeError: model: expected /);
      }
    }
    // Those of the key, and of the frame around it.
    expect(read).toBeLessThan(sumKey.length + 5);
  });
});
