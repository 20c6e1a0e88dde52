import { grad, jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  exp,
  expm1,
  log,
  logSigmoid,
  logSoftmax,
  logSumExp,
  relu,
  sigmoid,
  softmax,
  softplus,
} from "./numerics.ts";

// Float32 on wasm, where the engine's own functions fail. Values must differ: constants are folded in doubles.
const spread = [-1e4, -200, -89, -20, -15, -1, -1e-3, 0.1, 1, 15, 20, 89, 200, 1e4];
const array = (x: number[]) => np.array(Float32Array.from(x));
const of = (f: (x: np.Array) => np.Array, x: number[]) => [...(f(array(x)).dataSync() as Float32Array)];
const slopes = (f: (x: np.Array) => np.Array, x: number[]) => [
  ...(jit(grad((v: np.Array) => f(v).sum()))(array(x)).dataSync() as Float32Array),
];

const cases: [string, (x: np.Array) => np.Array, (x: number) => number, (x: number) => number][] = [
  [
    "softplus",
    softplus,
    (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    (x) => 1 / (1 + Math.exp(-x)),
  ],
  [
    "logSigmoid",
    logSigmoid,
    (x) => -(Math.max(-x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
    (x) => 1 / (1 + Math.exp(x)),
  ],
  ["sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x)), (x) => 1 / (2 + Math.exp(x) + Math.exp(-x))],
  ["relu", relu, (x) => Math.max(x, 0), (x) => Number(x > 0)],
];

describe.each(cases)("%s", (_, f, value, slope) => {
  it("is right and finite from -1e4 to 1e4, in value and compiled gradient", () => {
    const v = of(f, spread);
    const g = slopes(f, spread);
    spread.forEach((x, i) => {
      expect(Math.abs(v[i] - value(x))).toBeLessThanOrEqual(2e-6 * Math.abs(value(x)) + 1e-30);
      expect(Math.abs(g[i] - slope(x))).toBeLessThanOrEqual(3e-6);
    });
  });
});

it("relu has derivative 0 at 0", () => expect(slopes(relu, [0, 1, -1])).toEqual([0, 1, 0]));

describe("log", () => {
  it("is accurate to 3e-7 relative to max(1, |log x|), where the engine's own is off by 1e-5", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-25, max: 1e25, noNaN: true }), { minLength: 2, maxLength: 20 }),
        (xs) => {
          const x = [...Float32Array.from(xs)];
          of(log, x).forEach((y, i) => {
            expect(Math.abs(y - Math.log(x[i]))).toBeLessThanOrEqual(
              3e-7 * Math.max(1, Math.abs(Math.log(x[i]))),
            );
          });
        },
      ),
    );
  });

  it("has derivative 1 / x, is -Infinity at 0 and NaN below", () => {
    slopes(log, [0.5, 2, 1e-3]).forEach((g, i) => {
      expect(g).toBeCloseTo([2, 0.5, 1e3][i], 3);
    });
    expect(of(log, [0, 1])[0]).toBe(-Infinity);
    expect(of(log, [-1, 1])[0]).toBeNaN();
  });
});

describe("logSumExp, logSoftmax, softmax", () => {
  it("agree with doubles, whatever constant is added", () => {
    const row = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(row, fc.constantFrom(0, 1000, -1000), (values, shift) => {
        const x = [...Float32Array.from(values, (v) => v + shift)];
        const max = Math.max(...x);
        const expected = max + Math.log(x.reduce((s, v) => s + Math.exp(v - max), 0));
        expect(logSumExp(array(x)).item()).toBeCloseTo(expected, 2);
        of(logSoftmax, x).forEach((y, i) => {
          expect(Math.abs(y - (x[i] - expected))).toBeLessThanOrEqual(1e-4 + 1e-6 * Math.abs(x[i]));
        });
        expect(of(softmax, x).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
      }),
      { numRuns: 50 },
    );
  });

  it("allow -Infinity as a mask, and give -Infinity where all is masked", () => {
    expect(logSumExp(array([-Infinity, 2])).item()).toBeCloseTo(2, 6);
    expect(logSumExp(array([-Infinity, -Infinity])).item()).toBe(-Infinity);
  });
});

describe("exp and expm1", () => {
  it("keep their exact value and have a large finite slope where they overflow", () => {
    expect(of(exp, [1, 100, -100])).toEqual([expect.closeTo(Math.E, 5), Infinity, 0]);
    expect(of(expm1, [1e-4, 100, 85])).toEqual([expect.closeTo(1.00005e-4, 9), Infinity, expect.any(Number)]);
    expect(of(expm1, [85, 1])[0] / Math.exp(85)).toBeCloseTo(1, 3);
    for (const f of [exp, expm1]) {
      const g = slopes(f, [1, 100, 85]);
      expect(g.every(Number.isFinite)).toBe(true);
      expect(g[0]).toBeCloseTo(Math.E, 5);
      expect(g[1]).toBeGreaterThan(1e34);
    }
  });
});
