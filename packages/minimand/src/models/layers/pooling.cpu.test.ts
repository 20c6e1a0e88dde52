import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Layer } from "./layer.ts";
import { avgPool, maxPool } from "./pooling.ts";
import { type Axis, type Numbers, numbers, pooled, windowsOn } from "./reference.fixture.ts";
import { upsample } from "./upsample.ts";

/* Float64 on the exact device against plain loops. */

function applied(layer: Layer, { data, shape }: Numbers): Numbers {
  const [y] = layer.apply({ params: {}, state: {} }, np.array(data.slice(), { shape: [...shape] }), {
    training: true,
  });
  expect(y.dtype).toBe(np.float64);
  return { shape: y.shape, data: Float64Array.from(y.dataSync() as Float64Array) };
}

function expectSame(found: Numbers, expected: Numbers): void {
  expect(found.shape).toEqual(expected.shape);
  found.data.forEach((v, i) => {
    expect(Math.abs(v - expected.data[i])).toBeLessThan(1e-12);
  });
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
const max = (values: number[]): number => Math.max(...values);

describe.each([
  ["a mean", avgPool, mean],
  ["a maximum", maxPool, max],
] as const)("%s of windows", (_, pool, reduce) => {
  it("is that of the pixels inside, whatever the geometry", () => {
    const axes = fc
      .record({
        size: fc.integer({ min: 1, max: 4 }),
        stride: fc.integer({ min: 1, max: 4 }),
        before: fc.integer({ min: 0, max: 3 }),
        after: fc.integer({ min: 0, max: 3 }),
      })
      .filter(({ size, before, after }) => before < size && after < size);
    const lengths = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }));
    fc.assert(
      fc.property(lengths, fc.tuple(axes, axes), fc.integer({ min: 1, max: 5 }), (image, both, channels) => {
        const [height, width] = both.map((axis): Axis => ({ ...axis, dilation: 1 }));
        fc.pre(windowsOn(image[0], height) >= 1 && windowsOn(image[1], width) >= 1);
        const x = numbers([2, ...image, channels]);
        // All below zero: a zero beyond the border would win.
        x.data.forEach((v, i) => {
          x.data[i] = v - 3;
        });
        const layer = pool({
          size: [height.size, width.size],
          stride: [height.stride, width.stride],
          padding: [
            [height.before, height.after],
            [width.before, width.after],
          ],
        });
        expectSame(applied(layer, x), pooled(x, [height, width], reduce));
      }),
      { numRuns: 25 },
    );
  });

  it("has windows side by side, without padding, unless told otherwise", () => {
    const axis: Axis = { size: 2, stride: 2, dilation: 1, before: 0, after: 0 };
    const x = numbers([1, 5, 4, 2]);
    expectSame(applied(pool({ size: 2 }), x), pooled(x, [axis, axis], reduce));
  });

  it("keeps the size with the padding same and stride 1", () => {
    const axis: Axis = { size: 4, stride: 1, dilation: 1, before: 1, after: 2 };
    const x = numbers([1, 5, 3, 2]);
    expectSame(applied(pool({ size: 4, stride: 1, padding: "same" }), x), pooled(x, [axis, axis], reduce));
  });
});

describe("upsampling", () => {
  it.each([
    [
      [2, 3],
      [3, 2],
    ],
    [
      [1, 1],
      [2, 4],
    ],
    [
      [4, 2],
      [1, 5],
    ],
  ] as const)("of %j pixels by %j reads the pixels of its formula", (image, factor) => {
    const x = numbers([2, ...image, 3]);
    const at = (n: number, i: number, j: number, c: number): number =>
      x.data[((n * image[0] + i) * image[1] + j) * 3 + c];
    const size = image.map((n, axis) => n * factor[axis]);
    const over = (read: (n: number, i: number, j: number, c: number) => number): Numbers => {
      const data: number[] = [];
      for (let n = 0; n < 2; n++)
        for (let i = 0; i < size[0]; i++)
          for (let j = 0; j < size[1]; j++) for (let c = 0; c < 3; c++) data.push(read(n, i, j, c));
      return { shape: [2, ...size, 3], data: Float64Array.from(data) };
    };
    expectSame(
      applied(upsample({ factor }), x),
      over((n, i, j, c) => at(n, Math.floor(i / factor[0]), Math.floor(j / factor[1]), c)),
    );
    const neighbours = (axis: 0 | 1, i: number): [number, number][] => {
      const source = Math.max(0, (i + 0.5) / factor[axis] - 0.5);
      const a = Math.floor(source);
      return [
        [a, 1 - (source - a)],
        [Math.min(a + 1, image[axis] - 1), source - a],
      ];
    };
    expectSame(
      applied(upsample({ factor, method: "bilinear" }), x),
      over((n, i, j, c) => {
        let sum = 0;
        for (const [a, p] of neighbours(0, i))
          for (const [b, q] of neighbours(1, j)) sum += p * q * at(n, a, b, c);
        return sum;
      }),
    );
  });
});
