import { numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../test/support/leaks.ts";
import { compiledValueAndGrad } from "../engine/differentiate.ts";
import { keyOf } from "../engine/random.ts";
import { upsample } from "./layers/index.ts";
import { resizeBilinear } from "./resize.ts";

const image = (values: number[], shape: [number, number, number, number]): np.Array =>
  np.array(Float32Array.from(values), { shape });
const waves = (count: number): number[] => Array.from({ length: count }, (_, i) => Math.sin(12.9898 * i));
const near = (found: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++) expect(Math.abs(found[i] - expected[i])).toBeLessThan(1e-5);
};

describe("resizeBilinear", () => {
  it("keeps a constant, and with aligned corners the corners", () => {
    for (const size of [
      [1, 1],
      [3, 2],
      [7, 12],
      [40, 5],
    ] as const) {
      near(
        resizeBilinear(np.full([1, 5, 4, 2], 0.3), size).dataSync(),
        new Float32Array(size[0] * size[1] * 2).fill(0.3),
      );
      if (size[0] === 1) continue;
      const x = waves(20);
      const y = resizeBilinear(image(x, [1, 5, 4, 1]), size).dataSync();
      const [last, row] = [size[0] * size[1] - 1, size[1] - 1];
      near([y[0], y[row], y[last - row], y[last]], [x[0], x[3], x[16], x[19]]);
    }
  });

  it("is the identity at the image's own size, each way", () => {
    for (const alignCorners of [true, false])
      near(resizeBilinear(image(waves(24), [2, 3, 2, 2]), [3, 2], { alignCorners }).dataSync(), waves(24));
  });

  it("interpolates planes exactly, and channels apart", () => {
    const plane = (h: number, w: number): number[] =>
      Array.from({ length: h * w }, (_, i) => {
        const [row, column] = [Math.floor(i / w) / (h - 1), (i % w) / (w - 1)];
        return [2 * row - 3 * column, row + 5];
      }).flat();
    near(resizeBilinear(image(plane(4, 3), [1, 4, 3, 2]), [9, 8]).dataSync(), plane(9, 8));
  });

  it("without aligned corners is what the layer upsample does", () => {
    const layer = upsample({ factor: [3, 2], method: "bilinear" });
    const x = image(waves(60), [2, 5, 3, 2]);
    const [expected] = layer.apply(layer.init(keyOf(1)), x.ref, { training: false });
    near(resizeBilinear(x, [15, 6], { alignCorners: false }).dataSync(), expected.dataSync());
  });

  it("has the transposed matrices as its gradient, compiled, too", () => {
    const shape: [number, number, number, number] = [2, 3, 5, 3];
    const target: [number, number, number, number] = [2, 8, 4, 3];
    const run = compiledValueAndGrad((x: np.Array, y: np.Array) =>
      resizeBilinear(np.tanh(x), [8, 4]).mul(y).sum(),
    );
    const [x, y] = [waves(90), waves(192)];
    const [value, gradient] = run(image(x, shape), image(y, target));
    // Of a linear map A: x . A^T y = (A x) . y
    const found = [...gradient.dataSync()];
    const through = found.reduce((sum, g, i) => sum + (g / (1 - Math.tanh(x[i]) ** 2)) * Math.tanh(x[i]), 0);
    expect(Math.abs(through - value.item())).toBeLessThan(1e-4);
    run.dispose();
  });

  it("leaks nothing and keeps what was given by .ref", () => {
    const x = image(waves(24), [2, 3, 2, 2]);
    expect(leakOf(() => resizeBilinear(x.ref, [5, 7]).dataSync())).toBe(0);
    expect(x.refCount).toBe(1);
    x.dispose();
  });

  it.each([
    [
      "a row",
      () => resizeBilinear(np.zeros([3]), [2, 2]),
      /^x: expected a float array \[batch, height, width, channels\], got float32\[3\]$/,
    ],
    [
      "integers",
      () => resizeBilinear(np.zeros([1, 2, 2, 1], { dtype: np.int32 }), [2, 2]),
      /^x: expected a float array/,
    ],
    [
      "a number as the size",
      () => resizeBilinear(np.zeros([1, 2, 2, 1]), 4 as never),
      /^size: expected \[height, width\], got 4$/,
    ],
    [
      "no rows",
      () => resizeBilinear(np.zeros([1, 2, 2, 1]), [0, 2]),
      /^size: expected an integer >= 1, got 0$/,
    ],
    [
      "half a pixel",
      () => resizeBilinear(np.zeros([1, 2, 2, 1]), [2, 2.5]),
      /^size: expected an integer >= 1, got 2.5$/,
    ],
    [
      "an option that is none",
      () => resizeBilinear(np.zeros([1, 2, 2, 1]), [2, 2], { alignCorner: true } as never),
      /did you mean 'alignCorners'/,
    ],
  ])("refuses %s", (_, call, message) => expect(call).toThrow(message));
});
