import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fastCbGamma, fastInverseGap, inverseGap, squareCbGamma } from "../../index.ts";
import { gammaAt } from "./inverse-gap.ts";

const costs = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
/** Without ties, at which the best arm is not one that a shift or a scale keeps. */
const apart = fc
  .uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 12 })
  .map((values) => values.map((v) => v / 1000));
const gamma = fc.double({ min: 0, max: 1e4, noNaN: true });
const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, digits = 9): void => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], digits);
};

describe("inverse gap weighting", () => {
  it("has the weights of the formulas", () => {
    close(inverseGap([0.2, 0.5, 0.9], { gamma: 10 }), [0.7333333333, 0.1666666667, 0.1]);
    close(fastInverseGap([0.2, 0.5, 0.9], { gamma: 30 }), [0.9699074074, 0.0208333333, 0.0092592593]);
  });

  it.each([
    ["inverseGap", inverseGap],
    ["fastInverseGap", fastInverseGap],
  ])("%s: sums to 1, at least 1/K for the best, less for larger gaps", (_, weigh) => {
    fc.assert(
      fc.property(costs, gamma, (values, g) => {
        const p = weigh(values, { gamma: g });
        const best = values.indexOf(Math.min(...values));
        expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
        expect(p[best]).toBeGreaterThanOrEqual(1 / values.length - 1e-12);
        for (const [a, cost] of values.entries())
          for (const [b, other] of values.entries())
            if (cost < other && a !== best) expect(p[a]).toBeGreaterThanOrEqual(p[b] - 1e-12);
      }),
      { numRuns: 100 },
    );
  });

  it("is uniform at gamma 0 and greedy at infinity", () => {
    for (const weigh of [inverseGap, fastInverseGap]) {
      close(weigh([0.3, 0.1, 0.4], { gamma: 0 }), [1 / 3, 1 / 3, 1 / 3]);
      close(weigh([0.3, 0.1, 0.4], { gamma: Number.POSITIVE_INFINITY }), [0, 1, 0]);
      close(weigh([0.1, 0.1], { gamma: Number.POSITIVE_INFINITY }), [0.5, 0.5]);
      close(weigh([0.7], { gamma: 5 }), [1]);
    }
  });

  it("doesn't see a shift (square) or a scale (fast); fast is square with gamma by the least cost", () => {
    fc.assert(
      fc.property(apart, gamma, fc.double({ min: 0.1, max: 9, noNaN: true }), (values, g, s) => {
        close(
          inverseGap(
            values.map((c) => c + s),
            { gamma: g },
          ),
          inverseGap(values, { gamma: g }),
          6,
        );
        const fast = fastInverseGap(values, { gamma: g });
        close(
          fastInverseGap(
            values.map((c) => c * s),
            { gamma: g },
          ),
          fast,
          6,
        );
        close(inverseGap(values, { gamma: g / Math.min(...values) }), fast, 6);
      }),
      { numRuns: 50 },
    );
  });

  it("fast: gives everything to a best arm that costs nothing, and shares it among ties", () => {
    expect([...fastInverseGap([0, 0.4, 0.9], { gamma: 40 })]).toEqual([1, 0, 0]);
    close(fastInverseGap([0, 0.4, 0], { gamma: 40 }), [2 / 3, 0, 1 / 3]);
    close(fastInverseGap([0, 0], { gamma: 40 }), [0.5, 0.5]);
  });

  it("refuses no arms, NaN, negative costs and a negative gamma", () => {
    expect(() => inverseGap([], { gamma: 1 })).toThrow(
      "costs: expected an array of numbers, got an array of length 0",
    );
    expect(() => inverseGap([Number.NaN], { gamma: 1 })).toThrow(
      "costs[0]: expected a finite number, got NaN",
    );
    expect(() => fastInverseGap([0.5, -0.1], { gamma: 1 })).toThrow("costs: expected numbers >= 0, got -0.1");
    expect(() => inverseGap([1], { gamma: -1 })).toThrow("gamma: expected a finite number >= 0, got -1");
    expect(() => inverseGap(5 as never, { gamma: 1 })).toThrow(TypeError);
  });
});

describe("gamma", () => {
  it("follows the theorems", () => {
    expect(squareCbGamma({ rounds: 1000, arms: 5, regret: 3 })).toBeCloseTo(Math.sqrt(5000 / 3), 12);
    expect(fastCbGamma({ arms: 5, regret: 3, bestCost: 120 })).toBe(50);
    expect(fastCbGamma({ arms: 2, regret: 1, bestCost: 9600 })).toBe(80);
    expect(() => squareCbGamma({ rounds: 1, arms: 5, regret: 0 })).toThrow("regret: expected");
  });

  it("grows with the root of the decisions, or by epochs", () => {
    expect(gammaAt(7, 1000)).toBe(7);
    expect(gammaAt({ kind: "sqrt", initial: 2 }, 24)).toBe(10);
    const epochs = [0, 1, 2, 3, 6, 7].map((t) => gammaAt({ kind: "doubling", initial: 1 }, t) ** 2);
    close(epochs, [1, 2, 2, 4, 4, 8]);
  });
});
