import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { keyOf } from "../../engine/random.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import { conv2d, convTranspose2d } from "./conv2d.ts";
import type { Layer } from "./layer.ts";
import { avgPool, maxPool } from "./pooling.ts";
import { type Axis, convolution, type Numbers, numbers, transposedConvolution } from "./reference.fixture.ts";
import { upsample } from "./upsample.ts";

const arrayOf = ({ data, shape }: Numbers): np.Array =>
  np.array(Float32Array.from(data), { shape: [...shape] });

/** What a layer computes on wasm eagerly and compiled, in the dtype of training. */
function applied(layer: Layer, kernel: Numbers, x: Numbers): { [way: string]: ArrayLike<number> } {
  const forward = (k: np.Array, image: np.Array): np.Array =>
    layer.apply({ params: { kernel: k }, state: {} }, image, { training: true })[0];
  const compiled = jit(forward);
  const found = {
    eager: forward(arrayOf(kernel), arrayOf(x)).dataSync(),
    compiled: compiled(arrayOf(kernel), arrayOf(x)).dataSync(),
  };
  compiled.dispose();
  return found;
}

/** Geometries in which views of the engine's go wrong on wasm where padding or slices reach across cells. */
const geometries: [
  name: string,
  image: [number, number],
  channels: number,
  outputs: number,
  axes: [Axis, Axis],
][] = [
  [
    "a stride of two, and two channels",
    [6, 4],
    2,
    3,
    [
      { size: 3, stride: 2, dilation: 1, before: 1, after: 0 },
      { size: 3, stride: 2, dilation: 1, before: 1, after: 0 },
    ],
  ],
  [
    "a stride of three along lines alone",
    [7, 2],
    4,
    4,
    [
      { size: 1, stride: 3, dilation: 1, before: 0, after: 0 },
      { size: 2, stride: 2, dilation: 2, before: 1, after: 2 },
    ],
  ],
  [
    "a dilation with a stride",
    [12, 14],
    6,
    2,
    [
      { size: 4, stride: 2, dilation: 1, before: 1, after: 1 },
      { size: 4, stride: 3, dilation: 2, before: 2, after: 1 },
    ],
  ],
];

describe.each(geometries)("on wasm, with %s", (_, image, channels, outputs, axes) => {
  const options = {
    kernel: [axes[0].size, axes[1].size],
    stride: [axes[0].stride, axes[1].stride],
    dilation: [axes[0].dilation, axes[1].dilation],
    padding: [
      [axes[0].before, axes[0].after],
      [axes[1].before, axes[1].after],
    ],
    bias: false,
  } as const;
  const x = numbers([2, ...image, channels]);

  it.each([1, channels])("a convolution in groups is that of its formula (%i)", (groups) => {
    const last = groups === 1 ? outputs : channels;
    const kernel = numbers([...options.kernel, channels / groups, last], 1);
    const expected = convolution(x, kernel, axes, groups);
    const layer = conv2d({ ...options, inputs: channels, outputs: last, groups });
    for (const found of Object.values(applied(layer, kernel, x)))
      expected.data.forEach((v, i) => {
        expect(Math.abs(v - found[i])).toBeLessThan(2e-5);
      });
  });

  it("a transposed one is, too", () => {
    const kernel = numbers([...options.kernel, channels, outputs], 1);
    const y = convolution(x, kernel, axes, 1);
    const expected = transposedConvolution(y, kernel, axes, 1, x.shape);
    const extra = axes.map(({ size, stride, dilation, before, after }, i) => {
      const least = (y.shape[i + 1] - 1) * stride + dilation * (size - 1) + 1;
      return image[i] - least + before + after;
    }) as [number, number];
    const layer = convTranspose2d({ ...options, inputs: outputs, outputs: channels, outputPadding: extra });
    const scale = expected.data.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
    for (const found of Object.values(applied(layer, kernel, y)))
      expected.data.forEach((v, i) => {
        expect(Math.abs(v - found[i])).toBeLessThan(2e-6 * scale);
      });
  });
});

