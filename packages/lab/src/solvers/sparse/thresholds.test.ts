import { grad, jit, numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../test/support/leaks.ts";
import { hardThreshold, keepLargest, shrinkToMean, softThreshold } from "./index.ts";

const numbers = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 8 });
const rounded = (values: number[]): number[] => values.map(Math.fround);

describe("hard thresholding", () => {
  it("keeps what is larger than the threshold as it is, and nothing else", () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 4, noNaN: true }), (given, t) => {
        const [v, limit] = [rounded(given), Math.fround(t)];
        const found = hardThreshold(np.array(v), limit).js() as number[];
        expect(found.map(Math.abs)).toEqual(v.map((x) => (Math.abs(x) > limit ? Math.abs(x) : 0)));
      }),
      { numRuns: 50 },
    );
  });

  it("minimises half the squared distance plus half the squared threshold for each entry kept", () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0.1, max: 4, noNaN: true }), numbers, (given, t, other) => {
        const v = rounded(given);
        const cost = (x: readonly number[]) =>
          v.reduce((sum, own, i) => sum + (own - x[i]) ** 2 / 2 + (x[i] === 0 ? 0 : t ** 2 / 2), 0);
        const found = hardThreshold(np.array(v), t).js() as number[];
        const rival = v.map((_, i) => other[i % other.length]);
        expect(cost(found)).toBeLessThanOrEqual(cost(rival) + 1e-5);
        expect(cost(found)).toBeLessThanOrEqual(cost(v.map(() => 0)) + 1e-5);
      }),
      { numRuns: 50 },
    );
  });

  it("has slope 1 where it keeps, else 0, and none in the threshold", () => {
    const of = (v: np.Array, t: np.Array) => hardThreshold(v, t).sum();
    const v = () => np.array([-2, 0.1, 0.7]);
    expect(jit(grad(of))(v(), np.array(0.5)).js()).toEqual([1, 0, 1]);
    expect(jit(grad((t: np.Array, v: np.Array) => of(v, t)))(np.array(0.5), v()).js()).toBe(0);
  });

  it("through a gate has the slope of a sigmoid in the threshold, the same value, and the same slope in the entries", () => {
    const v = [-2, 0.1, 0.7, 0.55];
    const gate = 0.2;
    const of = (t: np.Array, v: np.Array) =>
      hardThreshold(v, t, { gate })
        .mul(np.array([1, 2, 3, 4]))
        .sum();
    const soft = (t: number) =>
      v.reduce((sum, own, i) => sum + ((i + 1) * own) / (1 + Math.exp(-(Math.abs(own) - t) / gate)), 0);
    const slope = jit(grad(of))(np.array(0.5), np.array(v)).item();
    expect(slope).toBeCloseTo((soft(0.5001) - soft(0.4999)) / 0.0002, 4);
    expect(hardThreshold(np.array(v), 0.5, { gate }).js()).toEqual(hardThreshold(np.array(v), 0.5).js());
    const entries = jit(grad((v: np.Array, t: np.Array) => of(t, v)))(np.array(v), np.array(0.5));
    expect(entries.js()).toEqual([1, 0, 3, 4]);
    expect(leakOf(() => hardThreshold(np.array(v), np.array(0.5), { gate }).dispose())).toBe(0);
    expect(() => hardThreshold(np.array(v), 0.5, { gate: 0 })).toThrow(
      "gate: expected a finite number > 0, got 0",
    );
  });

  it("refuses a negative threshold", () => {
    expect(() => hardThreshold(np.array([1, 2]), -1)).toThrow(
      "threshold: expected a finite number >= 0, got -1",
    );
    expect(() => softThreshold(np.array([1, 2]), -1)).toThrow(
      "threshold: expected a finite number >= 0, got -1",
    );
  });
});

