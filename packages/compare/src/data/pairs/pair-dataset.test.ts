import { describe, expect, it } from "vitest";
import { csv } from "../../../../../test/support/datasets.ts";
import { pairsOf, pairsText } from "../../../../../test/support/pairs.ts";
import { tableOf } from "../../../../../test/support/tables.ts";
import { encode } from "../encode.ts";
import { fitEncoder } from "../encoder.ts";
import { folds } from "../folds.ts";
import { innerSplit } from "../inner-split.ts";
import { sampleRows } from "../pick-rows.ts";
import { singleResponses } from "./entries.ts";
import { makePairDataset } from "./pair-dataset.ts";
import { pairTable } from "./read-pairs.ts";

const all = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

const shop = {
  price_chosen: [10, 20, 30, 40, 50],
  price_rejected: [11, 21, 31, 41, 51],
  colour_chosen: ["red", "blue", "red", "blue", "red"],
  colour_rejected: ["green", "green", "blue", "red", "green"],
};

describe("a data set of pairs", () => {
  it("holds both responses of each pair, the chosen one first in every other", async () => {
    const dataset = await pairsOf(csv(shop));
    expect(dataset).toMatchObject({ task: "preference", classes: ["first", "second"], rows: 5, pairs: true });
    const [price, colour] = dataset.features;
    if (price.kind !== "numeric" || colour.kind !== "categorical") throw new Error("other kinds");
    expect([...price.values]).toEqual([10, 11, 21, 20, 30, 31, 41, 40, 50, 51]);
    expect([...dataset.labels]).toEqual([0, 1, 0, 1, 0]);
    expect(Array.from(colour.codes, (code) => colour.levels[code]).slice(0, 4)).toEqual([
      "red",
      "green",
      "green",
      "blue",
    ]);
    const single = singleResponses(dataset);
    expect(single.rows).toBe(10);
    expect([...single.labels].slice(0, 4)).toEqual([1, 0, 0, 1]);
  });

  it("doesn't depend on which side's columns come first in the file", async () => {
    const turned = Object.fromEntries(Object.entries(shop).reverse());
    const [one, other] = [await pairsOf(csv(shop)), await pairsOf(csv(turned))];
    const byName = (dataset: typeof one) => dataset.features.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(other)).toEqual(byName(one));
    expect(other.labels).toEqual(one.labels);
  });

  it("is encoded by one encoding of both sides", async () => {
    const dataset = await pairsOf(csv(shop));
    const encoder = fitEncoder(dataset, all(5));
    const { x, inputs } = encode(encoder, dataset, all(5));
    expect(x.length).toBe(10 * inputs);
    const prices = Float64Array.from({ length: 10 }, (_, i) => x[i * inputs]);
    expect(prices.reduce((a, b) => a + b)).toBeCloseTo(0, 5);
    // Green is among the rejected ones alone.
    expect(encoder.features[1]).toMatchObject({ kind: "categorical", levels: ["blue", "green", "red"] });
  });

  it("keeps pairs that share a prompt in one part of every split and of every sample", async () => {
    const { text } = pairsText({ pairs: 120 });
    const [head, ...lines] = text.trim().split("\n");
    const prompts = [`prompt,${head}`, ...lines.map((line, i) => `p${i % 30},${line}`)].join("\n");
    const dataset = await pairsOf(prompts);
    const groupsIn = (rows: Int32Array): Set<number> => new Set(rows.map((row) => dataset.groups![row]));
    const disjoint = (a: Int32Array, b: Int32Array): boolean => groupsIn(a).isDisjointFrom(groupsIn(b));
    expect(new Set(dataset.groups).size).toBe(30);
    for (const { train, test } of folds(dataset, { folds: 5, seed: 1 })) {
      expect(disjoint(train, test)).toBe(true);
      expect(test.length).toBe(24);
      const inner = innerSplit(dataset, train, { seed: 2 });
      expect(disjoint(inner.fit, inner.validation)).toBe(true);
    }
    const drawn = sampleRows(dataset, 40, 0);
    expect(drawn.rows).toBe(40);
    expect(new Set(drawn.groups).size).toBe(10);
    expect(drawn.features[0]).toMatchObject({ values: { length: 80 } });
  });

  it("reads texts by their words, and prompts as no input", async () => {
    const words = ["a fine day", "what a bad day", "so good", "awful thing this is"];
    const lines = Array.from(
      { length: 60 },
      (_, i) => `p${i},${words[i % 2]} ${i},${words[2 + (i % 2)]} ${i}`,
    );
    const dataset = makePairDataset(
      pairTable(await tableOf(["prompt,chosen,rejected", ...lines].join("\n"))),
    );
    expect(dataset.features.map(({ name, kind }) => [name, kind])).toEqual([["response", "text"]]);
    expect(dataset.notes.find(({ column }) => column === "prompt")?.text).toContain("no input");
    expect(fitEncoder(dataset, all(60)).inputs).toBeGreaterThan(5);
  });

  it("has enough pairs for the folds, or says how many would do", async () => {
    const dataset = await pairsOf(csv(shop));
    expect(() => folds(dataset, { folds: 9, seed: 1 })).toThrow(
      /: expected at least 9 pairs for 9 folds, got 5: 5 folds would do$/,
    );
  });

  it("refuses columns that a response doesn't have, and a file without inputs, in one line", async () => {
    const pairs = pairTable(await tableOf(csv(shop)));
    const refusal = (options: Parameters<typeof makePairDataset>[1]) => () => makePairDataset(pairs, options);
    expect(refusal({ types: { price_chosen: "numeric" } })).toThrow(
      /^a\.csv: types: expected a column of a response \('price', 'colour'\), got 'price_chosen'$/,
    );
    expect(refusal({ ignore: ["cost"] })).toThrow(/ignore: expected a column of a response/);
    expect(refusal({ missing: { cost: ["0"] } })).toThrow(/missing: expected a column of a response/);
    expect(refusal({ ignore: ["price", "colour"] })).toThrow(/expected at least one column of the responses/);
    expect(refusal({ types: { price: "x" as never } })).toThrow(/^types: expected one of numeric/);
  });
});
