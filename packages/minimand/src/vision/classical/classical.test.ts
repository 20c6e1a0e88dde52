import { numpy as np, random } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { compileWithJit } from "../../engine/compile.ts";
import { refTree } from "../../engine/tree.ts";
import {
  adaptiveGamma,
  applyCurves,
  gammaCorrection,
  gaussianBlur,
  type HostPicture,
  retinex,
  standardizePictures,
  trainZeroDce,
  type ZeroDceParams,
  zeroDce,
  zeroDceCurves,
  zeroDceLoss,
  zeroDceTerms,
} from "./index.ts";

const pictures = (seed = 0, shape = [2, 17, 19, 3]): np.Array => random.uniform(random.key(seed), shape);

const functions: [string, () => np.Array][] = [
  ["gammaCorrection", () => gammaCorrection(pictures(), 0.4)],
  ["adaptiveGamma", () => adaptiveGamma(pictures())],
  ["standardizePictures", () => standardizePictures(pictures())],
  ["gaussianBlur", () => gaussianBlur(pictures(), 2)],
  ["retinex", () => retinex(pictures())],
  ["applyCurves", () => applyCurves(pictures(), pictures(1, [2, 17, 19, 24]))],
  ["zeroDceCurves", () => zeroDceCurves(refParams(), pictures())],
  ["zeroDceLoss", () => zeroDceLoss(pictures(), pictures(1), pictures(2, [2, 17, 19, 24]))],
];

// A key that is made within a compiled function gives other numbers than outside.
const layer = zeroDce({ width: 5, iterations: 2 });
const params = layer.init(random.key(1)).params as ZeroDceParams;
const refParams = (of = params): ZeroDceParams => refTree(of);

