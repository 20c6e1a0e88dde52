import { describe, expect, it } from "vitest";
import { checkerSays, noChecker, runOnWeb } from "../../../../test/support/onnx.ts";
import { type BoostedTrees, loadModel, type TensorValues, type TreeTable, treesToOnnx } from "../index.ts";

const table: TreeTable = {
  columns: [
    {
      kind: "categorical",
      name: "c",
      codes: new Map([
        ["a", 1],
        ["b", 2],
        ["d", 3],
      ]),
      asMissing: ["d"],
    },
    { kind: "numeric", name: "n", mean: 1, sd: 2, asMissing: ["-9"] },
  ],
  missingWords: ["", "NA"],
  farthest: 1e30,
  output: { mean: 10, sd: 1 },
};
const leaf = (value: number) => ({ value });

/** Runs a file in both runtimes, which have to agree. */
async function answersOf(
  models: readonly BoostedTrees[],
  own: TreeTable,
  rows: readonly [string, number][],
): Promise<Record<string, (number | string)[]>> {
  const bytes = treesToOnnx(models, own, {});
  if (noChecker === null) expect(checkerSays(bytes)).toBe("");
  const shape = [rows.length, 1];
  const feeds: Record<string, TensorValues> = {
    c: { data: rows.map(([text]) => text), shape },
    n: { data: Float64Array.from(rows, ([, number]) => number), shape },
  };
  const model = loadModel(bytes);
  const [here, there] = [model.run(feeds), await runOnWeb(bytes, feeds)];
  model.dispose();
  const digits = (of: typeof here) =>
    Object.fromEntries(
      Object.entries(of).map(([name, { data }]) => [
        name,
        Array.from(data as ArrayLike<number | string>, (v) =>
          typeof v === "string" ? v : Number(v.toPrecision(6)),
        ),
      ]),
    );
  expect(digits(there)).toEqual(digits(here));
  return digits(here);
}

const sumOf = async (root: BoostedTrees["trees"][number]["root"], rows: readonly [string, number][]) => {
  const { prediction } = await answersOf(
    [{ base: [0], trees: [{ output: 0, root }], classes: [] }],
    table,
    rows,
  );
  return prediction.map((value) => Number(value) - 10);
};

describe("treesToOnnx", () => {
  it("compares scaled numbers, at the threshold too, and sends missing ones where the condition says", async () => {
    const rows: [string, number][] = [
      ["a", 2],
      ["a", 2 - 1e-6],
      ["a", Number.NaN],
      ["a", -9],
      ["a", 1e300],
    ];
    for (const missing of [false, true]) {
      const other = missing ? 7 : 3;
      expect(
        await sumOf({ column: 1, test: { atLeast: 0.5 }, missing, yes: leaf(7), no: leaf(3) }, rows),
      ).toEqual([7, 3, other, other, 7]);
    }
    expect(
      await sumOf({ column: 1, test: "missing", missing: false, yes: leaf(7), no: leaf(3) }, rows),
    ).toEqual([3, 3, 7, 7, 3]);
  });

  it("looks codes of texts up in sets of any size, 0 for a text that has none", async () => {
    const rows: [string, number][] = [
      ["a", 0],
      ["b", 0],
      ["new", 0],
      ["", 0],
      ["NA", 0],
      ["d", 0],
    ];
    const of = (among: number[], missing: boolean) =>
      sumOf({ column: 0, test: { among }, missing, yes: leaf(7), no: leaf(3) }, rows);
    expect(await of([1], false)).toEqual([7, 3, 3, 3, 3, 3]);
    expect(await of([0, 2], true)).toEqual([3, 7, 7, 7, 7, 7]);
    expect(await of([0, 1, 2], false)).toEqual([7, 7, 7, 3, 3, 3]);
    expect(await of([], true)).toEqual([3, 3, 3, 7, 7, 7]);
    expect(await of([], false)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it("goes on below a set on either side, and adds the trees to the base", async () => {
    const inner = (value: number) => ({
      ...{ column: 1, test: { atLeast: 0 }, missing: false },
      ...{ yes: leaf(value), no: leaf(-value) },
    });
    const root = { column: 0, test: { among: [1, 3] }, missing: false, yes: inner(1), no: inner(2) };
    const trees = [
      { output: 0, root },
      { output: 0, root: leaf(0.25) },
    ];
    const { prediction } = await answersOf([{ base: [100], trees, classes: [] }], table, [
      ["a", 1],
      ["a", 0],
      ["b", 1],
      ["b", 0],
    ]);
    expect(prediction).toEqual([111.25, 109.25, 112.25, 108.25]);
  });

  it("averages probabilities of models, whatever the order of their classes, with 0 for a class that they lack", async () => {
    const classes = ["x", "y", "z"];
    const two = { base: [Math.log(3)], trees: [{ output: 0, root: leaf(0) }], classes: [2, 0] };
    const three = {
      base: [0, 0, 0],
      trees: [{ output: 1, root: leaf(Math.log(2)) }],
      classes: [2, 0, 1],
    };
    const of = async (models: BoostedTrees[]) => {
      const { label, probabilities } = await answersOf(models, { ...table, output: { classes } }, [["a", 1]]);
      return [label[0], ...probabilities];
    };
    expect(await of([two])).toEqual(["x", 0.75, 0, 0.25]);
    expect(await of([three])).toEqual(["x", 0.5, 0.25, 0.25]);
    expect(await of([two, three])).toEqual(["x", 0.625, 0.125, 0.25]);
  });

  it("refuses no model, a column that the table hasn't, and two columns of one name", () => {
    const root = { column: 5, test: "missing", missing: false, yes: leaf(1), no: leaf(2) } as const;
    const model = { base: [0], trees: [{ output: 0, root }], classes: [] };
    expect(() => treesToOnnx([], table)).toThrow("models: expected at least one, each with a tree, got 0");
    expect(() => treesToOnnx([model], table)).toThrow("models: expected columns below 2, got 5");
    const twice = { ...table, columns: [table.columns[1], table.columns[1]] };
    expect(() => treesToOnnx([model], twice)).toThrow('names of their own, got "n, n"');
  });
});
