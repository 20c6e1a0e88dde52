import { numpy as np } from "@jax-js/jax";
import { afterAll, describe, expect, it } from "vitest";
import { checkerSays, noChecker, runOnWeb } from "../../../../test/support/onnx.ts";
import {
  type BoostedTrees,
  ensembleToOnnx,
  loadModel,
  type TabularModel,
  type TensorValues,
  type TreeTable,
  tabularPart,
  tabularToOnnx,
  treesPart,
  treesToOnnx,
  type WeightedPart,
} from "../index.ts";

const numbers = { kind: "numeric", mean: 1, sd: 2 } as const;
const columns: TabularModel["columns"] = [
  { ...numbers, name: "n", median: 3, missingIndicator: true },
  { kind: "categorical", name: "c", levels: ["a", "b"], pooled: [], missing: true },
];
const missingWords = ["", "NA"];
const codes = new Map([
  ["a", 1],
  ["b", 2],
]);
const treeColumns: TreeTable["columns"] = [
  { ...numbers, name: "n" },
  { kind: "categorical", name: "c", codes },
];
const stump = (column: number, output = 0): BoostedTrees["trees"][number] => ({
  output,
  root: { column, test: { atLeast: 0.5 }, missing: false, yes: { value: 1.5 }, no: { value: -0.5 } },
});
const feeds: Record<string, TensorValues> = {
  n: { data: Float64Array.of(-4, 0.5, 3, 8, Number.NaN), shape: [5, 1] },
  c: { data: ["a", "b", "", "other", "b"], shape: [5, 1] },
};

const weightsOf = (outputs: number) =>
  np.array(
    Float32Array.from({ length: 5 * outputs }, (_, i) => Math.sin(2 * i)),
    { shape: [5, outputs] },
  );
const [one, two] = [weightsOf(1), weightsOf(2)];
afterAll(() => {
  for (const array of [one, two]) array.dispose();
});
const apply = (params: { w: np.Array }, x: np.Array): np.Array => np.matmul(x, params.w);

/** Runs a file in both runtimes, which have to agree. */
async function answersOf(bytes: Uint8Array<ArrayBuffer>): Promise<Record<string, (string | number)[]>> {
  if (noChecker === null) expect(checkerSays(bytes)).toBe("");
  const model = loadModel(bytes);
  const [here, there] = [model.run(feeds), await runOnWeb(bytes, feeds)];
  model.dispose();
  const plain = (of: typeof here) =>
    Object.fromEntries(
      Object.entries(of).map(([name, { data }]) => [name, Array.from(data as ArrayLike<string | number>)]),
    );
  const [own, other] = [plain(here), plain(there)];
  for (const [name, values] of Object.entries(own))
    for (const [i, value] of values.entries())
      if (typeof value === "string") expect(other[name][i]).toBe(value);
      else expect(other[name][i]).toBeCloseTo(value, 5);
  return own;
}

describe("ensembleToOnnx", () => {
  it("predicts the weighted mean of numbers, each in the unit of the target", async () => {
    const output = { mean: 1, sd: 0.3, log: true };
    const table = { columns, missingWords, mostDeviations: 1e6, output };
    const ofTrees = { columns: treeColumns, missingWords, farthest: 1e30, output: { mean: 10, sd: 4 } };
    const trees = [{ base: [0.2], trees: [stump(0), stump(1)], classes: [] }];
    const network = await answersOf(tabularToOnnx(apply, { w: one }, table));
    const forest = await answersOf(treesToOnnx(trees, ofTrees));
    const { prediction } = await answersOf(
      ensembleToOnnx([
        { weight: 0.3, model: tabularPart(apply, { w: one }, table) },
        { weight: 0.7, model: treesPart(trees, ofTrees) },
      ]),
    );
    expect(new Set(prediction).size).toBeGreaterThan(3);
    for (const [i, value] of prediction.entries())
      expect(value).toBeCloseTo(0.3 * Number(network.prediction[i]) + 0.7 * Number(forest.prediction[i]), 10);
  });

  it("predicts the weighted mean of probabilities, and the class with the largest", async () => {
    const output = { classes: ["no", "yes"] };
    const table = { columns, missingWords, mostDeviations: 1e6, output };
    // These read one column only.
    const ofTrees = { columns: treeColumns.slice(0, 1), missingWords, farthest: 1e30, output };
    const trees = [{ base: [0.4], trees: [stump(0)], classes: [0, 1] }];
    const network = await answersOf(tabularToOnnx(apply, { w: two }, table));
    const parts: WeightedPart[] = [
      { weight: 0.45, model: tabularPart(apply, { w: two }, table) },
      { weight: 0.35, model: treesPart(trees, ofTrees) },
      { weight: 0.2, model: tabularPart(apply, { w: two }, table) },
    ];
    const { label, probabilities } = await answersOf(ensembleToOnnx(parts, { of: "three" }));
    expect(new Set(label)).toEqual(new Set(["no", "yes"]));
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
    // -2.5, -0.25 and missing are on the left of the condition.
    const ofForest = [-0.5, -0.5, 1.5, 1.5, -0.5].map((leaf) => sigmoid(0.4 + leaf));
    label.forEach((name, i) => {
      const own = Number(network.probabilities[2 * i + 1]);
      const mean = 0.65 * own + 0.35 * ofForest[i];
      expect(probabilities[2 * i + 1]).toBeCloseTo(mean, 5);
      expect(probabilities[2 * i]).toBeCloseTo(1 - mean, 5);
      expect(name).toBe(mean > 0.5 ? "yes" : "no");
    });
  });

  it("refuses weights that are no shares, and models that don't belong together", () => {
    const part = (output: TreeTable["output"], own = treeColumns) =>
      treesPart([{ base: [0], trees: [stump(0)], classes: "classes" in output ? [0, 1] : [] }], {
        ...{ columns: own, missingWords, farthest: 1e30, output },
      });
    const number = part({ mean: 0, sd: 1 });
    const wrong: [WeightedPart[], RegExp][] = [
      [[], /^parts: expected models with positive weights that add up to 1, got ""$/],
      [[{ weight: 0.9, model: number }], /^parts: .* got "0\.9"$/],
      [
        [
          { weight: 0, model: number },
          { weight: 1, model: number },
        ],
        /^parts: .* got "0, 1"$/,
      ],
      [
        [
          { weight: 0.5, model: number },
          { weight: 0.5, model: part({ classes: ["no", "yes"] }) },
        ],
        /^parts: expected models of the same classes, got "numbers and no, yes"$/,
      ],
      [
        [
          { weight: 0.5, model: number },
          { weight: 0.5, model: part({ mean: 0, sd: 1 }, [{ kind: "categorical", name: "n", codes }]) },
        ],
        /^columns: expected 'n' to be of one kind, got "numeric and categorical"$/,
      ],
    ];
    for (const [parts, message] of wrong) expect(() => ensembleToOnnx(parts)).toThrow(message);
  });
});
