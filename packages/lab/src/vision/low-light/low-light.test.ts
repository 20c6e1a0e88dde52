import { jit, numpy as np } from "@jax-js/jax";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { dimLight, encodeLight, lowLight, sensorNoise, sensorVariance, unevenLight } from "./index.ts";

const image = (values: readonly number[], shape: [number, number, number, number]): np.Array =>
  np.array(Float32Array.from(values), { shape });
const numbersOf = (x: np.Array): number[] => [...(x.dataSync() as Float32Array)];
const ramp = (count: number): number[] => Array.from({ length: count }, (_, i) => i / (count - 1));

/** Sample mean and variance. */
function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}

describe("readings of a sensor", () => {
  // Means of 0.4, 8, 29, 31 and 300 electrons: on both sides of where the way of drawing changes.
  it.each([0.0004, 0.008, 0.029, 0.031, 0.3])(
    "have the mean %d of the light and the model's variance",
    (level) => {
      const count = 40_000;
      const light = np.full([1, 200, 200, 1], level);
      const options = { fullWell: 1000, readNoise: 0.004 };
      const { mean, variance } = moments(numbersOf(sensorNoise(light.ref, { ...options, seed: 5 })));
      const expected = numbersOf(sensorVariance(light, options))[0];
      expect(expected).toBeCloseTo(level / 1000 + 0.004 ** 2, 9);
      expect(Math.abs(mean - level)).toBeLessThan(4 * Math.sqrt(expected / count));
      // The rounded normal numbers have 1 / 12 electron^2 more, within the tolerance.
      expect(Math.abs(variance / expected - 1)).toBeLessThan(0.04);
    },
  );

  it("lean to one side as Poisson's do up to 30 electrons", () => {
    const counts = numbersOf(
      sensorNoise(np.full([1, 200, 200, 1], 25), { fullWell: 1, readNoise: 0, seed: 7 }),
    );
    const third = counts.reduce((sum, n) => sum + (n - 25) ** 3, 0) / counts.length;
    // The third central moment is the mean; its deviation over so many is 2.4, and that of normal numbers is 0.
    expect(Math.abs(third - 25)).toBeLessThan(10);
  });

  it("are whole electrons, as often zero as Poisson says", () => {
    const readings = numbersOf(
      sensorNoise(np.full([1, 100, 100, 1], 0.02), { fullWell: 50, readNoise: 0, seed: 1 }),
    );
    expect(readings.every((v) => Math.abs(v * 50 - Math.round(v * 50)) < 1e-4)).toBe(true);
    const share = readings.filter((v) => v === 0).length / readings.length;
    expect(Math.abs(share - Math.exp(-1))).toBeLessThan(0.02);
  });

  it("of an image are decided by the seed and its place, whatever lies beside it", () => {
    const options = { exposure: 0.05, seed: 3 };
    const both = numbersOf(lowLight(image([...ramp(64), ...ramp(64)], [2, 8, 8, 1]), options));
    const one = numbersOf(lowLight(image(ramp(64), [1, 8, 8, 1]), options));
    expect(both.slice(0, 64)).toEqual(one);
    expect(both.slice(64)).not.toEqual(one);
    expect(numbersOf(lowLight(image(ramp(64), [1, 8, 8, 1]), { ...options, seed: 4 }))).not.toEqual(one);
  });
});

describe("a dark image", () => {
  it("without noise is the bright one, dimmed in linear light", () => {
    const found = numbersOf(
      lowLight(image(ramp(50), [1, 5, 5, 2]), {
        exposure: 0.01,
        readNoise: 0,
        fullWell: 1e12,
        displayGamma: 2.4,
        levels: Infinity,
        seed: 1,
      }),
    );
    for (const [i, v] of ramp(50).entries()) expect(found[i]).toBeCloseTo(v * 0.01 ** (1 / 2.4), 4);
  });

  it("has 256 levels from 0 to 1, however bright the light", () => {
    const found = numbersOf(lowLight(image(ramp(256), [1, 16, 16, 1]), { exposure: 3, seed: 2 }));
    for (const v of found) expect(Math.abs(v * 255 - Math.round(v * 255))).toBeLessThan(1e-4);
    expect([Math.min(...found), Math.max(...found)]).toEqual([0, 1]);
  });

  it("has an exposure an image, and light that differs from place to place", () => {
    const field = unevenLight([3, 5], { tilt: [0.2, -0.4], vignetting: 0.5 });
    const expected = numbersOf(field.ref);
    expect(expected[7]).toBe(1);
    const light = numbersOf(
      dimLight(np.full([2, 3, 5, 2], 1), { exposure: [0.1, 0.5], illumination: field }),
    );
    light.forEach((v, i) => {
      expect(v).toBeCloseTo((i < 30 ? 0.1 : 0.5) * expected[Math.floor(i / 2) % 15], 6);
    });
    const each = np.array(Float32Array.from(ramp(30)), { shape: [2, 3, 5] });
    const own = numbersOf(dimLight(np.full([2, 3, 5, 1], 1), { exposure: 1, illumination: each }));
    for (const [i, v] of own.entries()) expect(v).toBeCloseTo(i / 29, 6);
  });

  it("has a field that grows downwards and to the right, and is dark in the corners", () => {
    const field = numbersOf(unevenLight([3, 3], { tilt: [0.4, -0.2], vignetting: 0.5 }));
    const expected = [0.4, 0.45, 0.2, 0.9, 1, 0.6, 0.8, 1.05, 0.6];
    expect(field).toEqual(expected.map((v) => expect.closeTo(v, 6)));
  });

  it("keeps float64, and leaves nothing alive", () => {
    expect(lowLight(np.zeros([1, 1, 1, 1]).astype(np.float64), { exposure: 1, seed: 1 }).dtype).toBe(
      np.float64,
    );
    const x = image(ramp(64), [1, 8, 8, 1]);
    const leak = leakOf(() => {
      const illumination = unevenLight([8, 8], { tilt: [0, 0.5] });
      lowLight(x.ref, { exposure: 0.1, seed: 1, illumination }).dataSync();
    });
    expect(leak).toBe(0);
    expect(x.refCount).toBe(1);
    x.dispose();
  });
});

