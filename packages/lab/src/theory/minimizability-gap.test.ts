import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distribution, normalised, taus } from "./conditional-risk.fixture.ts";
import {
  compSumConditionalInf,
  expectedConditionalInf,
  minimizabilityGap,
  minimizabilityGapUpperBound,
} from "./index.ts";

const conditionals = [
  [0.7, 0.2, 0.1],
  [0.1, 0.3, 0.6],
];

/** The best risk of scores that don't depend on the point is the conditional infimum at the marginal. */
const constantScoresRisk = (weights: number[], q: number[][], tau: number) =>
  compSumConditionalInf(
    normalised(q[0].map((_, y) => q.reduce((sum, row, i) => sum + weights[i] * row[y], 0))),
    { tau },
  );

describe("minimizabilityGap", () => {
  it("is 0 where the best risk is reached at every point", () => {
    const risk = expectedConditionalInf([0.4, 0.6], conditionals, { tau: 1.5 });
    expect(minimizabilityGap(risk, [0.4, 0.6], conditionals, { tau: 1.5 })).toBe(0);
  });

  it("takes the zero-one loss", () => {
    expect(expectedConditionalInf([0.4, 0.6], conditionals, { tau: "zeroOne" })).toBeCloseTo(0.36, 12);
    expect(minimizabilityGap(0.5, [0.4, 0.6], conditionals, { tau: "zeroOne" })).toBeCloseTo(0.14, 12);
  });

  it("is below its upper bound by the sum-exponential risk, for constant scores", () => {
    fc.assert(
      fc.property(
        distribution.filter((q) => q.length >= 3).map((q) => normalised([...q.slice(0, 2), q[2] + 1e-3])),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.constantFrom(...taus),
        (q, w, tau) => {
          const weights = [w, 1 - w];
          const rows = [q, conditionals[0]];
          const gap = minimizabilityGap(constantScoresRisk(weights, rows, tau), weights, rows, { tau });
          const bound = minimizabilityGapUpperBound(constantScoresRisk(weights, rows, 0), weights, rows, {
            tau,
          });
          expect(gap).toBeGreaterThanOrEqual(0);
          expect(gap).toBeLessThanOrEqual(bound + 1e-9);
        },
      ),
    );
  });

  it("has an upper bound that decreases in tau where labels are certain", () => {
    const bounds = taus.map((tau) => minimizabilityGapUpperBound(0.7, [1], [[0, 1]], { tau }));
    bounds.slice(1).forEach((b, i) => {
      expect(b).toBeLessThan(bounds[i]);
    });
  });

  it("refuses a risk no hypothesis set can reach, and weights that are no distribution", () => {
    expect(() => minimizabilityGap(0.1, [0.4, 0.6], conditionals, { tau: 1 })).toThrow(
      /^bestInClassRisk: expected a number >= the expected conditional infimum 0\.8/,
    );
    expect(() => minimizabilityGap(1, [0.4, 0.5], conditionals, { tau: 1 })).toThrow(
      "weights: expected probabilities that sum to 1, got 0.9",
    );
    expect(() => minimizabilityGap(1, [1], conditionals, { tau: 1 })).toThrow(
      "conditionals: expected 1 distributions, as many as weights, got an array of length 2",
    );
  });
});
