import { numpy as np, random } from "@jax-js/jax";
import { compileWithJit, refTree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import {
  adaptiveGamma,
  applyCurves,
  gammaCorrection,
  gaussianBlur,
  retinex,
  standardizePictures,
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
const refParams = (): ZeroDceParams => refTree(params);

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

  it("zeroDce is its curves, applied", () => {
    const [y] = layer.apply({ params: refParams(), state: {} }, pictures(), { training: true });
    const expected = applyCurves(pictures(), zeroDceCurves(refParams(), pictures())).dataSync();
    expect([...y.dataSync()]).toEqual([...expected]);
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
      "pictures smaller than a region",
      () => zeroDceTerms(...([0, 1, 2].map((i) => pictures(i)) as Three), { region: 18 }),
      "enhanced: expected pictures of at least 18 x 18 pixels",
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