describe("classical enhancers", () => {
  it.each(functions)("%s leaves nothing alive", (_, make) => {
    const once = (): void => {
      make().dataSync();
    };
    expect(leakOf(once)).toBe(0);
  });

  it.each<[string, (x: np.Array) => np.Array]>([
    ["gammaCorrection", (x) => gammaCorrection(x, 0.4)],
    ["adaptiveGamma", (x) => adaptiveGamma(x)],
    ["standardizePictures", (x) => standardizePictures(x)],
    ["retinex", (x) => retinex(x)],
    ["zeroDce", (x) => layer.apply({ params: refParams(), state: {} }, x, { training: true })[0]],
    ["the loss", (x) => zeroDceLoss(x.ref, np.square(x.ref), x)],
  ])("%s gives the same compiled", (_, f) => {
    const compiled = compileWithJit(f);
    const inside = compiled(pictures()).dataSync();
    const outside = f(pictures()).dataSync();
    compiled.dispose();
    outside.forEach((value, i) => {
      expect(Math.abs(inside[i] - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    });
  });

  it.each<[string, () => unknown, string]>([
    [
      "a missing axis",
      () => gammaCorrection(np.ones([2, 3, 3]), 0.5),
      "x: expected a float array [batch, height, width, channels], got float32[2, 3, 3]",
    ],
    [
      "integers",
      () => standardizePictures(np.ones([1, 2, 2, 3], { dtype: np.int32 })),
      "x: expected a float array",
    ],
    ["no pixels", () => retinex(np.zeros([1, 0, 2, 3])), "x: expected at least one pixel"],
    ["a gamma of 0", () => gammaCorrection(pictures(), 0), "gamma: expected a finite number > 0, got 0"],
    ["a target of 1", () => adaptiveGamma(pictures(), { target: 1 }), "target: expected"],
    ["a sigma of 0", () => retinex(pictures(), { sigma: 0 }), "sigma: expected a finite number > 0, got 0"],
    ["an eps of 0", () => retinex(pictures(), { eps: 0 }), "eps: expected a finite number > 0, got 0"],
    [
      "curves of other channels",
      () => applyCurves(pictures(), pictures(1, [2, 17, 19, 8])),
      "curves: expected a multiple of 3 channels",
    ],
    [
      "curves of other pictures",
      () => applyCurves(pictures(), pictures(1, [1, 17, 19, 24])),
      "curves: expected shape [2, 17, 19, 24]",
    ],
    [
      "pictures smaller than a patch",
      () => zeroDceTerms(...([0, 1, 2].map((i) => pictures(i, [1, 8, 20, 3])) as Three)),
      "enhanced: expected pictures of at least 16 x 16 pixels",
    ],
    [
      "a negative weight",
      () => zeroDceLoss(pictures(), pictures(), pictures(), { weights: { color: -1 } }),
      "weights.color: expected a finite number >= 0, got -1",
    ],
    [
      "a weight that is none",
      () => zeroDceLoss(pictures(), pictures(), pictures(), { weights: { colour: 1 } as object }),
      'weights: expected only the options spatial, exposure, color, smoothness, got "colour"',
    ],
    ["a width of 0", () => zeroDce({ width: 0 }), "width: expected an integer >= 1, got 0"],
  ])("refuse %s", (_, make, message) => {
    expect(make).toThrow(message);
  });
});

type Three = [np.Array, np.Array, np.Array];

describe("training Zero-DCE", () => {
  const darkNumbers = (rate: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length: 40 * 36 }, (_, i) => 0.06 + 0.05 * Math.sin(0.1 * (i % 36) * rate));
  const dark: HostPicture[] = [0, 1].map((at) => ({
    values: darkNumbers(at + 1),
    shape: [40, 36, 1],
  }));
  // Small, since most of the time is compilation.
  const options = { steps: 40, seed: 1, crop: 16, size: 2, width: 4, learningRate: 0.02 };

  const meanAfter = (params: ZeroDceParams): number => {
    const x = np.array(darkNumbers(1), { shape: [1, 40, 36, 1] });
    return applyCurves(x.ref, zeroDceCurves(refParams(params), x))
      .mean()
      .item();
  };

  it("makes dark pictures brighter, and its loss smaller", async () => {
    const losses: number[] = [];
    const params = await trainZeroDce(dark, {
      ...options,
      onMetrics: ({ loss }) => losses.push(loss),
    });
    expect(losses.length).toBe(40);
    expect(losses[39]).toBeLessThan(0.5 * losses[0]);
    expect(meanAfter(params)).toBeGreaterThan(0.3);
  });

  it("is decided by its seed", async () => {
    const few = { ...options, steps: 2 };
    const [one, same, other] = [
      meanAfter(await trainZeroDce(dark, few)),
      meanAfter(await trainZeroDce(dark, few)),
      meanAfter(await trainZeroDce(dark, { ...few, seed: 2 })),
    ];
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  it("stops where it is told to", async () => {
    const controller = new AbortController();
    const training = trainZeroDce(dark, {
      ...options,
      signal: controller.signal,
      onMetrics: (_, at) => at === 2 && controller.abort(new Error("enough")),
    });
    await expect(training).rejects.toThrow("enough");
  });

  it.each<[string, HostPicture[], object, string]>([
    ["no pictures", [], {}, "pictures: expected at least one picture"],
    [
      "small pictures",
      dark,
      { crop: 37 },
      'pictures[0].shape: expected at least 37 x 37 pixels, got "40 x 36"',
    ],
    ["squares below a patch", dark, { crop: 8 }, "expected pictures of at least 16 x 16 pixels"],
    [
      "numbers beyond 1",
      [{ ...dark[0], values: dark[0].values.map((x) => 255 * x) }],
      {},
      "pictures[0].values: expected numbers in [0, 1]",
    ],
    [
      "another shape",
      [{ ...dark[0], shape: [40, 35, 1] }],
      {},
      "pictures[0].values: expected 40 x 35 x 1 numbers",
    ],
    [
      "other channels",
      [dark[0], { values: new Float32Array(3 * 40 * 40), shape: [40, 40, 3] }],
      {},
      "pictures[1].shape: expected 1 channels, as the first has, got 3",
    ],
    ["no steps", dark, { steps: 0 }, "steps: expected an integer >= 1, got 0"],
  ])("refuses %s", async (_, given, other, message) => {
    await expect(trainZeroDce(given, { ...options, ...other })).rejects.toThrow(message);
  });
});
