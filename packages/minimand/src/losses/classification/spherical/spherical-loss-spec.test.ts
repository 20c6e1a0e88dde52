import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type SphericalLossSpec,
  sphericalSoftmaxSpec,
  squaredErrorSpec,
  taylorSoftmaxSpec,
  upperBoundSpec,
  zLossSpec,
} from "./index.ts";

const specs: SphericalLossSpec[] = [
  squaredErrorSpec,
  zLossSpec(),
  zLossSpec({ a: 0.1, b: 10 }),
  zLossSpec({ a: 30, b: 1 }),
  taylorSoftmaxSpec,
  sphericalSoftmaxSpec(),
  sphericalSoftmaxSpec({ eps: 1 }),
  upperBoundSpec(),
  upperBoundSpec({ xi: 0.1 }),
];

/** Scores of one example and its label; the scores are never all equal. */
const example = fc
  .tuple(
    fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 3, maxLength: 9 }),
    fc.integer({ min: 0, max: 2 }),
  )
  .filter(([o]) => Math.max(...o) - Math.min(...o) > 0.1);

const statistics = (o: readonly number[], c: number) =>
  [o.reduce((t, v) => t + v * v, 0), o.reduce((t, v) => t + v, 0), o[c]] as const;
const at = (spec: SphericalLossSpec, o: readonly number[], c: number) =>
  spec.value(...statistics(o, c), o.length);

describe.each(specs.map((s) => [s.name, s] as const))("%s", (_, spec) => {
  it("has the partial derivatives of its finite differences", () => {
    fc.assert(
      fc.property(example, ([o, c]) => {
        const point = statistics(o, c);
        const partials = spec.partials(...point, o.length);
        const h = 1e-5;
        partials.forEach((p, i) => {
          const moved = (d: number) =>
            spec.value(...(point.map((v, j) => v + (i === j ? d : 0)) as [number, number, number]), o.length);
          const difference = (moved(h) - moved(-h)) / (2 * h);
          expect(Math.abs(p - difference)).toBeLessThan(1e-5 * (1 + Math.abs(p)));
        });
      }),
    );
  });

  it("makes the gradient of all scores, 2 gq o + gs + ga e_c", () => {
    fc.assert(
      fc.property(example, ([o, c]) => {
        const [gq, gs, ga] = spec.partials(...statistics(o, c), o.length);
        const h = 1e-6;
        o.forEach((v, k) => {
          const moved = (d: number) =>
            at(
              spec,
              o.map((x, j) => (j === k ? x + d : x)),
              c,
            );
          const g = 2 * gq * v + gs + (k === c ? ga : 0);
          expect(Math.abs(g - (moved(h) - moved(-h)) / (2 * h))).toBeLessThan(1e-5 * (1 + Math.abs(g)));
        });
      }),
    );
  });
});

describe("the spherical family on the scores (3, 1, 0, 0) and label 0", () => {
  it.each([
    [squaredErrorSpec, 5],
    [zLossSpec(), 0.17843401],
    [taylorSoftmaxSpec, Math.log(13 / 8.5)],
    [sphericalSoftmaxSpec({ eps: 1e-12 }), Math.log(10 / 9)],
  ] as const)("$name has its worked value", (spec, expected) => {
    expect(at(spec, [3, 1, 0, 0], 0)).toBeCloseTo(expected, 8);
  });
});

describe("zLossSpec", () => {
  it("has the worked value 0.04858735 at the largest z, where the gradient vanishes", () => {
    const o = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    expect(at(zLossSpec(), o, 0)).toBeCloseTo(0.04858735, 8);
    const [gq, gs, ga] = zLossSpec({ eps: 0 }).partials(...statistics(o, 0), 10);
    o.forEach((v, k) => {
      expect(2 * gq * v + gs + (k === 0 ? ga : 0)).toBeCloseTo(0, 14);
    });
  });

  it("tends to the hinge max(0, b - z) as a grows, and to (b - z) / 2 above log 2 / a as a falls", () => {
    fc.assert(
      fc.property(example, fc.double({ min: -2, max: 4, noNaN: true }), ([o, c], b) => {
        const [q, s, a] = statistics(o, c);
        const mu = s / o.length;
        const z = (a - mu) / Math.sqrt(q / o.length - mu * mu);
        expect(Math.abs(at(zLossSpec({ a: 1e4, b }), o, c) - Math.max(0, b - z))).toBeLessThan(1e-4);
        const soft = 1e-5;
        expect(at(zLossSpec({ a: soft, b }), o, c) - Math.LN2 / soft).toBeCloseTo((b - z) / 2, 3);
      }),
    );
  });

  it("stays finite where all scores are equal, and where the statistics cancel", () => {
    for (const [q, s, a, D] of [
      [0, 0, 0, 5],
      [45, 15, 3, 5],
      [5e16, 5e8, 1e8, 5],
    ]) {
      expect(zLossSpec({ a: 2, b: 1 }).value(q, s, a, D)).toBeCloseTo(Math.log1p(Math.exp(2)) / 2, 9);
      expect(zLossSpec().partials(q, s, a, D).every(Number.isFinite)).toBe(true);
    }
    expect(Number.isFinite(zLossSpec({ a: 1e3, b: 1e3 }).value(10, 4, 3, 4))).toBe(true);
  });
});

describe("the options of the spherical losses", () => {
  it("are refused out of range", () => {
    expect(() => zLossSpec({ a: 0 })).toThrow("a: expected a finite number > 0, got 0");
    expect(() => zLossSpec({ b: Number.NaN })).toThrow("b: expected a finite number, got NaN");
    expect(() => zLossSpec({ eps: -1 })).toThrow("eps: expected a finite number >= 0, got -1");
    expect(() => sphericalSoftmaxSpec({ eps: 0 })).toThrow("eps: expected a finite number > 0, got 0");
    expect(() => upperBoundSpec({ xi: 0 })).toThrow("xi: expected a finite number > 0, got 0");
  });
});

describe("the upper bound", () => {
  it("touches the sum of softplus that it comes from where all scores are xi from their centre", () => {
    // Bouchard: sum_k log(1 + e^x) <= K log(1 + e^xi) + sum_k (x - xi) / 2 + lambda (x^2 - xi^2), here with all scores at the centre's +xi.
    const [D, xi] = [5, 0.7];
    const lambda = Math.tanh(xi / 2) / (4 * xi);
    // The centre that makes it least is the mean plus (D / 4 - 1/2) / (D lambda).
    const centre = (s: number) => s / D + (D / 4 - 1 / 2) / (D * lambda);
    const scores = [0.3, -1, 2, 0.5, 0.1];
    const s = scores.reduce((sum, x) => sum + x, 0);
    const alpha = centre(s);
    const bound =
      alpha +
      scores.reduce((sum, x) => {
        const z = x - alpha;
        return sum + (z - xi) / 2 + lambda * (z * z - xi * xi) + Math.log1p(Math.exp(xi));
      }, 0);
    const q = scores.reduce((sum, x) => sum + x * x, 0);
    expect(upperBoundSpec({ xi }).value(q, s, scores[2], D)).toBeCloseTo(bound - scores[2], 12);
    expect(upperBoundSpec().value(10, 4, 3, 4)).toBeCloseTo(0.943117, 6);
  });
});
