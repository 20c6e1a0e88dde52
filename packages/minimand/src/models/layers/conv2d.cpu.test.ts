import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conv2d, convTranspose2d } from "./conv2d.ts";
import type { Layer } from "./layer.ts";
import {
  type Axis,
  convolution,
  type Numbers,
  numbers,
  transposedConvolution,
  windowsOn,
} from "./reference.fixture.ts";
import type { Padding } from "./window.ts";

/* Float64 on the exact device against plain loops. */

const arrayOf = ({ data, shape }: Numbers): np.Array => np.array(data.slice(), { shape: [...shape] });

function applied(layer: Layer, params: { [name: string]: Numbers }, x: Numbers): Numbers {
  const arrays = Object.fromEntries(Object.entries(params).map(([name, values]) => [name, arrayOf(values)]));
  const [y] = layer.apply({ params: arrays, state: {} }, arrayOf(x), { training: true });
  expect(y.dtype).toBe(np.float64);
  const { shape } = y;
  return { shape, data: Float64Array.from(y.dataSync() as Float64Array) };
}

function expectSame(found: Numbers, expected: Numbers): void {
  expect(found.shape).toEqual(expected.shape);
  const scale = expected.data.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  found.data.forEach((v, i) => {
    expect(Math.abs(v - expected.data[i])).toBeLessThan(1e-12 * scale);
  });
}

interface Setting {
  batch?: number;
  image: readonly [number, number];
  inputs: number;
  outputs: number;
  groups?: number;
  axes: readonly [Axis, Axis];
}

const axis = (size: number, rest: Partial<Axis> = {}): Axis => ({
  size,
  stride: 1,
  dilation: 1,
  before: 0,
  after: 0,
  ...rest,
});

function optionsOf({ inputs, outputs, groups, axes }: Setting) {
  const [height, width] = axes;
  return {
    inputs,
    outputs,
    groups,
    kernel: [height.size, width.size] as const,
    stride: [height.stride, width.stride] as const,
    dilation: [height.dilation, width.dilation] as const,
    padding: [
      [height.before, height.after],
      [width.before, width.after],
    ] as Padding,
    bias: false,
  };
}

function dot(a: Numbers, b: Numbers): number {
  return a.data.reduce((sum, v, i) => sum + v * b.data[i], 0);
}

/** The convolution of a setting, and the transposed one of the same kernel, against their loops and each other. */
function check(setting: Setting): void {
  const { batch = 2, image, inputs, outputs, groups = 1, axes } = setting;
  const x = numbers([batch, ...image, inputs]);
  const kernel = numbers([axes[0].size, axes[1].size, inputs / groups, outputs], 1);
  const options = optionsOf(setting);
  const y = applied(conv2d(options), { kernel }, x);
  expectSame(y, convolution(x, kernel, axes, groups));

  const back = numbers(y.shape, 2);
  const rest = axes.map((each, i) => {
    const count = windowsOn(image[i], each);
    const least = (count - 1) * each.stride + each.dilation * (each.size - 1) + 1;
    return image[i] - least + each.before + each.after;
  }) as [number, number];
  const transposed = convTranspose2d({
    ...options,
    inputs: outputs,
    outputs: inputs,
    outputPadding: rest,
  });
  const found = applied(transposed, { kernel }, back);
  expectSame(found, transposedConvolution(back, kernel, axes, groups, x.shape));
  const scale = Math.sqrt(dot(y, y) * dot(back, back));
  expect(Math.abs(dot(y, back) - dot(x, found))).toBeLessThan(1e-12 * Math.max(1, scale));
}

