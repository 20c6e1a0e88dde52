import { writeSafetensors } from "minimand";
import { disposeTree, type Tree } from "minimand/engine";
import { readSafetensors } from "minimand/models";
import { expect, it } from "vitest";
import { type RefinerShape, readRefiner, refinerBytes, startOf } from "./refiner.ts";

const shape: RefinerShape = {
  tokens: ["<unk>", "<s>", "</s>", "red", "moon"],
  ...{ length: 4, size: 8, vectors: 2 },
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
});
