import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neuralCollapse } from "./neural-collapse.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";

/** Rows of the regular simplex of C corners in C dimensions: `e_k - 1/C`. */
const simplex = (classes: number, scale = 1) =>
  Array.from({ length: classes }, (_, k) =>
    Array.from({ length: classes }, (_, j) => scale * (Number(j === k) - 1 / classes)),
  );

describe("neuralCollapse", () => {
  it.each([2, 3, 10, 26])("is 0 in every measure at an exact simplex of %s classes", (classes) => {
    const corners = simplex(classes, 3);
    const labels = Array.from({ length: 4 * classes }, (_, i) => i % classes);
    const found = neuralCollapse(
      labels.flatMap((k) => corners[k]),
      labels,
      simplex(classes, 0.7).flat(),
    );
    for (const [name, value] of Object.entries(found)) expect(Math.abs(value), name).toBeLessThan(1e-12);
  });

  it("does not change when features and weights are turned together, scaled, or features shifted", () => {
    const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2];
    const numbers = (length: number) =>
      fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: length, maxLength: length });
    const turned = (x: number[], angle: number) =>
      x.map((v, i) => {
        const other = i % 2 === 0 ? x[i + 1] : x[i - 1];
        return v * Math.cos(angle) + (i % 2 === 0 ? -1 : 1) * other * Math.sin(angle);
      });
    fc.assert(
      fc.property(numbers(18), fc.double({ min: -3, max: 3, noNaN: true }), (noise, angle) => {
        const features = labels.flatMap((k, i) => [
          4 * Math.cos(2 * k) + noise[2 * i],
          3 * Math.sin(2 * k) + noise[2 * i + 1],
        ]);
        const weights = [1, 0.2, -0.5, 1, -0.4, -1.1];
        const plain = neuralCollapse(features, labels, weights);
        const moved = neuralCollapse(
          turned(features, angle).map((v) => 2 * v),
          labels,
          turned(weights, angle).map((v) => 0.5 * v),
        );
        for (const [name, value] of Object.entries(plain))
          expect(moved[name as keyof typeof moved], name).toBeCloseTo(value, 6);
        const shifted = neuralCollapse(
          features.map((v) => v + 5),
          labels,
          weights,
        );
        expect(shifted.nc1).toBeCloseTo(plain.nc1, 6);
        expect(shifted.selfDuality).toBeCloseTo(plain.selfDuality, 6);
      }),
      { numRuns: 50 },
    );
  });

  it("counts the spread within classes relative to that between them", () => {
    // One dimension, two classes at +-1 with spread 0.5: S_W = 0.25, S_B = 1.
    expect(neuralCollapse([0.5, 1.5, -0.5, -1.5], [0, 0, 1, 1], [1, -1]).nc1).toBeCloseTo(0.125, 12);
  });

  it("counts samples on which the last layer and the nearest mean disagree", () => {
    expect(neuralCollapse([1, 2, -1, -2], [0, 0, 1, 1], [-1, 1]).nccMismatch).toBe(1);
    expect(neuralCollapse([1, 2, -1, 0.4], [0, 0, 1, 1], [1, -1]).nccMismatch).toBe(0.25);
  });

  it("refuses what has no such measures, naming the argument", () => {
    const call =
      (...args: Parameters<typeof neuralCollapse>) =>
      () =>
        neuralCollapse(...args);
    expect(call([1, 2, 3], [0, 1], [1, 2])).toThrow(/^features: expected 2 rows, one a label, got 3$/);
    expect(call([1, 2], [0, 1], [1])).toThrow(/^classes: expected an integer >= 2, got 1$/);
    expect(call([1, 2, 3, 4], [0, 1], [1, 2, 3])).toThrow(/^weights: expected rows of 2 numbers/);
    expect(call([1, 2], [0, 2], [1, 2])).toThrow(/^labels\[1\]: expected a class id from 0 to 1, got 2$/);
    expect(call([1, 2], [0, 0], [1, 2])).toThrow(/^labels: expected samples of every class, class 1 too/);
    expect(call([1, Number.NaN], [0, 1], [1, 2])).toThrow(
      /^features\[1\]: expected a finite number, got NaN$/,
    );
    expect(call([1, 2], [0, 1], [1, Infinity])).toThrow(/^weights\[1\]/);
    expect(call([1, 1], [0, 1], [1, 2])).toThrow(/^features: expected class means that differ/);
    expect(call([1, 2], [0, 1], [1, 0])).toThrow(/^weights, row 1: expected a direction, got 0$/);
    expect(call([], [], [1, 2])).toThrow(/^labels: expected at least one sample/);
  });
});

describe("symmetricEigen", () => {
  it("gives values and orthonormal vectors that make up the matrix again", () => {
    const entries = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(entries, (x) => {
        const n = 5;
        const a = x.map((_, at) => x[at] + x[(at % n) * n + Math.floor(at / n)]);
        const { values, vectors } = symmetricEigen(a, n);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) {
            const sum = (f: (e: number) => number) =>
              Array.from({ length: n }, (_, e) => f(e)).reduce((p, q) => p + q, 0);
            expect(sum((e) => vectors[i * n + e] * values[e] * vectors[j * n + e])).toBeCloseTo(
              a[i * n + j],
              8,
            );
            expect(sum((e) => vectors[e * n + i] * vectors[e * n + j])).toBeCloseTo(Number(i === j), 8);
          }
      }),
      { numRuns: 50 },
    );
  });
});
