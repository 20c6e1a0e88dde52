import { numpy as np } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import { crossEntropy } from "../cross-entropy.ts";
import {
  logSphericalSoftmaxLoss,
  logTaylorSoftmaxLoss,
  oneHotSquaredError,
  type SphericalLossSpec,
  softmaxUpperBoundLoss,
  sphericalSoftmax,
  sphericalSoftmaxSpec,
  squaredErrorSpec,
  taylorSoftmax,
  taylorSoftmaxSpec,
  upperBoundSpec,
  zLoss,
  zLossSpec,
} from "./index.ts";

// Exact mathematics: float64 on the cpu device.
type Loss = (f: np.Array, y: np.Array) => np.Array;
const family: [string, Loss, SphericalLossSpec][] = [
  ["zLoss", zLoss, zLossSpec()],
  ["zLoss, eps 0.5", (f, y) => zLoss(f, y, { eps: 0.5 }), zLossSpec({ eps: 0.5 })],
  ["zLoss, a 0.25, b 4", (f, y) => zLoss(f, y, { a: 0.25, b: 4 }), zLossSpec({ a: 0.25, b: 4 })],
  ["logTaylorSoftmaxLoss", logTaylorSoftmaxLoss, taylorSoftmaxSpec],
  [
    "logSphericalSoftmaxLoss",
    (f, y) => logSphericalSoftmaxLoss(f, y, { eps: 0.125 }),
    sphericalSoftmaxSpec({ eps: 0.125 }),
  ],
  ["oneHotSquaredError", oneHotSquaredError, squaredErrorSpec],
  ["softmaxUpperBoundLoss", (f, y) => softmaxUpperBoundLoss(f, y, { xi: 2 }), upperBoundSpec({ xi: 2 })],
];

const runs = { numRuns: 12 };
const classes = 5;
const score = fc.double({ min: -6, max: 6, noNaN: true });
const example = fc
  .tuple(
    fc.array(score, { minLength: classes, maxLength: classes }),
    fc.integer({ min: 0, max: classes - 1 }),
  )
  .filter(([o]) => Math.max(...o) - Math.min(...o) > 0.1);
const row = (o: readonly number[]) => np.array(Float64Array.from(o), { shape: [1, o.length] });
const id = (y: number) => np.array(Int32Array.of(y));
const value = (loss: Loss, o: readonly number[], y: number): number => loss(row(o), id(y)).sum().item();
const gradientOf = (loss: Loss) => {
  const run = compiledValueAndGrad((f: np.Array, y: np.Array) => loss(f, y).sum());
  return (o: readonly number[], y: number): number[] => {
    const [v, g] = run(row(o), id(y));
    v.dispose();
    return [...g.dataSync()];
  };
};

describe.each(family)("%s", (_, loss, spec) => {
  it("has the value and the gradient of its closed form in the three statistics", () => {
    const gradient = gradientOf(loss);
    fc.assert(
      fc.property(example, ([o, y]) => {
        const q = o.reduce((t, v) => t + v * v, 0);
        const s = o.reduce((t, v) => t + v, 0);
        const expected = spec.value(q, s, o[y], classes);
        expect(Math.abs(value(loss, o, y) - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)));
        const [gq, gs, ga] = spec.partials(q, s, o[y], classes);
        gradient(o, y).forEach((g, k) => {
          const closed = 2 * gq * o[k] + gs + (k === y ? ga : 0);
          expect(Math.abs(g - closed)).toBeLessThan(1e-6 * (1 + Math.abs(closed)));
        });
      }),
      runs,
    );
  });
});

