import { numpy as np } from "@jax-js/jax";
import { compiledValueAndGrad, keyOf, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
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

const next = randomSource(7);
const numbers = (count: number, low = 0.02, high = 0.98): Float64Array<ArrayBuffer> =>
  Float64Array.from({ length: count }, () => low + (high - low) * next());
const pictures = (...shape: number[]): np.Array =>
  np.array(numbers(shape.reduce((a, b) => a * b, 1)), { shape });
const valuesOf = (x: np.Array): number[] => [...(x.dataSync() as Float64Array)];

/** Compiled. */
function valueAndSlopes(f: (x: np.Array) => np.Array, x: np.Array): [number, number[]] {
  const run = compiledValueAndGrad(f);
  const [value, gradient] = run(x);
  run.dispose();
  return [value.item(), valuesOf(gradient)];
}

/** The compiled gradient in some directions against central differences. */
function checkGradient(f: (x: np.Array) => np.Array, x: np.Array): void {
  const shape = x.shape;
  const at = valuesOf(x.ref);
  const [, found] = valueAndSlopes(f, x);
  const h = 1e-5;
  for (let i = 0; i < at.length; i += Math.max(1, Math.floor(at.length / 6))) {
    const moved = (by: number): number => {
      const values = Float64Array.from(at);
      values[i] += by;
      return f(np.array(values, { shape })).item();
    };
    const expected = (moved(h) - moved(-h)) / (2 * h);
    expect(Math.abs(found[i] - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
  }
}

describe("gamma correction", () => {
  it("is the identity at 1, and gammas one after the other multiply", () => {
    const x = pictures(2, 3, 4, 3);
    const given = valuesOf(x.ref);
    valuesOf(gammaCorrection(x.ref, 1)).forEach((y, i) => {
      expect(y).toBeCloseTo(given[i], 12);
    });
    const twice = valuesOf(gammaCorrection(gammaCorrection(x.ref, 0.5), 0.6));
    valuesOf(gammaCorrection(x, 0.3)).forEach((y, i) => {
      expect(y).toBeCloseTo(twice[i], 12);
    });
  });

  it("keeps black black with a finite derivative, and NaN NaN", () => {
    const x = () => np.array(Float64Array.of(0, 0.5, -0.1), { shape: [1, 1, 3, 1] });
    const [, slopes] = valueAndSlopes((p) => gammaCorrection(p, 0.4).sum(), x());
    expect(slopes).toEqual([0, expect.closeTo(0.4 * 0.5 ** -0.6, 10), 0]);
    expect(valuesOf(gammaCorrection(np.array(Float64Array.of(NaN), { shape: [1, 1, 1, 1] }), 0.4))).toEqual([
      NaN,
    ]);
  });

  it("adapts to each picture: a flat one comes to the target, whatever it was", () => {
    const x = np.array(Float64Array.of(0.02, 0.02, 0.7, 0.7), { shape: [2, 1, 2, 1] });
    const y = valuesOf(adaptiveGamma(x, { target: 0.4 }));
    for (const value of y) expect(value).toBeCloseTo(0.4, 10);
  });

  it("stays finite for black and white pictures", () => {
    const x = np.array(Float64Array.of(0, 0, 1, 1), { shape: [2, 1, 2, 1] });
    expect(valuesOf(adaptiveGamma(x))).toEqual([0, 0, 1, 1]);
  });

  it("has the derivatives of finite differences, those through gamma and mean as well", () => {
    checkGradient((x) => np.square(gammaCorrection(x, 0.4)).sum(), pictures(1, 3, 4, 2));
    checkGradient((x) => np.square(adaptiveGamma(x)).sum(), pictures(2, 3, 4, 1));
    const x = pictures(1, 2, 2, 1);
    checkGradient(
      (g) => gammaCorrection(x.ref, g.reshape([])).sum(),
      np.array(Float64Array.of(0.7), { shape: [1] }),
    );
  });
});

describe("standardised pictures", () => {
  it("don't depend on exposure and offset, but for the constant of the deviation", () => {
    const x = pictures(2, 5, 4, 3);
    const y = valuesOf(standardizePictures(x.ref.mul(1e6).add(3)));
    valuesOf(standardizePictures(x.ref.mul(5e6))).forEach((value, i) => {
      expect(value).toBeCloseTo(y[i], 7);
    });
    const first = y.slice(0, 60);
    const mean = first.reduce((a, b) => a + b) / 60;
    expect(mean).toBeCloseTo(0, 10);
    expect(Math.sqrt(first.reduce((a, b) => a + b * b) / 60)).toBeCloseTo(1, 1);
    checkGradient((p) => np.square(standardizePictures(p.ref)).mul(p).sum(), pictures(2, 3, 2, 1));
    x.dispose();
  });

  it("are 0 where they are flat, with a finite derivative", () => {
    const flat = np.full([1, 2, 2, 1], 0.3, { dtype: np.float64 });
    const [value, slopes] = valueAndSlopes((p) => standardizePictures(p).sum(), flat);
    expect(value).toBeCloseTo(0, 10);
    expect(slopes.every(Number.isFinite)).toBe(true);
  });
});

describe("blur and retinex", () => {
  it("keep flat pictures, and blur each channel and axis alone", () => {
    for (const value of valuesOf(gaussianBlur(np.full([1, 5, 7, 2], 0.3, { dtype: np.float64 }), 2)))
      expect(value).toBeCloseTo(0.3, 12);
    const x = numbers(5 * 6);
    const weights = (n: number, i: number): number[] => {
      const row = Array.from({ length: n }, (_, j) => Math.exp(-((i - j) ** 2) / (2 * 1.3 ** 2)));
      const sum = row.reduce((a, b) => a + b);
      return row.map((w) => w / sum);
    };
    const expected = Array.from({ length: 30 }, (_, at) => {
      const [rows, columns] = [weights(5, Math.floor(at / 6)), weights(6, at % 6)];
      return rows.reduce((sum, r, i) => sum + r * columns.reduce((s, c, j) => s + c * x[i * 6 + j], 0), 0);
    });
    valuesOf(gaussianBlur(np.array(x, { shape: [1, 5, 6, 1] }), 1.3)).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 12);
    });
  });

  it("take away the exposure: a darker picture gives the same", () => {
    const x = pictures(1, 6, 8, 3);
    const bright = valuesOf(retinex(x.ref, { eps: 1e-12, sigma: 2 }));
    valuesOf(retinex(x.mul(0.03), { eps: 1e-12, sigma: 2 })).forEach((value, i) => {
      expect(value).toBeCloseTo(bright[i], 8);
    });
    expect(Math.min(...bright)).toBe(0);
    expect(Math.max(...bright)).toBeCloseTo(1, 12);
  });

  it("leave a flat picture dark instead of stretching its rounding", () => {
    const y = valuesOf(retinex(np.full([1, 9, 9, 1], 0.07, { dtype: np.float64 })));
    for (const value of y) expect(value).toBeCloseTo(0, 6);
  });

  it("have the derivatives of finite differences", () => {
    checkGradient((x) => np.square(gaussianBlur(x, 0.8)).sum(), pictures(1, 4, 5, 2));
    checkGradient((x) => np.square(retinex(x, { sigma: 1.5 })).sum(), pictures(1, 4, 5, 1));
  });
});

