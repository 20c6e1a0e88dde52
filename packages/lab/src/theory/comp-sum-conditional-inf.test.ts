import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conditionalRisk, distribution, taus } from "./conditional-risk.fixture.ts";
import { compSumBoundedDeterministicInf, compSumConditionalInf, zeroOneConditionalInf } from "./index.ts";

describe("compSumConditionalInf", () => {
  it("has the values of the closed forms at (0.6, 0.4)", () => {
    const at = (tau: number) => compSumConditionalInf([0.6, 0.4], { tau });
    expect(at(0)).toBeCloseTo(0.979796, 6);
    expect(at(1)).toBeCloseTo(0.673012, 6);
    expect(at(1.5)).toBeCloseTo(0.557779, 6);
    expect(at(2)).toBeCloseTo(0.4, 12);
  });

  it("is 0 for a certain label", () => {
    for (const tau of taus) expect(compSumConditionalInf([0, 1, 0], { tau })).toBe(0);
  });

  it("is below the expected loss of any scores", () => {
    fc.assert(
      fc.property(
        distribution,
        fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 10, maxLength: 10 }),
        fc.constantFrom(...taus),
        (q, scores, tau) => {
          const risk = conditionalRisk(q, scores.slice(0, q.length), tau);
          expect(risk - compSumConditionalInf(q, { tau })).toBeGreaterThanOrEqual(-1e-12 * (1 + risk));
        },
      ),
    );
  });

  it("is reached by the softmax proportional to q^(1 / (2 - tau)) below tau = 2", () => {
    fc.assert(
      fc.property(distribution, fc.constantFrom(...taus.filter((t) => t < 2)), (q, tau) => {
        // Classes without mass belong at -Infinity.
        const scores = q.map((p) => Math.log(p) / (2 - tau));
        const risk = conditionalRisk(q, scores, tau);
        expect(Math.abs(risk - compSumConditionalInf(q, { tau }))).toBeLessThan(1e-10 * (1 + risk));
      }),
    );
  });

  it("equals a brute-force minimisation for two classes", () => {
    for (const tau of taus) {
      const q = [0.83, 0.17];
      let [low, high] = [-40, 40];
      const risk = (v: number) => conditionalRisk(q, [v, 0], tau);
      // The expected loss has one valley in the difference of the scores.
      for (let i = 0; i < 200; i++) {
        const [a, b] = [low + (high - low) * 0.382, low + (high - low) * 0.618];
        if (risk(a) < risk(b)) high = b;
        else low = a;
      }
      expect(Math.abs(risk(low) - compSumConditionalInf(q, { tau }))).toBeLessThan(1e-12);
    }
  });

  it("is continuous where the formula changes", () => {
    const q = [0.5, 0.3, 0.2, 0];
    const at = (tau: number) => compSumConditionalInf(q, { tau });
    for (const tau of [1, 1.5, 2]) {
      expect(Math.abs(at(tau + 1e-7) - at(tau))).toBeLessThan(1e-6);
      expect(Math.abs(at(tau - 1e-7) - at(tau))).toBeLessThan(1e-6);
    }
  });

  it("refuses what is no distribution instead of normalising it", () => {
    expect(() => compSumConditionalInf([0.5, 0.6], { tau: 1 })).toThrow(
      "p: expected probabilities that sum to 1, got 1.1",
    );
    expect(() => compSumConditionalInf([1.5, -0.5], { tau: 1 })).toThrow(
      "p[1]: expected a finite number >= 0, got -0.5",
    );
    expect(() => compSumConditionalInf([Number.NaN, 1], { tau: 1 })).toThrow("p[0]");
    expect(() => compSumConditionalInf([1], { tau: 1 })).toThrow("p: expected at least 2 probabilities");
    expect(() => compSumConditionalInf([0.5, 0.5], { tau: -1 })).toThrow(RangeError);
  });
});

describe("zeroOneConditionalInf", () => {
  it("is what the most probable class leaves over", () => {
    expect(zeroOneConditionalInf([0.2, 0.5, 0.3])).toBe(0.5);
  });
});

describe("compSumBoundedDeterministicInf", () => {
  it("is the loss of scores at the ends of their range", () => {
    for (const tau of taus) {
      const value = compSumBoundedDeterministicInf(1.3, { tau, classes: 4 });
      expect(value).toBeCloseTo(conditionalRisk([1, 0, 0, 0], [1.3, -1.3, -1.3, -1.3], tau), 12);
    }
    expect(compSumBoundedDeterministicInf(0, { tau: 1, classes: 4 })).toBeCloseTo(Math.log(4), 12);
    // By its old name.
    expect(compSumBoundedDeterministicInf(0, { tau: 1, nClasses: 4 } as never)).toBeCloseTo(Math.log(4), 12);
  });

  it("refuses a negative bound and fewer than two classes", () => {
    expect(() => compSumBoundedDeterministicInf(-1, { tau: 1, classes: 4 })).toThrow("scoreBound");
    expect(() => compSumBoundedDeterministicInf(1, { tau: 1, classes: 1 })).toThrow(
      "classes: expected an integer >= 2, got 1",
    );
  });
});
