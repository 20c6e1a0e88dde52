import { numpy as np, random } from "@jax-js/jax";
import {
  compiledValueAndGrad,
  compileWithJit,
  disposeTree,
  keyOf,
  leavesOf,
  mapTree,
  refTree,
  relu,
  type Tree,
} from "minimand/engine";
import { crossEntropy } from "minimand/losses";
import {
  avgPool,
  conv2d,
  dense,
  flatten,
  type Layer,
  maxPool,
  resizeBilinear,
  sequential,
} from "minimand/models";
import { adam } from "minimand/optimizers";
import { objectiveOf, supervised } from "minimand/training";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import type { Convolution } from "../named-convolutions.ts";
import {
  blockAttention,
  type FeatEnhancerOptions,
  featEnhancer,
  oneScaleEnhancer,
  safa,
  stackEnhancer,
  withEnhancer,
} from "./index.ts";

type Convolutions = { [name: string]: Convolution };

const image = (shape: readonly number[], shift = 0): np.Array =>
  np.array(
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => 0.5 + 0.5 * Math.sin(12.9898 * i + shift),
    ),
    { shape: [...shape] },
  );
const numbersOf = (x: np.Array): number[] => [...(x.dataSync() as Float32Array)];
const near = (found: readonly number[], expected: readonly number[], tolerance = 1e-5): void => {
  expect(found.length).toBe(expected.length);
  for (const [i, v] of found.entries()) expect(Math.abs(v - expected[i])).toBeLessThan(tolerance);
};

/** A start whose every array has its part: biases are moved from zero, and the last convolution is as large as the others. */
function movedStart(layer: Layer, seed = 5): Convolutions {
  let leaf = 0;
  return mapTree(
    (x) => x.add(random.normal(keyOf(seed, leaf++), [...x.shape]).mul(0.2)),
    layer.init(keyOf(seed)).params,
  ) as Convolutions;
}
const apply = (layer: Layer, params: Tree, x: np.Array): np.Array =>
  layer.apply({ params, state: {} }, x, { training: true })[0];

