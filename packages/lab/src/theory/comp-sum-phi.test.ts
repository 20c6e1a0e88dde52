import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compSumPhi } from "./index.ts";

const u = fc.double({ min: 0, max: 1e3, noNaN: true });
const tau = fc.double({ min: 0, max: 4, noNaN: true });

describe("compSumPhi", () => {
  it("has the values of the closed forms at u = 1", () => {
    const at = (t: number) => compSumPhi(1, { tau: t });
    expect(at(0)).toBeCloseTo(1, 12);
    expect(at(0.5)).toBeCloseTo(0.828427, 6);
    expect(at(1)).toBeCloseTo(Math.LN2, 12);
    expect(at(1.5)).toBeCloseTo(0.585786, 6);
    expect(at(2)).toBeCloseTo(0.5, 12);
  });

  it("is increasing and 1-Lipschitz in u, and non-increasing in tau", () => {
    fc.assert(
      fc.property(u, u, tau, tau, (a, b, s, t) => {
        const step = compSumPhi(Math.max(a, b), { tau: s }) - compSumPhi(Math.min(a, b), { tau: s });
        expect(step).toBeGreaterThanOrEqual(-1e-12);
        expect(step).toBeLessThanOrEqual(Math.abs(a - b) + 1e-9);
        const change = compSumPhi(a, { tau: Math.max(s, t) }) - compSumPhi(a, { tau: Math.min(s, t) });
        expect(change).toBeLessThanOrEqual(1e-9);
      }),
    );
  });

  it("is concave in u", () => {
    fc.assert(
      fc.property(u, u, tau, (a, b, t) => {
        const f = (v: number) => compSumPhi(v, { tau: t });
        expect(f((a + b) / 2)).toBeGreaterThanOrEqual((f(a) + f(b)) / 2 - 1e-9);
      }),
    );
  });

  it("stays at its limit 1 / (tau - 1) for an infinite u beyond tau = 1", () => {
    expect(compSumPhi(Infinity, { tau: 3 })).toBe(0.5);
    expect(compSumPhi(Infinity, { tau: 0.5 })).toBe(Infinity);
  });

  it("refuses numbers outside the ranges", () => {
    expect(() => compSumPhi(-1, { tau: 1 })).toThrow("u: expected a finite number >= 0, got -1");
    expect(() => compSumPhi(1, { tau: -0.5 })).toThrow("tau: expected a finite number >= 0, got -0.5");
    expect(() => compSumPhi(Number.NaN, { tau: 1 })).toThrow("got NaN");
  });
});