describe("zLoss", () => {
  it("does not change with shift and positive scale of the scores", () => {
    fc.assert(
      fc.property(
        example,
        fc.double({ min: 0.2, max: 50, noNaN: true }),
        fc.double({ min: -20, max: 20, noNaN: true }),
        ([o, y], scale, shift) => {
          const moved = o.map((v) => scale * v + shift);
          expect(value(zLoss, moved, y)).toBeCloseTo(value(zLoss, o, y), 8);
        },
      ),
      runs,
    );
  });

  it("has a gradient that sums to 0 and is orthogonal to the scores", () => {
    const gradient = gradientOf(zLoss);
    fc.assert(
      fc.property(example, ([o, y]) => {
        const g = gradient(o, y);
        // A compiled program keeps its constants, such as 1 / classes, in float32.
        expect(g.reduce((t, v) => t + v, 0)).toBeCloseTo(0, 6);
        expect(g.reduce((t, v, k) => t + v * o[k], 0)).toBeCloseTo(0, 6);
      }),
      runs,
    );
  });

  it("has the worked value and gradient at (3, 1, 0, 0)", () => {
    expect(value(zLoss, [3, 1, 0, 0], 0)).toBeCloseTo(0.17843401, 8);
    const expected = [-0.01111937, 0.03335812, -0.01111937, -0.01111937];
    gradientOf(zLoss)([3, 1, 0, 0], 0).forEach((g, k) => {
      expect(g).toBeCloseTo(expected[k], 8);
    });
  });

  it("is least at z = sqrt(classes - 1), where its gradient vanishes", () => {
    const o = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(value(zLoss, o, 0)).toBeCloseTo(0.04858735, 8);
    for (const g of gradientOf(zLoss)(o, 0)) expect(g).toBeCloseTo(0, 9);
    fc.assert(
      fc.property(fc.array(score, { minLength: 10, maxLength: 10 }), (other) => {
        expect(value(zLoss, other, 0)).toBeGreaterThan(0.0485873);
      }),
      runs,
    );
  });

  it("takes a and b as arrays, with the same numbers", () => {
    const o = [0.3, -1, 2, 0.5, 0];
    const options = { a: np.array(0.25, { dtype: np.float64 }), b: np.array(4, { dtype: np.float64 }) };
    expect(zLoss(row(o), id(2), options).item()).toBeCloseTo(
      value((f, y) => zLoss(f, y, { a: 0.25, b: 4 }), o, 2),
      9,
    );
  });

  it("is softplus(a b) / a where all scores are equal", () => {
    expect(value((f, y) => zLoss(f, y, { a: 2, b: 1 }), [7, 7, 7], 1)).toBeCloseTo(
      Math.log1p(Math.exp(2)) / 2,
      6,
    );
  });

  it("refuses options out of range", () => {
    expect(() => zLoss(row([1, 2]), id(0), { a: 0 })).toThrow("a: expected a finite number > 0, got 0");
    expect(() => zLoss(row([1, 2]), id(0), { b: Number.NaN })).toThrow(
      "b: expected a finite number, got NaN",
    );
    expect(() => zLoss(row([1, 2]), id(0), { eps: -1 })).toThrow(
      "eps: expected a finite number >= 0, got -1",
    );
  });
});

describe("the Taylor and the spherical softmax", () => {
  it("are positive probabilities that sum to 1, whose logarithms are the losses", () => {
    fc.assert(
      fc.property(example, ([o, y]) => {
        for (const [p, loss] of [
          [taylorSoftmax(row(o)), logTaylorSoftmaxLoss],
          [sphericalSoftmax(row(o)), logSphericalSoftmaxLoss],
        ] as const) {
          const values = [...p.dataSync()];
          expect(values.every((v) => v > 0)).toBe(true);
          expect(values.reduce((t, v) => t + v, 0)).toBeCloseTo(1, 12);
          expect(-Math.log(values[y])).toBeCloseTo(value(loss, o, y), 9);
        }
      }),
      runs,
    );
  });

  it("differ in sign: the spherical softmax is even in the scores, the Taylor softmax is not", () => {
    const o = [3, 1, 0, -0.5];
    const negated = o.map((v) => -v);
    expect(value(logSphericalSoftmaxLoss, negated, 0)).toBe(value(logSphericalSoftmaxLoss, o, 0));
    expect(value(logTaylorSoftmaxLoss, negated, 0)).not.toBeCloseTo(value(logTaylorSoftmaxLoss, o, 0), 1);
  });

  it("have their worked values at (3, 1, 0, 0)", () => {
    const o = [3, 1, 0, 0];
    expect(value(logTaylorSoftmaxLoss, o, 0)).toBeCloseTo(Math.log(13 / 8.5), 8);
    expect(value((f, y) => logSphericalSoftmaxLoss(f, y, { eps: 1e-12 }), o, 0)).toBeCloseTo(
      Math.log(10 / 9),
      8,
    );
    expect(value(oneHotSquaredError, o, 0)).toBe(5);
    expect(value(crossEntropy, o, 0)).toBeCloseTo(0.21099762, 8);
  });
});

describe("softmaxUpperBoundLoss", () => {
  it("is never below cross-entropy", () => {
    fc.assert(
      fc.property(example, fc.constantFrom(0.1, 0.5, 1, 2, 5), ([o, y], xi) => {
        const bound = value((f, c) => softmaxUpperBoundLoss(f, c, { xi }), o, y);
        expect(bound).toBeGreaterThanOrEqual(value(crossEntropy, o, y) - 1e-9);
      }),
      { numRuns: 40 },
    );
  });
});