const tiny = { inChannels: 1, width: 2, groups: 2, heads: 2, scales: [2, 4] } as const;
const variants: readonly FeatEnhancerOptions[] = [
  tiny,
  { ...tiny, fusion: ["average", "skip"], downsample: "avgpool" },
  { ...tiny, fusion: ["skip", "safa"], downsample: "maxpool", inChannels: 2, heads: 1 },
];
const enhancers = [
  ...variants.map((options) => featEnhancer(options)),
  oneScaleEnhancer({ inChannels: 1, width: 3, groups: 2 }),
  stackEnhancer({ inChannels: 1, width: 3, groups: 2, dilations: [1, 2, 1] }),
];
const channelsOf = (layer: Layer): number => Number(/\((\d)/.exec(layer.name)?.[1]);

describe.each(enhancers.map((layer) => [`${layer.name}`, layer] as const))("%s", (_, layer) => {
  const shape = [2, 11, 12, channelsOf(layer)];

  it("adds at most one for each group, and nothing where the last convolution is zero", () => {
    const x = image(shape);
    const params = movedStart(layer);
    const groups = Number(/x(\d)/.exec(layer.name)?.[1]);
    const difference = numbersOf(apply(layer, refTree(params), x.ref).sub(x.ref));
    expect(Math.max(...difference.map(Math.abs))).toBeLessThanOrEqual(groups + 1e-6);
    expect(Math.max(...difference.map(Math.abs))).toBeGreaterThan(0.05);
    const lastName = Object.keys(params).at(-1)!;
    const { [lastName]: last, ...rest } = params;
    const zero = {
      ...rest,
      [lastName]: { kernel: np.zeros(last.kernel.shape), bias: np.zeros(last.bias.shape) },
    };
    disposeTree(last);
    expect(numbersOf(apply(layer, zero, x.ref))).toEqual(numbersOf(x));
  });

  it("starts near the identity", () => {
    const x = image(shape);
    const moved = numbersOf(apply(layer, layer.init(keyOf(2)).params, x.ref).sub(x));
    expect(Math.sqrt(moved.reduce((sum, v) => sum + v * v, 0) / moved.length)).toBeLessThan(0.35);
  });

  it("has the compiled gradient of its differences, in all parameters and the image", () => {
    const run = compiledValueAndGrad((at: { params: Convolutions; x: np.Array }, y: np.Array) =>
      apply(layer, at.params, at.x).mul(y).sum(),
    );
    // In float64: steps have to be small between the kinks of ReLU.
    const exact = (x: np.Array): np.Array => x.astype(np.float64);
    const at = { params: mapTree(exact, movedStart(layer)) as Convolutions, x: exact(image(shape)) };
    const y = exact(image(shape, 2));
    const [value, gradient] = run(refTree(at), y.ref);
    const eager = apply(layer, refTree(at.params), at.x.ref).mul(y.ref).sum().item();
    expect(Math.abs(value.item() - eager)).toBeLessThan(1e-4);
    const slopes = leavesOf(gradient);
    // Every array is moved along its own gradient.
    for (const [moved, slope] of slopes.entries()) {
      const size = Math.sqrt(np.square(slope.ref).sum().item());
      expect(size).toBeGreaterThan(0);
      const valueAt = (step: number): number => {
        let leaf = -1;
        const there = mapTree(
          (x) => (++leaf === moved ? x.add(slope.ref.mul(step / size)) : x),
          refTree(at),
        ) as typeof at;
        const [found, rest] = run(there, y.ref);
        disposeTree(rest);
        return found.item();
      };
      // A kink within the first step is hardly within the second.
      const isSlope = (step: number): boolean =>
        Math.abs((valueAt(step) - valueAt(-step)) / (2 * step) - size) < 0.02 * (1 + size);
      expect(isSlope(1e-4) || isSlope(1e-5), `array ${moved}`).toBe(true);
    }
    disposeTree([at, gradient, y]);
    run.dispose();
  });
});

it.each([enhancers[0], enhancers[3]])("$name leaves nothing alive", (layer) => {
  const { params } = layer.init(keyOf(1));
  const x = image([1, 7, 8, 1]);
  expect(leakOf(() => apply(layer, refTree(params), x.ref).dataSync())).toBe(0);
  expect(new Set([x, ...leavesOf(params)].map(({ refCount }) => refCount))).toEqual(new Set([1]));
  disposeTree([params, x]);
});

describe("featEnhancer", () => {
  it("takes all sizes from 15 pixels on", () => {
    const layer = featEnhancer({ inChannels: 1, width: 1, groups: 1, heads: 1 });
    const { params } = layer.init(keyOf(1));
    for (const [height, width] of [
      [15, 15],
      [17, 30],
      [31, 18],
    ])
      expect(apply(layer, refTree(params), image([1, height, width, 1])).shape).toEqual([
        1,
        height,
        width,
        1,
      ]);
    disposeTree(params);
  });

  it("shares the extractor: each of the three scales moves the gradient of its first convolution", () => {
    const layer = featEnhancer(tiny);
    const params = movedStart(layer);
    const run = compiledValueAndGrad((kernel: np.Array, given: Tree) => {
      const { e_conv1, ...rest } = given as unknown as Convolutions;
      e_conv1.kernel.dispose();
      const all = { ...rest, e_conv1: { ...e_conv1, kernel } };
      return np.square(apply(layer, all, image([1, 9, 10, 1]))).sum();
    });
    /** Its gradient where the images that a convolution makes are blank. */
    const without = (...blank: string[]): number[] => {
      const given = Object.fromEntries(
        Object.entries(refTree(params)).map(([name, { kernel, bias }]) =>
          blank.includes(name)
            ? [name, { kernel: kernel.mul(0), bias: bias.mul(0) }]
            : [name, { kernel, bias }],
        ),
      );
      const [value, gradient] = run(params.e_conv1.kernel.ref, given);
      value.dispose();
      return numbersOf(gradient);
    };
    const [all, noLowest, first] = [without(), without("hexa_conv"), without("quarter_conv", "hexa_conv")];
    const apart = (a: number[], b: number[]): number => Math.max(...a.map((v, i) => Math.abs(v - b[i])));
    expect(apart(all, noLowest)).toBeGreaterThan(1e-3);
    expect(apart(noLowest, first)).toBeGreaterThan(1e-3);
    expect(
      apart(
        first,
        first.map(() => 0),
      ),
    ).toBeGreaterThan(1e-3);
    disposeTree(params);
    run.dispose();
  });

  it("has smaller images of the same size by each way of downsampling", () => {
    const x = image([1, 9, 10, 1]);
    const found = (["conv", "maxpool", "avgpool", "bilinear"] as const).map((downsample) => {
      const layer = featEnhancer({ ...tiny, downsample, fusion: ["skip", "skip"], heads: 7 });
      return numbersOf(apply(layer, movedStart(layer), x.ref));
    });
    expect(new Set(found.map((y) => y.join())).size).toBe(4);
    for (const y of found) expect(y.every(Number.isFinite)).toBe(true);
    x.dispose();
  });

  it("moves with the image at its own scale", () => {
    const layer = oneScaleEnhancer({ inChannels: 1, width: 3, groups: 2 });
    const params = movedStart(layer);
    const wide = image([1, 22, 25, 1]);
    const [left, right] = [wide.ref.slice([], [], [0, 24]), wide.slice([], [], [1, 25])].map((x) =>
      apply(layer, refTree(params), x).reshape([22, 24]),
    );
    // Nine convolutions look nine pixels far.
    near(
      numbersOf(right.slice([9, 13], [9, 14]).mul(1)),
      numbersOf(left.slice([9, 13], [10, 15]).mul(1)),
      1e-5,
    );
    disposeTree(params);
  });
});

describe("attention in blocks", () => {
  it("of equal features gives them, whatever they are", () => {
    const q = image([2, 3, 4, 6]).mul(7);
    const { aggregated, weights } = blockAttention(q.ref, q.ref, { heads: 3 });
    near(numbersOf(aggregated), numbersOf(q));
    expect(new Set(numbersOf(weights))).toEqual(new Set([0.5]));
  });

  it("has weights between 0 and 1, and lies between query and key", () => {
    const [q, k] = [image([1, 3, 4, 6]).sub(0.5).mul(9), image([1, 3, 4, 6], 1).sub(0.5).mul(9)];
    const { aggregated, weights } = blockAttention(q.ref, k.ref, { heads: 2 });
    const w = numbersOf(weights);
    expect(w.every((v) => v >= 0 && v <= 1) && w.some((v) => v < 0.2) && w.some((v) => v > 0.8)).toBe(true);
    const [a, b] = [numbersOf(q), numbersOf(k)];
    near(
      numbersOf(aggregated),
      a.map((v, i) => {
        const weight = w[Math.floor(i / 3)];
        return weight * v + (1 - weight) * b[i];
      }),
    );
  });

  it("doesn't tell blocks apart: those that change places do so in the result", () => {
    const [q, k] = [image([1, 2, 3, 4]), image([1, 2, 3, 4], 1)];
    const turned = (x: np.Array): np.Array =>
      np.concatenate([x.ref.slice([], [], [], [2, 4]), x.slice([], [], [], [0, 2])], 3);
    const [plain, other] = [
      blockAttention(q.ref, k.ref, { heads: 2 }),
      blockAttention(turned(q), turned(k), { heads: 2 }),
    ];
    near(numbersOf(other.aggregated), numbersOf(turned(plain.aggregated)));
    disposeTree([plain.weights, other.weights]);
  });
});

describe("withEnhancer", () => {
  const model = sequential([flatten(), dense({ inputs: 64, outputs: 2 })]);
  const night = withEnhancer(oneScaleEnhancer({ inChannels: 1, width: 2, groups: 2 }), model);

  it("trains both by an ordinary step", () => {
    const step = supervised({
      model: night,
      objective: objectiveOf(night, crossEntropy),
      optimizer: adam(0.03),
    });
    let state = step.init(keyOf(1));
    const valuesOf = (of: Tree): number[] => leavesOf(of).flatMap((x) => numbersOf(x.ref));
    const before = state.params as unknown as { enhancer: Tree; model: Tree };
    const [enhancer, behind] = [valuesOf(before.enhancer), valuesOf(before.model)];
    const losses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const [next, { loss }] = step.update(state, {
        x: image([4, 8, 8, 1]),
        y: np.array(Int32Array.of(0, 1, 1, 0)),
        weights: np.ones([4]),
        ids: new Int32Array(4),
        rows: 4,
      });
      state = next;
      losses.push(loss.item());
    }
    expect(losses[11]).toBeLessThan(0.5 * losses[0]);
    const after = state.params as unknown as { enhancer: Tree; model: Tree };
    const moved = (a: readonly number[], b: readonly number[]): number =>
      Math.max(...a.map((v, i) => Math.abs(v - b[i])));
    expect(moved(valuesOf(after.enhancer), enhancer)).toBeGreaterThan(0.01);
    expect(moved(valuesOf(after.model), behind)).toBeGreaterThan(0.01);
    disposeTree([state.params, state.optimizer, state.modelState]);
    step.dispose();
  });

  it("gives the model's features, and what the two give one after the other", () => {
    const { params, state } = night.init(keyOf(3));
    const parts = params as unknown as { enhancer: Tree; model: Tree };
    const x = image([2, 8, 8, 1]);
    const [{ features, output }] = night.applyWithFeatures(
      { params: refTree(params), state: refTree(state) },
      x.ref,
      { training: false },
    );
    expect(features.shape).toEqual([2, 64]);
    const enhanced = apply(oneScaleEnhancer({ inChannels: 1, width: 2, groups: 2 }), parts.enhancer, x);
    const [alone] = model.apply({ params: parts.model, state: [{}, {}] }, enhanced.ref, { training: false });
    near(numbersOf(features), numbersOf(enhanced));
    near(numbersOf(output), numbersOf(alone));
  });
});

