import { numpy as np } from "@jax-js/jax";
import { refTree } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { applyCurves, type HostPicture, trainZeroDce, type ZeroDceParams, zeroDceCurves } from "./index.ts";

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
    return applyCurves(x.ref, zeroDceCurves(refTree(params), x))
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
