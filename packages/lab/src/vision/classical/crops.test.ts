import { expect, it } from "vitest";
import { crops, type HostPicture } from "./crops.ts";

it("crops are squares of the pictures from everywhere in them, half of them mirrored", () => {
  // A number says its picture, row, column and channel.
  const pictureOf = (id: number, height: number, width: number): HostPicture => ({
    values: Float32Array.from({ length: height * width * 2 }, (_, i) => {
      const pixel = Math.floor(i / 2);
      return 1000 * id + 100 * Math.floor(pixel / width) + 10 * (pixel % width) + (i % 2);
    }),
    shape: [height, width, 2],
  });
  const pictures = [pictureOf(0, 4, 5), pictureOf(1, 3, 3)];
  const corners = new Set<number>();
  let mirrored = 0;
  for (const { x, y, weights } of crops(pictures, { crop: 3, size: 4, seed: 1, steps: 50 })) {
    expect(x.shape).toEqual([4, 3, 3, 2]);
    const values = [...x.dataSync()];
    for (let square = 0; square < 4; square++) {
      const own = values.slice(18 * square, 18 * square + 18);
      const step = own[2] - own[0];
      const expected = own.map((_, i) => 100 * Math.floor(i / 6) + step * Math.floor((i % 6) / 2) + (i % 2));
      expect(own.map((value) => value - own[0])).toEqual(expected);
      expect(Math.abs(step)).toBe(10);
      mirrored += Number(step < 0);
      corners.add(Math.min(...own));
    }
    y.dispose();
    weights.dispose();
  }
  expect([...corners].toSorted((a, b) => a - b)).toEqual([0, 10, 20, 100, 110, 120, 1000]);
  expect(Math.abs(mirrored - 100)).toBeLessThan(30);
});
