import { numpy as np } from "@jax-js/jax";
import { refinePrompt } from "@minimand/lab/prompts";
import { writeSafetensors } from "minimand";
import { disposeTree, type Tree } from "minimand/engine";
import { readSafetensors } from "minimand/models";
import { expect, it } from "vitest";
import { type RefinerShape, readRefiner, readyRefiner, refinerBytes, startOf } from "./refiner.ts";
import { smallRefiner } from "./small-refiner.fixture.ts";

const shape: RefinerShape = {
  tokens: ["<unk>", "<s>", "</s>", "red", "moon"],
  length: 4,
  size: 8,
  vectors: 2,
};

it("readRefiner reads what was written, and refuses sizes that the numbers of a file don't fill", async () => {
  const params = startOf(shape, 1);
  const bytes = await refinerBytes({ ...shape, params });
  disposeTree(params as Tree);
  const { params: read, ...own } = readRefiner(bytes, "a");
  disposeTree(read as Tree);
  expect(own).toEqual(shape);
  const { tensors, metadata } = readSafetensors(bytes);
  const words = Array.from({ length: 100_000 }, (_, i) => `word${i}`);
  const claiming = (claimed: object) => () => {
    const refiner = JSON.stringify({ ...shape, ...claimed });
    return readRefiner(writeSafetensors(tensors, { ...metadata, refiner }), "a");
  };
  for (const claimed of [{ size: 20_000 }, { length: 1e9 }, { tokens: words }])
    expect(claiming(claimed), Object.keys(claimed).join()).toThrow(
      /^a: expected a refiner that minimand refine has written, got sizes that its \d+ numbers don't fill$/,
    );
  expect(claiming({ size: null })).toThrow(/^a: expected a refiner .*, got a damaged or another file/);
  expect(claiming({ vectors: 3_000_000 })).toThrow(
    /^a: expected a refiner .* \(vectors: expected an integer >= 0 and <= 1024, got 3000000\)$/,
  );
  expect(claiming({ length: 2 })).toThrow(/\(length: expected an integer >= 3, got 2\)$/);
});

it.each([Number.NaN, -Infinity])("readRefiner refuses a weight of %d", async (weight) => {
  const params = startOf(shape, 1);
  const { tensors, metadata } = readSafetensors(await refinerBytes({ ...shape, params }));
  disposeTree(params as Tree);
  const [name] = Object.keys(tensors);
  tensors[name].data[0] = weight;
  expect(() => readRefiner(writeSafetensors(tensors, metadata), "a")).toThrow(
    `a: expected a refiner that minimand refine has written, got a damaged or another file (safetensors, tensor ${name}: expected finite numbers, got ${weight})`,
  );
});

it("readyRefiner refuses logits that overflow, as finite weights may make them", async () => {
  const { tensors, metadata } = readSafetensors(await smallRefiner(["red"]));
  for (const { data } of Object.values(tensors)) data.fill(3e38);
  const refiner = readRefiner(writeSafetensors(tensors, metadata), "a");
  const ready = readyRefiner(refiner, 2, undefined, "a");
  await expect(refinePrompt(ready, "red", { count: 2 })).rejects.toThrow(
    /^a: expected a refiner whose output is finite, got NaN$/,
  );
  ready.dispose();
  disposeTree(refiner.params as Tree);
});

it.each([
  [
    "too many tokens",
    { length: 30_000 },
    /^a: expected a refiner .* \(length: expected a finite number <= 1024, got 30000\)$/,
  ],
  [
    "too many logits",
    { length: 1000, tokens: [...shape.tokens, ...Array.from({ length: 5000 }, (_, i) => `word${i}`)] },
    /^a: expected a refiner .*, got 5005 words and 1000 tokens, which need more than 4194304 numbers a rewrite$/,
  ],
])("readRefiner refuses %s, although the file has as many numbers", (_, sizes, refused) => {
  const { length, tokens, size } = { ...shape, ...sizes };
  const data = new Float32Array(size * Math.max(length, tokens.length));
  const refiner = JSON.stringify({ ...shape, ...sizes });
  const metadata = { format: "minimand.refiner/1", refiner };
  const bytes = writeSafetensors({ w: { data, shape: [data.length] } } as never, metadata);
  expect(() => readRefiner(bytes, "a")).toThrow(refused);
});

it.each([
  [5, 1000, 1000],
  [4000, 65, 1000],
])("readyRefiner with %i words computes %i of %i rewrites at once", async (words, rows, count) => {
  const asked: number[] = [];
  const compile = () =>
    Object.assign(
      (...[encoder, adapter, x, noise]: np.Array[]) => {
        asked.push(x.shape[0]);
        disposeTree([encoder, adapter, x, noise]);
        return np.zeros([x.shape[0], 1]);
      },
      { dispose: () => {} },
    );
  const tokens = [...shape.tokens.slice(0, 3), ...Array.from({ length: words - 3 }, (_, i) => `word${i}`)];
  const params = { encoder: {}, adapter: {}, decoder: {} };
  const length = words === 5 ? 4 : 1024;
  const ready = readyRefiner({ ...shape, tokens, length, params }, count, compile as never, "a");
  await ready.memories(new Int32Array(length), [1]);
  expect(asked).toEqual([rows]);
});
