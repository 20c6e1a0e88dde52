import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conditionalRisk, distribution, taus } from "./conditional-risk.fixture.ts";
import { compSumConditionalInf, compSumInverseTransform, compSumTransform } from "./index.ts";

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const family = fc.record({ tau: fc.constantFrom(...taus), classes: fc.integer({ min: 2, max: 50 }) });

describe("compSumTransform", () => {
  it("starts at 0 and increases", () => {
    fc.assert(
      fc.property(family, unit, unit, (f, a, b) => {
        expect(compSumTransform(0, f)).toBeCloseTo(0, 15);
        if (Math.abs(a - b) > 1e-6)
          expect(compSumTransform(Math.max(a, b), f)).toBeGreaterThan(compSumTransform(Math.min(a, b), f));
      }),
    );
  });

  it("has its closed forms at tau = 0, 1 and 2", () => {
    fc.assert(
      fc.property(unit, (beta) => {
        expect(compSumTransform(beta, { tau: 0, classes: 3 })).toBeCloseTo(1 - Math.sqrt(1 - beta ** 2), 12);
        expect(compSumTransform(beta, { tau: 2, classes: 3 })).toBeCloseTo(beta / 3, 12);
      }),
    );
    expect(compSumTransform(0.6, { tau: 0, classes: 2 })).toBeCloseTo(0.2, 12);
    expect(compSumTransform(1, { tau: 1, classes: 2 })).toBeCloseTo(Math.LN2, 12);
  });

  it("is continuous where the formula changes", () => {
    for (const tau of [1, 1.5, 2]) {
      for (const beta of [0.01, 0.5, 0.9, 1]) {
        const at = (t: number) => compSumTransform(beta, { tau: t, classes: 2 });
        expect(Math.abs(at(tau + 1e-7) - at(tau))).toBeLessThan(1e-6);
        expect(Math.abs(at(tau - 1e-7) - at(tau))).toBeLessThan(1e-6);
      }
    }
  });

  it("is below the regret of any scores at any distribution: the H-consistency bound, point by point", () => {
    fc.assert(
      fc.property(
        distribution,
        fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 10, maxLength: 10 }),
        fc.constantFrom(...taus),
        (q, all, tau) => {
          const scores = all.slice(0, q.length);
          const errorRegret = Math.max(...q) - q[scores.indexOf(Math.max(...scores))];
          const regret = conditionalRisk(q, scores, tau) - compSumConditionalInf(q, { tau });
          const least = compSumTransform(errorRegret, { tau, classes: q.length });
          expect(regret - least).toBeGreaterThanOrEqual(-1e-10);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("is reached at ((1 + beta) / 2, (1 - beta) / 2, 0, ..) with tied scores, for tau <= 1", () => {
    fc.assert(
      fc.property(
        unit,
        fc.constantFrom(...taus.filter((t) => t <= 1)),
        fc.integer({ min: 2, max: 8 }),
        (beta, tau, n) => {
          const q = [(1 + beta) / 2, (1 - beta) / 2, ...new Array(n - 2).fill(0)];
          const scores = [0, 0, ...new Array(n - 2).fill(-Infinity)];
          const regret = conditionalRisk(q, scores, tau) - compSumConditionalInf(q, { tau });
          expect(regret).toBeCloseTo(compSumTransform(beta, { tau, classes: n }), 10);
        },
      ),
    );
  });

  it("refuses numbers outside the ranges", () => {
    const f = { tau: 1, classes: 3 };
    expect(() => compSumTransform(1.1, f)).toThrow("beta: expected a finite number >= 0 and <= 1, got 1.1");
    expect(() => compSumTransform(Number.NaN, f)).toThrow("beta");
    expect(() => compSumTransform(0.5, { ...f, classes: 2.5 })).toThrow("classes: expected an integer");
    expect(() => compSumTransform(0.5, { ...f, tau: Infinity })).toThrow("tau");
  });

  it("takes the number of classes by its old name, and its inverse does, too", () => {
    const [now, before] = [{ tau: 1.5, classes: 3 }, { tau: 1.5, nClasses: 3 } as never];
    expect(compSumTransform(0.5, before)).toBe(compSumTransform(0.5, now));
    expect(compSumInverseTransform(0.2, before)).toBe(compSumInverseTransform(0.2, now));
    expect(() => compSumInverseTransform(0.2, { ...now, nClasses: 3 } as never)).toThrow('got "nClasses"');
  });
});

describe("compSumInverseTransform", () => {
  it("undoes the transform", () => {
    fc.assert(
      fc.property(family, fc.double({ min: 1e-3, max: 1, noNaN: true }), (f, beta) => {
        expect(compSumInverseTransform(compSumTransform(beta, f), f)).toBeCloseTo(beta, 7);
      }),
    );
  });

  it("is below its simple form, and at most 1 below tau = 2", () => {
    fc.assert(
      fc.property(family, fc.double({ min: 0, max: 3, noNaN: true }), (f, t) => {
        const exact = compSumInverseTransform(t, f);
        expect(exact).toBeLessThanOrEqual(compSumInverseTransform(t, { ...f, form: "simple" }) * (1 + 1e-9));
        if (f.tau < 2) expect(exact).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("refuses a negative regret and an unknown form", () => {
    const f = { tau: 1, classes: 3 };
    expect(() => compSumInverseTransform(-1e-3, f)).toThrow("t: expected a finite number >= 0, got -0.001");
    // @ts-expect-error an unknown form does not compile either
    expect(() => compSumInverseTransform(1, { ...f, form: "rough" })).toThrow(
      'form: expected one of "exact", "simple", got "rough"',
    );
  });
});