/** The enhancer by what is public: convolutions, pooling, resizing and attention in blocks. */
function composed(
  { scales = [4, 8], fusion = ["safa", "skip"], downsample, heads = 8 }: FeatEnhancerOptions,
  params: Convolutions,
  x: np.Array,
): np.Array {
  const [, height, width, channels] = x.shape;
  const [first, second] = [scales[0], scales[1] / scales[0]];
  const conv = (name: string, h: np.Array, stride?: number): np.Array => {
    const [kernel, , inputs, outputs] = params[name].kernel.shape;
    const shape = stride === undefined ? { padding: "same" as const } : { stride };
    return apply(conv2d({ inputs, outputs, kernel, ...shape }), refTree(params[name]), h);
  };
  const smaller = (h: np.Array, by: number): np.Array => {
    const size = 2 * by - 1;
    const sides = [h.shape[1], h.shape[2]].map((side) => Math.floor((side - size) / by) + 1);
    if (downsample === "bilinear") return resizeBilinear(h, sides as [number, number]);
    return apply((downsample === "maxpool" ? maxPool : avgPool)({ size, stride: by }), {}, h);
  };
  const extract = (h: np.Array): np.Array => {
    const x1 = relu(conv("e_conv1", h));
    const x2 = relu(conv("e_conv2", x1.ref));
    const x3 = relu(conv("e_conv3", x2.ref));
    const x4 = relu(conv("e_conv4", x3.ref));
    const x5 = relu(conv("e_conv5", np.concatenate([x3, x4], 3)));
    const x6 = relu(conv("e_conv6", np.concatenate([x2, x5], 3)));
    return conv("e_conv7", np.concatenate([x1, x6], 3));
  };
  const up = (h: np.Array): np.Array => resizeBilinear(h, [height, width]);
  const attended = (query: np.Array, key: np.Array): np.Array =>
    up(blockAttention(query, key, { heads }).aggregated);
  const lower = smaller(x.ref, first);
  const [middle, low] = [relu(extract(lower.ref)), extract(smaller(lower, second))];
  let full = relu(extract(x.ref));
  const beside: np.Array[] = [];
  if (fusion[0] === "average") full = full.add(up(middle)).div(2);
  else if (fusion[0] === "skip") beside.push(up(middle));
  else {
    const query = conv("query_conv2", conv("query_conv1", full.ref, first), second);
    full = full.add(attended(query, conv("key_conv", middle, second)));
  }
  if (fusion[1] === "skip") beside.push(up(low));
  else {
    const query = conv("lowest_query_conv2", conv("lowest_query_conv1", full.ref, first), second);
    full = full.add(attended(query, conv("lowest_key_conv", low)));
  }
  const added = np.tanh(conv("ue_conv9", conv("ue_conv8", np.concatenate([full, ...beside], 3))));
  const groups = added.shape[3] / channels;
  return Array.from({ length: groups }, (_, g) =>
    added.ref.slice([], [], [], [g * channels, (g + 1) * channels]),
  ).reduce((sum, group) => sum.add(group), x);
}

