import { describe, expect, it } from "vitest";
import type { Dataset, Feature } from "../../data/dataset.ts";
import { shareDataset } from "./share-dataset.ts";

const texts = {
  starts: Uint32Array.of(0, 1, 3, 3),
  buckets: Uint16Array.of(9, 7, 8),
  counts: Uint8Array.of(1, 2, 1),
};
const features = [
  { kind: "numeric", name: "a", values: Float64Array.of(0.1, Number.NaN, -3) },
  { kind: "categorical", name: "b", levels: ["u", "v"], codes: Int32Array.of(1, -1, 0) },
  { kind: "text", name: "c", levels: [], codes: Int32Array.of(0, 1, 2), grams: { rule: "r", ...texts } },
] as unknown as Feature[];
const dataset = {
  name: "x",
  features,
  rows: 3,
  labels: Int32Array.of(1, 0, 1),
  targets: new Float64Array(),
  time: Float64Array.of(5, 6, 7),
  unlabeled: { rows: 3, features },
} as unknown as Dataset;

describe("shareDataset", () => {
  it("puts equal columns into one piece of shared memory", () => {
    const shared = shareDataset(dataset);
    expect(shared).toEqual(dataset);
    const buffers = new Set<ArrayBufferLike>();
    JSON.stringify(shared, (_, value) => {
      if (ArrayBuffer.isView(value)) buffers.add(value.buffer);
      return ArrayBuffer.isView(value) ? null : value;
    });
    expect([...buffers]).toEqual([expect.any(SharedArrayBuffer)]);
  });
});