it.each([
  [
    "a convolution",
    conv2d({ inputs: 6, outputs: 4, kernel: 2, stride: 2, padding: 1, bias: false }),
    [2, 8, 6, 6],
  ],
  [
    "a convolution of one channel",
    conv2d({
      inputs: 1,
      outputs: 4,
      kernel: [3, 4],
      stride: [2, 4],
      padding: [
        [2, 1],
        [3, 1],
      ],
      bias: false,
    }),
    [2, 8, 8, 1],
  ],
  [
    "a convolution in groups",
    conv2d({ inputs: 6, outputs: 6, groups: 3, kernel: 2, stride: 2, padding: 1, bias: false }),
    [2, 8, 6, 6],
  ],
  [
    "each channel by itself",
    conv2d({
      inputs: 2,
      outputs: 2,
      groups: 2,
      kernel: [2, 4],
      stride: [2, 4],
      padding: [
        [1, 1],
        [2, 2],
      ],
      bias: false,
    }),
    [2, 6, 12, 2],
  ],
  [
    "a transposed convolution",
    convTranspose2d({ inputs: 2, outputs: 6, kernel: 4, stride: 2, padding: 1, bias: false }),
    [2, 4, 6, 2],
  ],
  [
    "a mean",
    avgPool({
      size: [2, 4],
      padding: [
        [1, 1],
        [3, 1],
      ],
    }),
    [2, 8, 8, 2],
  ],
  [
    "a maximum",
    maxPool({
      size: [2, 4],
      padding: [
        [1, 1],
        [3, 1],
      ],
    }),
    [2, 8, 8, 2],
  ],
] as const)(
  "on wasm the compiled gradient of %s with a stride in its input is that of differences",
  (_, layer, shape) => {
    const { params } = layer.init(keyOf(3));
    const x = Float32Array.from(
      { length: shape.reduce<number>((a, b) => a * b, 1) },
      (_, i) => 2 * Math.sin(12.9898 * i),
    );
    // Elementwise work before the layer, as in a network, reads the gradient.
    const run = compiledValueAndGrad((image: np.Array, weights: Tree) =>
      np
        .square(layer.apply({ params: weights, state: {} }, np.tanh(image), { training: true })[0].add(1))
        .sum(),
    );
    const at = (values: Float32Array<ArrayBuffer>) =>
      run(np.array(values, { shape: [...shape] }), refTree(params));
    const [value, gradient] = at(x);
    value.dispose();
    const found = gradient.dataSync();
    for (let i = 0; i < x.length; i += Math.ceil(x.length / 40)) {
      const [up, down] = [0.01, -0.01].map((h) => {
        const [moved, rest] = at(x.with(i, x[i] + h) as Float32Array<ArrayBuffer>);
        rest.dispose();
        return moved.item();
      });
      expect(Math.abs(found[i] - (up - down) / 0.02)).toBeLessThan(0.02 * (1 + Math.abs(found[i])));
    }
    run.dispose();
    disposeTree(params);
  },
);

it("the kernel of a convolution starts with the variance of He, so that outputs keep the mean square of ReLU", () => {
  const x = np.array(
    Float32Array.from({ length: 8 * 12 * 12 * 8 }, (_, i) => 2 * Math.sin(12.9898 * i * i)),
    { shape: [8, 12, 12, 8] },
  );
  for (const layer of [
    conv2d({ inputs: 8, outputs: 64, kernel: 3, padding: "same", groups: 2 }),
    convTranspose2d({ inputs: 8, outputs: 64, kernel: 4, stride: 2, padding: "same" }),
  ]) {
    const [y] = layer.apply(layer.init(keyOf(1)), x.ref, { training: true });
    // Mean square 2 in, variance 2 / n of n weights; the zeros beyond the border take a little.
    const square = np.square(y).mean().item();
    expect(square).toBeGreaterThan(3);
    expect(square).toBeLessThan(4.6);
  }
});

it("of equal numbers in a window the first, row after row, has the gradient", () => {
  const layer = maxPool({
    size: [2, 3],
    stride: [1, 3],
    padding: [
      [1, 0],
      [0, 0],
    ],
  });
  const run = compiledValueAndGrad((x: np.Array) =>
    layer.apply({ params: {}, state: {} }, x, { training: true })[0].sum(),
  );
  const x = np.array([5, 7, 7, 7, 1, 2]).reshape([1, 2, 3, 1]);
  const [value, gradient] = run(x);
  expect(value.item()).toBe(14);
  expect([...gradient.dataSync()]).toEqual([0, 2, 0, 0, 0, 0]);
  run.dispose();
});

