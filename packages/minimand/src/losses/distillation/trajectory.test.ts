import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../engine/differentiate.ts";
import { trajectoryLoss, trajectorySquaredError } from "./trajectory.ts";

const row = (values: readonly number[]) => np.array([[...values]]);
const value = (z: readonly number[], y: readonly number[], options = {}): number =>
  trajectoryLoss(row(z), row(y), options).item();
const gradient = (z: readonly number[], y: readonly number[], tau: number): number[] => {
  const run = compiledValueAndGrad((logits: np.Array) => trajectoryLoss(logits, row(y), { tau }).sum());
  const [total, g] = run(row(z));
  total.dispose();
  run.dispose();
  return (g.js() as number[][])[0];
};
const softmax = (f: readonly number[], tau: number): number[] => {
  const e = f.map((v) => Math.exp((v - Math.max(...f)) / tau));
  return e.map((v) => v / e.reduce((a, b) => a + b));
};
const logits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 4, maxLength: 4 });
const temperature = fc.double({ min: 0.5, max: 10, noNaN: true });

describe("trajectoryLoss", () => {
  it("has the worked value: y = (ln 2, 0), z = 0, tau = 1", () => {
    expect(value([0, 0], [Math.LN2, 0], { tau: 1 })).toBeCloseTo(0.056633, 5);
    const [a, b] = gradient([0, 0], [Math.LN2, 0], 1);
    expect(a).toBeCloseTo(-1 / 6, 5);
    expect(b).toBeCloseTo(1 / 6, 5);
  });

  it("is nothing where nothing has moved, never negative, and blind to a constant in either argument", () => {
    fc.assert(
      fc.property(
        logits,
        logits,
        temperature,
        fc.double({ min: -5, max: 5, noNaN: true }),
        (z, y, tau, c) => {
          expect(Math.abs(value(y, y, { tau }))).toBeLessThan(2e-5 * tau * tau);
          const moved = value(z, y, { tau });
          expect(moved).toBeGreaterThan(-2e-5 * tau * tau);
          for (const other of [
            value(
              z.map((v) => v + c),
              y,
              { tau },
            ),
            value(
              z,
              y.map((v) => v + c),
              { tau },
            ),
          ])
            expect(Math.abs(other - moved)).toBeLessThan(1e-3 * (1 + Math.abs(moved)));
        },
      ),
      { numRuns: 25 },
    );
  });

  it("has gradient tau (softmax(z / tau) - softmax(y / tau)), which sums to 0", () => {
    fc.assert(
      fc.property(logits, logits, (z, y) => {
        const tau = 2.5;
        const [p, q] = [softmax(y, tau), softmax(z, tau)];
        const g = gradient(z, y, tau);
        g.forEach((v, k) => {
          expect(v).toBeCloseTo(tau * (q[k] - p[k]), 4);
        });
        expect(g.reduce((a, b) => a + b)).toBeCloseTo(0, 4);
      }),
      { numRuns: 15 },
    );
  });

  it("comes to half the mean squared distance of centred logits at high temperature, and to nothing without tau squared", () => {
    const [z, y] = [
      [1, -2, 0.5],
      [0.2, 0.1, -1],
    ];
    const centred = (f: number[]) => f.map((v) => v - f.reduce((a, b) => a + b) / f.length);
    const [cz, cy] = [centred(z), centred(y)];
    const limit = cz.reduce((sum, v, k) => sum + (v - cy[k]) ** 2, 0) / (2 * z.length);
    // Higher temperatures would cancel all digits of float32.
    expect(value(z, y, { tau: 30 })).toBeCloseTo(limit, 1);
    expect(value(z, y, { tau: 30, scaleByTauSquared: false })).toBeCloseTo(limit / 900, 4);
  });

  it("stays finite at logits of size 3000, where the logarithm of a softmax would not", () => {
    const [z, y] = [
      [3000, -3000, 0],
      [-3000, 0, 3000],
    ];
    expect(value(z, y, { tau: 1 })).toBeCloseTo(3000, -1);
    for (const g of gradient(z, y, 1)) expect(Number.isFinite(g)).toBe(true);
  });

  it("leaves out rows of weight 0, and takes the temperature as an input of one program", () => {
    const [z, y] = [
      () =>
        np.array([
          [1, 2],
          [Number.NaN, 4],
        ]),
      () =>
        np.array([
          [0, 0],
          [3, 2],
        ]),
    ];
    const [first, second] = trajectoryLoss(z(), y(), { weights: np.array([2, 0]) }).js() as number[];
    expect(first).toBeCloseTo(2 * value([1, 2], [0, 0]), 4);
    expect(second).toBe(0);
    for (const scaleByTauSquared of [true, false]) {
      const program = compiledValueAndGrad((logits: np.Array, tau: np.Array) =>
        trajectoryLoss(logits, y(), { tau, scaleByTauSquared, weights: np.array([1, 0]) }).sum(),
      );
      for (const tau of [0.5, 4]) {
        const [traced, g] = program(z(), np.array(tau));
        expect(traced.item()).toBeCloseTo(value([1, 2], [0, 0], { tau, scaleByTauSquared }), 4);
        expect((g.js() as number[][])[1]).toEqual([0, 0]);
      }
      program.dispose();
    }
  });

  it("refuses a temperature that isn't positive, other shapes, and NaN", () => {
    expect(() => value([0, 1], [0, 1], { tau: 0 })).toThrow("tau: expected a finite number > 0, got 0");
    expect(() => value([0, 1], [0, 1, 2])).toThrow("past: expected shape [1, 2], got float32[1, 3]");
    expect(() => value([0, Number.NaN], [0, 1])).toThrow("logits: expected numbers, got NaN");
    expect(() => value([0, 1], [Number.NaN, 1])).toThrow("past: expected numbers, got NaN");
  });
});

describe("trajectorySquaredError", () => {
  it("is half the squared distance, with weights", () => {
    const [z, y] = [
      () =>
        np.array([
          [1, 2],
          [3, 4],
        ]),
      () =>
        np.array([
          [0, 0],
          [3, 2],
        ]),
    ];
    expect(trajectorySquaredError(z(), y()).js()).toEqual([2.5, 2]);
    const weights = np.array([0, 3]);
    expect(trajectorySquaredError(z(), y(), { weights }).js()).toEqual([0, 6]);
    const run = compiledValueAndGrad((f: np.Array) => trajectorySquaredError(f, y()).sum());
    expect(run(z())[1].js()).toEqual([
      [1, 2],
      [0, 2],
    ]);
    run.dispose();
  });

  it("refuses other shapes and NaN", () => {
    expect(() => trajectorySquaredError(row([1]), row([1, 2]))).toThrow("past: expected shape [1, 1]");
    expect(() => trajectorySquaredError(row([Number.NaN]), row([1]))).toThrow("outputs: expected numbers");
  });
});