const settings: { [name: string]: Setting } = {
  "one pixel": { image: [1, 1], inputs: 1, outputs: 1, axes: [axis(1), axis(1)] },
  "a kernel of one": { image: [3, 4], inputs: 3, outputs: 5, axes: [axis(1), axis(1)] },
  "a kernel of one with a stride": {
    image: [5, 4],
    inputs: 4,
    outputs: 3,
    axes: [axis(1, { stride: 2 }), axis(1, { stride: 3 })],
  },
  "three by three": {
    image: [4, 5],
    inputs: 2,
    outputs: 3,
    axes: [axis(3, { before: 1, after: 1 }), axis(3, { before: 1, after: 1 })],
  },
  "an even kernel": {
    image: [4, 5],
    inputs: 1,
    outputs: 2,
    axes: [axis(2), axis(4, { before: 1, after: 2 })],
  },
  "a padding on one side": {
    image: [4, 3],
    inputs: 5,
    outputs: 1,
    axes: [axis(3, { before: 2 }), axis(2, { after: 1 })],
  },
  "a padding wider than the kernel": {
    image: [2, 3],
    inputs: 1,
    outputs: 2,
    axes: [axis(1, { before: 3, after: 1 }), axis(2, { before: 4, stride: 2 })],
  },
  "a stride of two": {
    image: [7, 6],
    inputs: 3,
    outputs: 4,
    axes: [axis(3, { stride: 2, before: 1, after: 1 }), axis(3, { stride: 2, before: 1 })],
  },
  "a stride of three, as wide as the kernel": {
    image: [6, 7],
    inputs: 2,
    outputs: 3,
    axes: [axis(3, { stride: 3 }), axis(2, { stride: 3, after: 1 })],
  },
  "a stride wider than the kernel": {
    image: [7, 8],
    inputs: 2,
    outputs: 2,
    axes: [axis(1, { stride: 3 }), axis(2, { stride: 3 })],
  },
  "a dilation": {
    image: [7, 6],
    inputs: 2,
    outputs: 3,
    axes: [axis(3, { dilation: 2, before: 1 }), axis(2, { dilation: 3 })],
  },
  "a dilation and a stride": {
    image: [8, 9],
    inputs: 2,
    outputs: 3,
    axes: [axis(3, { dilation: 2, stride: 3, before: 2, after: 1 }), axis(2, { dilation: 3, stride: 2 })],
  },
  "two groups": { image: [4, 4], inputs: 4, outputs: 6, groups: 2, axes: [axis(3), axis(2, { stride: 2 })] },
  "each channel by itself": {
    image: [5, 4],
    inputs: 3,
    outputs: 3,
    groups: 3,
    axes: [axis(3, { stride: 2, before: 1, after: 1 }), axis(2, { dilation: 2 })],
  },
  "each channel by itself to two": {
    image: [4, 4],
    inputs: 3,
    outputs: 6,
    groups: 3,
    axes: [axis(3, { before: 1 }), axis(2)],
  },
};

describe("a convolution and its adjoint", () => {
  it.each(Object.entries(settings))("are those of their formulas: %s", (_, setting) => check(setting));

  it("are those of their formulas whatever the geometry", () => {
    const axes = fc.record({
      size: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
      dilation: fc.integer({ min: 1, max: 3 }),
      before: fc.integer({ min: 0, max: 3 }),
      after: fc.integer({ min: 0, max: 3 }),
    });
    const channels = fc.record({
      groups: fc.integer({ min: 1, max: 3 }),
      own: fc.integer({ min: 1, max: 5 }),
      each: fc.integer({ min: 1, max: 3 }),
    });
    const lengths = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }));
    fc.assert(
      fc.property(lengths, fc.tuple(axes, axes), channels, (image, both, { groups, own, each }) => {
        fc.pre(both.every((one, i) => windowsOn(image[i], one) >= 1));
        check({ batch: 2, image, inputs: groups * own, outputs: groups * each, groups, axes: both });
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    [7, 3, 2, 1],
    [6, 2, 1, 1],
    [8, 3, 3, 2],
    [5, 4, 2, 1],
    [4, 1, 2, 1],
  ])(
    "with the padding same, %i pixels, a kernel of %i, stride %i, dilation %i",
    (n, size, stride, dilation) => {
      const count = Math.ceil(n / stride);
      const total = Math.max(0, (count - 1) * stride + dilation * (size - 1) + 1 - n);
      const one = axis(size, {
        stride,
        dilation,
        before: Math.floor(total / 2),
        after: Math.ceil(total / 2),
      });
      const x = numbers([1, n, n, 2]);
      const kernel = numbers([size, size, 2, 3], 1);
      const options = {
        inputs: 2,
        outputs: 3,
        kernel: size,
        stride,
        dilation,
        padding: "same",
        bias: false,
      } as const;
      const y = applied(conv2d(options), { kernel }, x);
      expect(y.shape).toEqual([1, count, count, 3]);
      expectSame(y, convolution(x, kernel, [one, one], 1));
      const large = applied(convTranspose2d({ ...options, inputs: 3, outputs: 2 }), { kernel }, y);
      expect(large.shape).toEqual([1, count * stride, count * stride, 2]);
    },
  );

  it("add their bias", () => {
    const bias = numbers([2], 3);
    const x = numbers([1, 2, 2, 1]);
    for (const layer of [
      conv2d({ inputs: 1, outputs: 2, kernel: 1 }),
      convTranspose2d({ inputs: 1, outputs: 2, kernel: 1, stride: 2, outputPadding: 1 }),
    ]) {
      const kernel = numbers(layer.name.startsWith("conv2d") ? [1, 1, 1, 2] : [1, 1, 2, 1], 1);
      const y = applied(layer, { kernel, bias }, x);
      expect(y.data[0]).toBeCloseTo(x.data[0] * kernel.data[0] + bias.data[0], 12);
      expect(y.data[1]).toBeCloseTo(x.data[0] * kernel.data[1] + bias.data[1], 12);
    }
  });
});