describe("bad input", () => {
  const ok = { inputs: 4, outputs: 6, kernel: 3 };
  it.each([
    ["no channels", () => conv2d({ ...ok, inputs: 0 }), /^inputs: expected an integer >= 1, got 0$/],
    ["half an output", () => conv2d({ ...ok, outputs: 1.5 }), /^outputs: expected an integer >= 1, got 1.5$/],
    ["no kernel", () => conv2d({ ...ok, kernel: [3, 0] }), /^kernel: expected an integer >= 1, got 0$/],
    [
      "a kernel of three axes",
      () => conv2d({ ...ok, kernel: [3, 3, 3] as never }),
      /^kernel: expected a number or \[height, width\], got an array of length 3$/,
    ],
    ["no stride", () => conv2d({ ...ok, stride: 0 }), /^stride: expected an integer >= 1, got 0$/],
    ["no dilation", () => conv2d({ ...ok, dilation: -1 }), /^dilation: expected an integer >= 1, got -1$/],
    [
      "a negative padding",
      () => conv2d({ ...ok, padding: -1 }),
      /^padding: expected an integer >= 0, got -1$/,
    ],
    [
      "a padding nobody knows",
      () => conv2d({ ...ok, padding: "full" as never }),
      /^padding: expected "same", "valid", a number, or .*, got "full"$/,
    ],
    [
      "groups that don't divide",
      () => conv2d({ ...ok, groups: 4 }),
      /^groups: expected a divisor of 4 inputs and 6 outputs, got 4$/,
    ],
    [
      "an option nobody knows",
      () => conv2d({ ...ok, strides: 2 } as never),
      /^conv2d: expected only the options .* did you mean 'stride'\?$/,
    ],
    [
      "rows beyond a stride",
      () => convTranspose2d({ ...ok, stride: 2, outputPadding: 2 }),
      /^outputPadding: expected an integer >= 0 and < 2, got 2$/,
    ],
    [
      "rows beside the padding same",
      () => convTranspose2d({ ...ok, stride: 2, padding: "same", outputPadding: 1 }),
      /^outputPadding: expected 0 beside the padding "same", got 1$/,
    ],
    [
      "a padding as wide as a window",
      () => maxPool({ size: 2, padding: 2 }),
      /^padding: expected less than the size of a window, 2, got 2$/,
    ],
    ["half a factor", () => upsample({ factor: 1.5 }), /^factor: expected an integer >= 1, got 1.5$/],
    [
      "a method nobody knows",
      () => upsample({ factor: 2, method: "cubic" as never }),
      /^method: expected one of "nearest", "bilinear", got "cubic"$/,
    ],
  ])("%s is refused", (_, call, message) => expect(call).toThrow(message));

  it.each([
    [
      "other channels",
      conv2d(ok),
      [2, 5, 5, 3],
      "x of conv2d(4 -> 6, 3x3): expected shape [batch, height, width, 4], got float32[2, 5, 5, 3]",
    ],
    [
      "images below the kernel",
      conv2d({
        ...ok,
        dilation: [2, 1],
        padding: [
          [1, 0],
          [0, 0],
        ],
      }),
      [2, 3, 5, 4],
      "x of conv2d(4 -> 6, 3x3): expected images of at least 4 x 3 pixels, got float32[2, 3, 5, 4]",
    ],
    [
      "images below the window",
      maxPool({ size: 3 }),
      [2, 3, 2, 4],
      "x of maxPool(3x3): expected images of at least 3 x 3 pixels, got float32[2, 3, 2, 4]",
    ],
    [
      "images of which the padding leaves nothing",
      convTranspose2d({ ...ok, padding: 2 }),
      [2, 1, 5, 4],
      "x of convTranspose2d(4 -> 6, 3x3): expected images of which the padding leaves something, got float32[2, 1, 5, 4]",
    ],
  ] as const)("%s are refused by the layer's name", (_, layer, shape, message) => {
    const { params, state } = layer.init(keyOf(1));
    const x = np.zeros([...shape]);
    expect(() => layer.apply({ params, state }, x, { training: false })).toThrow(new RangeError(message));
    disposeTree([params, state]);
  });
});