describe("bad input", () => {
  const x = () => np.full([1, 2, 2, 1], 0.5);
  const ok = { exposure: 0.1, seed: 1 };
  it.each([
    [
      "no image",
      () => lowLight([0.5] as never, ok),
      /^image: expected a float array \[batch, height, width, channels\]/,
    ],
    ["one image without a batch", () => lowLight(np.zeros([2, 2, 1]), ok), /^image: expected a float array/],
    [
      "pixels from 0 to 255",
      () => lowLight(x().mul(100), ok),
      /^image: expected numbers from 0 to 1, got 50$/,
    ],
    ["NaN", () => lowLight(x().mul(Number.NaN), ok), /^image: expected numbers from 0 to 1, got NaN$/],
    [
      "no exposure",
      () => lowLight(x(), { seed: 1 } as never),
      /^exposure: expected a finite number > 0, got undefined$/,
    ],
    [
      "an exposure of 0",
      () => lowLight(x(), { ...ok, exposure: 0 }),
      /^exposure: expected a finite number > 0, got 0$/,
    ],
    [
      "exposures for others",
      () => lowLight(x(), { ...ok, exposure: [1, 2] }),
      /^exposure: expected a number, or 1, one an image, got/,
    ],
    [
      "a negative exposure",
      () => lowLight(x(), { ...ok, exposure: [-1] }),
      /^exposure\[0\]: expected a finite number > 0, got -1$/,
    ],
    [
      "no electrons",
      () => lowLight(x(), { ...ok, fullWell: 0 }),
      /^fullWell: expected a finite number > 0, got 0$/,
    ],
    [
      "negative noise",
      () => lowLight(x(), { ...ok, readNoise: -1 }),
      /^readNoise: expected a finite number >= 0, got -1$/,
    ],
    [
      "a gamma of 0",
      () => lowLight(x(), { ...ok, displayGamma: 0 }),
      /^displayGamma: expected a finite number > 0, got 0$/,
    ],
    ["one level", () => lowLight(x(), { ...ok, levels: 1 }), /^levels: expected an integer >= 2, got 1$/],
    ["no seed", () => lowLight(x(), { exposure: 1 } as never), /^seed: expected an integer, got undefined$/],
    [
      "a field of another size",
      () => lowLight(x(), { ...ok, illumination: np.ones([3, 2]) }),
      /^illumination: expected shape \[2, 2\], got float32\[3, 2\]$/,
    ],
    [
      "darkness below 0",
      () => lowLight(x(), { ...ok, illumination: np.ones([2, 2]).neg() }),
      /^illumination\[0\]: expected a finite number >= 0, got -1$/,
    ],
    [
      "negative light",
      () => sensorNoise(x().neg(), { seed: 1 }),
      /^light: expected finite numbers >= 0, got -0.5$/,
    ],
    [
      "light without end",
      () => sensorNoise(x().mul(Infinity), { seed: 1 }),
      /^light: expected finite numbers >= 0, got Infinity$/,
    ],
    [
      "light that is no number",
      () => encodeLight(x().mul(Number.NaN)),
      /^light: expected finite numbers, got NaN$/,
    ],
    [
      "a tilt below the dark",
      () => unevenLight([2, 2], { tilt: [0.8, -0.4] }),
      /^\|tilt\[0\]\| \+ \|tilt\[1\]\|: expected a finite number <= 1/,
    ],
    [
      "a size of three",
      () => unevenLight([2, 2, 2] as never),
      /^size: expected two numbers, got an array of length 3$/,
    ],
    [
      "an option that is none",
      () => lowLight(x(), { ...ok, gain: 2 } as never),
      /^lowLight: expected only the options/,
    ],
  ])("%s is refused", (_, call, message) => expect(call).toThrow(message));

  it("a traced image is refused, since its values aren't known", () => {
    const run = jit((x: np.Array) => lowLight(x, ok));
    expect(() => run(x())).toThrow(/^image: expected an array on wasm or cpu outside compiled functions/);
    run.dispose();
  });
});
