import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIdx } from "./idx.ts";

/** An IDX file of unsigned bytes. */
function idx(sizes: readonly number[], content: readonly number[]): Uint8Array {
  const words = sizes.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]);
  return Uint8Array.from([0, 0, 8, sizes.length, ...words, ...content]);
}

describe("readIdx", () => {
  it("gives pixels and labels as they were written, wherever the bytes lie in their buffer", () => {
    const shape = fc.tuple(fc.nat(5), fc.nat(4), fc.nat(4), fc.nat(7));
    fc.assert(
      fc.property(shape, ([count, height, width, offset]) => {
        const pixels = Array.from({ length: count * height * width }, (_, i) => (i * 37) % 256);
        const labels = Array.from({ length: count }, (_, i) => i % 10);
        const file = idx([count, height, width], pixels);
        const shifted = new Uint8Array(file.length + offset);
        shifted.set(file, offset);
        const read = readIdx(shifted.subarray(offset), idx([count], labels), "set");
        expect([read.count, read.height, read.width]).toEqual([count, height, width]);
        expect([...read.pixels]).toEqual(pixels);
        expect([...read.labels]).toEqual(labels);
      }),
    );
  });

  const pixels = [1, 2, 3, 4, 5, 6, 7, 8];
  const images = idx([2, 2, 2], pixels);
  const labels = idx([2], [0, 1]);

  it.each<[string, Uint8Array, Uint8Array, string]>([
    [
      "a file that is cut off",
      images.subarray(0, -1),
      labels,
      "set-images.idx3.gz: expected 24 bytes for 2 x 2 x 2, got 23 bytes",
    ],
    [
      "a file with more than it says",
      idx([2, 2, 2], [...pixels, 9]),
      labels,
      "set-images.idx3.gz: expected 24 bytes for 2 x 2 x 2, got 25 bytes",
    ],
    [
      "less than a header",
      images.subarray(0, 15),
      labels,
      "set-images.idx3.gz: expected an IDX header of 16 bytes, got 15 bytes",
    ],
    [
      "labels in place of images",
      idx([20], Array(20).fill(0)),
      labels,
      "set-images.idx3.gz: expected the IDX magic number 2051, got 2049",
    ],
    [
      "other types than bytes",
      Uint8Array.from([0, 0, 13, ...images.subarray(3)]),
      labels,
      "set-images.idx3.gz: expected the IDX magic number 2051, got 3331",
    ],
    [
      "labels that are cut off",
      images,
      labels.subarray(0, -1),
      "set-labels.idx1.gz: expected 10 bytes for 2, got 9 bytes",
    ],
    ["a label too many", images, idx([3], [0, 1, 2]), "set-labels.idx1.gz: expected 2, one an image, got 3"],
  ])("refuses %s", (_, first, second, message) => {
    expect(() => readIdx(first, second, "set")).toThrow(new RangeError(message));
  });
});