describe("keeping the largest", () => {
  it("keeps so many of each row, the largest in size", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 1, max: 6 }),
        (sizes, count) => {
          const row = sizes.map((size, i) => (i % 2 === 0 ? size : -size));
          const [found, again] = keepLargest(np.array([row, row.toReversed()]), count).js() as number[][];
          const least = sizes.toSorted((a, b) => b - a)[count - 1];
          expect(found.map(Math.abs)).toEqual(sizes.map((size) => (size >= least ? size : 0)));
          expect(again.toReversed()).toEqual(found);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("hands gradients to what it keeps, compiled", () => {
    const of = (v: np.Array) => np.square(keepLargest(v, 2)).sum();
    const v = [
      [3, -1, 2, 0.5],
      [0.1, 0.2, -0.4, 0.3],
    ];
    const found = jit(grad(of))(np.array(v)).js() as number[][];
    expect(found[0]).toEqual([6, 0, 4, 0]);
    [0, 0, -0.8, 0.6].forEach((g, i) => {
      expect(found[1][i]).toBeCloseTo(g, 6);
    });
  });

  it("refuses counts that no row has, and what has no rows", () => {
    const v = () => np.array([[1, 2, 3]]);
    expect(() => keepLargest(v(), 4)).toThrow("count: expected an integer >= 1 and <= 3, got 4");
    expect(() => keepLargest(v(), 0)).toThrow("count: expected an integer >= 1 and <= 3, got 0");
    expect(() => keepLargest(np.array([1, 2]), 1)).toThrow(
      "v: expected an array [batch, signal], got float32[2]",
    );
  });
});

describe("the posterior mean", () => {
  /** By summing over a grid of signals. */
  function posterior(r: number, noise: number, p: number, signal: number): number {
    const likelihood = (x: number) => Math.exp(-((r - x) ** 2) / (2 * noise));
    let above = 0;
    let below = 0;
    for (let x = -12; x <= 12; x += 0.001) {
      const mass = (p * 0.001 * Math.exp(-(x ** 2) / (2 * signal))) / Math.sqrt(2 * Math.PI * signal);
      above += mass * x * likelihood(x);
      below += mass * likelihood(x);
    }
    return above / (below + (1 - p) * likelihood(0));
  }

  it.each([
    [0.3, 0.1, 0.1, 1],
    [-1.2, 0.5, 0.3, 2],
    [2, 0.05, 0.02, 1],
  ])("of %d with noise %d is the mean of what it may have been", (r, noise, probability, signalVariance) => {
    const found = shrinkToMean(np.array([r, -r]), np.array(noise), { probability, signalVariance });
    const [own, mirrored] = found.js() as number[];
    expect(own).toBeCloseTo(posterior(r, noise, probability, signalVariance), 4);
    expect(mirrored).toBeCloseTo(-own, 6);
  });

  it("is finite for numbers far out and hardly any noise", () => {
    const found = shrinkToMean(np.array([1e4, 3, 0, -1e-4]), np.array(1e-9), {
      probability: 0.1,
    }).js() as number[];
    expect(found[0] / 1e4).toBeCloseTo(1, 5);
    expect(found[1]).toBeCloseTo(3, 5);
    expect(found[2]).toBe(0);
    expect(Number.isFinite(found[3])).toBe(true);
  });

  it("refuses what is no probability or variance", () => {
    const of = (options: { probability: number; signalVariance?: number }) => () =>
      shrinkToMean(np.array([1, 2]), np.array(0.1), options);
    expect(of({ probability: 1 })).toThrow("probability: expected a finite number > 0 and < 1, got 1");
    expect(of({ probability: 0.1, signalVariance: 0 })).toThrow(
      "signalVariance: expected a finite number > 0, got 0",
    );
  });
});

it("thresholds leave nothing behind", () => {
  const v = () =>
    np.array([
      [1, -2, 0.3],
      [0.1, 0.5, 4],
    ]);
  expect(leakOf(() => hardThreshold(v(), np.array(0.4)).dispose())).toBe(0);
  expect(leakOf(() => keepLargest(v(), 2).dispose())).toBe(0);
  expect(leakOf(() => shrinkToMean(v(), np.array(0.4), { probability: 0.2 }).dispose())).toBe(0);
});
