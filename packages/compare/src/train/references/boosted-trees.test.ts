import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { readBoostedTrees } from "./boosted-trees.ts";
import { trainTrees } from "./trees.ts";

const rows = Array.from({ length: 120 }, (_, i) => i);
const random = randomSource(3);
const columns = [
  Float64Array.from(rows, () => (random() < 0.1 ? Number.NaN : random())),
  rows.map((i) => (i % 11 === 0 ? "" : "uvw"[i % 3])),
];
const labels = Int32Array.from(rows, (i) => (i % 3) + Number(Number(columns[0][i]) > 0.5));
const given = { columns, task: "multiclass" as const, classes: 4, labels, targets: new Float64Array(0) };
const { models } = await trainTrees(given, { models: 1, seed: 1 });
const changed = (name: string, change: (bytes: Uint8Array) => Uint8Array) =>
  new Map([...models[0]].map(([own, bytes]) => [own, own === name ? change(bytes) : bytes]));
const nodes = "nodes-00000-of-00001";

describe("readBoostedTrees", () => {
  it("reads trees, their bases, classes and the codes of texts", () => {
    const { base, trees, classes, codes } = readBoostedTrees(models[0], 2);
    expect(base).toHaveLength(4);
    expect(classes.toSorted()).toEqual([0, 1, 2, 3]);
    expect(trees.length % 4).toBe(0);
    expect(trees.slice(0, 5).map(({ output }) => output)).toEqual([0, 1, 2, 3, 0]);
    expect(codes[0]).toBeNull();
    expect([...codes[1]!.keys()].sort()).toEqual(["u", "v", "w"]);
  });

  it.each<[string, ReadonlyMap<string, Uint8Array>]>([
    ["a file that is missing", new Map([...models[0]].filter(([name]) => name !== nodes))],
    ["nodes that are cut off", changed(nodes, (bytes) => bytes.slice(0, -5))],
    ["a tree too few", changed(nodes, (bytes) => bytes.slice(0, 8))],
    ["nodes of another format", changed(nodes, (bytes) => bytes.with(0, 7))],
    ["a header of another kind", changed("gradient_boosted_trees_header.pb", () => Uint8Array.of(8, 2))],
    ["bytes that are no message", changed("data_spec.pb", () => Uint8Array.of(255, 255, 255))],
  ])("refuses %s", (_, files) => {
    expect(() => readBoostedTrees(files, 2)).toThrow(/^expected .* in model\.trees, got others$/);
  });

  it("ends with an error, or with trees, for any byte that is changed", async () => {
    // A few trees: a change near their end is found only when all before it are read.
    const few = rows.slice(0, 30);
    const small = {
      ...given,
      columns: columns.map((column) => column.slice(0, 30)),
      labels: labels.slice(0, 30),
    };
    const [files] = (
      await trainTrees(
        { ...small, classes: 2, labels: Int32Array.from(few, (i) => i % 2) },
        { models: 1, seed: 1 },
      )
    ).models;
    const bytes = files.get(nodes)!;
    for (let i = 0; i < 2000; i++) {
      const at = Math.floor(random() * bytes.length);
      const damaged = new Map(files).set(nodes, bytes.with(at, Math.floor(random() * 256)));
      try {
        expect(readBoostedTrees(damaged, 2).base).toHaveLength(1);
      } catch (error) {
        expect(String(error)).toMatch(/^DataError: expected .* in model\.trees, got others$/);
      }
    }
  });
});