describe("Zero-DCE", () => {
  it("leaves pictures as they are where the curves are 0, and at white and black for all curves", () => {
    const x = pictures(2, 3, 4, 3);
    expect(valuesOf(applyCurves(x.ref, np.zeros([2, 3, 4, 24], { dtype: np.float64 })))).toEqual(valuesOf(x));
    const ends = np.array(Float64Array.of(0, 1), { shape: [1, 1, 2, 1] });
    expect(valuesOf(applyCurves(ends, pictures(1, 1, 2, 8)))).toEqual([0, 1]);
  });

  it("stays in [0, 1] and keeps the order of brightness for every curve within -1 and 1", () => {
    const steps = 101;
    const ramp = Float64Array.from({ length: steps }, (_, i) => i / (steps - 1));
    for (let trial = 0; trial < 20; trial++) {
      const own = numbers(8, -1, 1);
      const curves = Float64Array.from({ length: steps * 8 }, (_, i) => own[i % 8]);
      const y = valuesOf(
        applyCurves(
          np.array(ramp, { shape: [1, 1, steps, 1] }),
          np.array(curves, { shape: [1, 1, steps, 8] }),
        ),
      );
      expect(Math.min(...y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...y)).toBeLessThanOrEqual(1);
      for (let i = 1; i < steps; i++) expect(y[i]).toBeGreaterThanOrEqual(y[i - 1] - 1e-12);
    }
  });

  it("starts close to the picture, with the network's curves of the channels asked for", () => {
    const { params } = zeroDce({ channels: 1, width: 4, iterations: 2 }).init(keyOf(3));
    const curves = zeroDceCurves(params as ZeroDceParams, pictures(1, 6, 7, 1).astype(np.float32));
    expect(curves.shape).toEqual([1, 6, 7, 2]);
    for (const a of curves.dataSync() as Float32Array) expect(Math.abs(a)).toBeLessThan(0.3);
  });

  it("has a loss without terms for what didn't change and is exposed as wanted", () => {
    const x = np.full([1, 16, 16, 3], 0.6, { dtype: np.float64 });
    const terms = zeroDceTerms(x.ref, x, np.full([1, 16, 16, 24], 0.2, { dtype: np.float64 }));
    for (const term of Object.values(terms)) expect(term.item()).toBeCloseTo(0, 12);
  });

  it("is as smooth as the mean squared difference along each axis says", () => {
    const float64 = { dtype: np.float64 };
    const of = (curves: number[], shape: number[]): number => {
      const picture = () => np.zeros([1, 16, 16, 1], float64);
      const terms = zeroDceTerms(picture(), picture(), np.array(Float64Array.from(curves), { shape }));
      return terms.smoothness.item();
    };
    // Differences of 1 downwards, and of 2 to the right, in two and in one curve.
    expect(of([0, 0, 0, 1, 1, 1], [1, 2, 3, 1])).toBeCloseTo(2, 12);
    expect(of([0, 2, 4, 0, 2, 4], [1, 2, 3, 1])).toBeCloseTo(8, 12);
    expect(of([0, 0, 2, 0, 4, 0, 0, 0, 2, 0, 4, 0], [1, 2, 3, 2])).toBeCloseTo(8, 12);
  });

  it("counts neighbours within the picture alone, from both sides, and leaves the rest at the border", () => {
    // Regions of 2 x 2 whose change is 0, 1 / 2, 3 and of a third line that is not looked at.
    const after = Float64Array.of(0, 0, 1, 1, 9, 0, 0, 1, 1, 9, 2, 2, 3, 3, 9, 2, 2, 3, 3, 9, 9, 9, 9, 9, 9);
    const make = () => np.array(after, { shape: [1, 5, 5, 1] });
    const { spatial } = zeroDceTerms(make(), np.zeros([1, 5, 5, 1], { dtype: np.float64 }), make(), {
      region: 2,
      patch: 2,
    });
    expect(spatial.item()).toBeCloseTo((2 * (1 + 1 + 4 + 4)) / 4, 12);
  });

  it("gives each picture its own value, and weighs the terms", () => {
    const [x, y, curves] = [pictures(2, 16, 18, 3), pictures(2, 16, 18, 3), pictures(2, 16, 18, 6)];
    const both = valuesOf(zeroDceLoss(x.ref, y.ref, curves.ref));
    const second = (a: np.Array): np.Array => a.ref.slice([1, 2]);
    expect(valuesOf(zeroDceLoss(second(x), second(y), second(curves)))[0]).toBeCloseTo(both[1], 10);
    const none = { spatial: 0, exposure: 0, color: 0, smoothness: 0 };
    const terms = zeroDceTerms(x.ref, y.ref, curves.ref);
    for (const name of ["spatial", "exposure", "color", "smoothness"] as const) {
      const alone = zeroDceLoss(x.ref, y.ref, curves.ref, { weights: { ...none, [name]: 2 } });
      expect(valuesOf(alone)[0]).toBeCloseTo(2 * valuesOf(terms[name])[0], 10);
    }
  });

  it("has the derivatives of finite differences in pictures and curves", () => {
    const [x, curves] = [pictures(1, 9, 11, 3), pictures(1, 9, 11, 6)];
    const options = { patch: 4, region: 2 };
    const loss = (p: np.Array, a: np.Array): np.Array =>
      zeroDceLoss(applyCurves(p.ref, a.ref), p, a, options).mean();
    checkGradient((p) => loss(p, curves.ref), x.ref);
    checkGradient((a) => loss(x.ref, a), curves.ref);
  });

  it("has no colour to balance in grey pictures, and a finite derivative there", () => {
    const grey = np.full([1, 16, 16, 3], 0.3, { dtype: np.float64 });
    const [value, slopes] = valueAndSlopes(
      (p) => zeroDceTerms(p, grey.ref, np.zeros([1, 16, 16, 3], { dtype: np.float64 })).color.sum(),
      grey.ref,
    );
    expect(value).toBe(0);
    expect(slopes.every((slope) => slope === 0)).toBe(true);
  });
});