describe("variants of the ablations", () => {
  it.each<FeatEnhancerOptions>([
    { ...tiny, fusion: ["average", "skip"], downsample: "avgpool" },
    { ...tiny, fusion: ["skip", "safa"], downsample: "maxpool", inChannels: 2, heads: 1 },
    { ...tiny, fusion: ["safa", "safa"], downsample: "bilinear" },
  ])("are what their words say: %j", (options) => {
    const layer = featEnhancer(options);
    const params = movedStart(layer);
    const x = image([1, 11, 12, options.inChannels!]);
    const expected = numbersOf(composed(options, params, x.ref));
    near(numbersOf(apply(layer, params, x)), expected, 1e-4);
  });
});

it.each([featEnhancer(), oneScaleEnhancer(), stackEnhancer()])(
  "$name starts with a small last kernel",
  (layer) => {
    const { params } = layer.init(keyOf(3));
    const { kernel } = Object.values(params as Convolutions).at(-1)!;
    const [high, wide, inputs] = kernel.shape;
    const variance = np.square(kernel.ref).mean().item() * high * wide * inputs;
    expect(Math.abs(Math.sqrt(variance) - 0.1)).toBeLessThan(0.01);
    disposeTree(params);
  },
);

describe("bad input", () => {
  const conv = (size: number, channels = 2) => ({
    kernel: np.zeros([size, size, channels, channels]),
    bias: np.zeros([channels]),
  });
  const three = () => ({ query_conv1: conv(7), query_conv2: conv(3), key_conv: conv(3) });
  it.each([
    [
      "heads that don't divide",
      () => featEnhancer({ heads: 7 }),
      /^heads: expected a divisor of 24 features, got 7$/,
    ],
    ["no heads", () => featEnhancer({ heads: 0 }), /^heads: expected an integer >= 1, got 0$/],
    ["a negative width", () => featEnhancer({ width: -4 }), /^width: expected an integer >= 1, got -4$/],
    [
      "half a channel",
      () => featEnhancer({ inChannels: 0.5 }),
      /^inChannels: expected an integer >= 1, got 0.5$/,
    ],
    ["no groups", () => featEnhancer({ groups: 0 }), /^groups: expected an integer >= 1, got 0$/],
    [
      "one scale",
      () => featEnhancer({ scales: [4] as never }),
      /^scales: expected two integers, got an array of length 1$/,
    ],
    [
      "scales that aren't multiples",
      () => featEnhancer({ scales: [4, 6] }),
      /^scales: expected a second one that is a larger multiple of 4, got 6$/,
    ],
    [
      "the image's own scale",
      () => featEnhancer({ scales: [1, 2] }),
      /^scales: expected an integer >= 2, got 1$/,
    ],
    [
      "a fusion nobody knows",
      () => featEnhancer({ fusion: ["sum" as never, "skip"] }),
      /^fusion\[0\]: expected one of "safa", "average", "skip", got "sum"$/,
    ],
    [
      "a mean for the lowest scale",
      () => featEnhancer({ fusion: ["safa", "average" as never] }),
      /^fusion\[1\]: expected one of "skip", "safa", got "average"$/,
    ],
    [
      "one way for both",
      () => featEnhancer({ fusion: "safa" as never }),
      /^fusion: expected two ways, as \["safa", "skip"\], got "safa"$/,
    ],
    [
      "another pooling",
      () => featEnhancer({ downsample: "median" as never }),
      /^downsample: expected one of "conv", "maxpool"/,
    ],
    [
      "a width and parameters",
      () => stackEnhancer({ width: 3, parameters: 100 }),
      /^parameters: expected none beside a width, got 100$/,
    ],
    [
      "one convolution",
      () => stackEnhancer({ dilations: [1] }),
      /^dilations.length: expected a finite number >= 2, got 1$/,
    ],
    [
      "no distance",
      () => stackEnhancer({ dilations: [1, 0] }),
      /^dilation: expected an integer >= 1, got 0$/,
    ],
    [
      "no enhancer",
      () => withEnhancer({} as never, flatten()),
      /^enhancer: expected a model, with init and apply, got object$/,
    ],
    [
      "no model",
      () => withEnhancer(oneScaleEnhancer(), (() => 1) as never),
      /^model: expected a model, with init and apply, got a function$/,
    ],
    [
      "features that differ",
      () => blockAttention(np.zeros([1, 2, 2, 4]), np.zeros([1, 2, 1, 4]), { heads: 2 }),
      /^key: expected shape \[1, 2, 2, 4\], got float32\[1, 2, 1, 4\]$/,
    ],
    [
      "features that are too small",
      () => safa(three(), np.zeros([1, 14, 15, 2]), np.zeros([1, 2, 3, 2]), { heads: 1 }),
      /^full: expected features of at least 15 x 15 pixels, got float32\[1, 14, 15, 2\]$/,
    ],
    [
      "lower features of another size",
      () => safa(three(), np.zeros([1, 15, 15, 2]), np.zeros([1, 4, 3, 2]), { heads: 1 }),
      /^lower: expected shape \[1, 3, 3, 2\], got float32\[1, 4, 3, 2\]$/,
    ],
  ])("%s: refused", (_, call, message) => expect(call).toThrow(message));

  it.each([
    [
      "a side of 14 pixels",
      [1, 14, 20, 1],
      /^x of featEnhancer\(1, .*\): expected images of at least 15 x 15 pixels, got float32\[1, 14, 20, 1\]$/,
    ],
    [
      "other channels",
      [1, 15, 15, 3],
      /^x of featEnhancer\(1, .*\): expected shape \[batch, height, width, 1\], got float32\[1, 15, 15, 3\]$/,
    ],
    ["one image without a batch", [15, 15, 1], /^x of featEnhancer\(1, .*\): expected shape/],
  ])("%s: refused from apply", (_, shape, message) => {
    const layer = featEnhancer({ inChannels: 1, width: 1, groups: 1, heads: 1 });
    const { params } = layer.init(keyOf(1));
    expect(() => apply(layer, params, image(shape))).toThrow(message);
    disposeTree(params);
  });

  it("integers: refused from apply", () => {
    const layer = oneScaleEnhancer({ inChannels: 1, width: 1, groups: 1 });
    const { params } = layer.init(keyOf(1));
    const run = compileWithJit((x: np.Array) => apply(layer, params, x));
    expect(() => run(np.zeros([1, 4, 4, 1], { dtype: np.int32 }))).toThrow(
      /: expected a float array \[batch, height, width, 1\]/,
    );
    run.dispose();
    disposeTree(params);
  });
});
