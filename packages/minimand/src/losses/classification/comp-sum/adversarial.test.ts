import { numpy as np } from "@jax-js/jax";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { leakOf } from "../../../../../../test/support/leaks.ts";
import { compiledValueAndGrad } from "../../../engine/differentiate.ts";
import {
  advRhoMarginCompSum,
  compSum,
  logitsDivergence,
  scoreDeviation,
  smoothAdvCompSum,
  squaredScoreDeviation,
  tradesLoss,
} from "../index.ts";

// Each run is some dozens of eager engine calls.
fc.configureGlobal({ numRuns: 30 });

const scores = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 });
const tau = fc.double({ min: 0, max: 3, noNaN: true });
const rho = fc.double({ min: 0.3, max: 4, noNaN: true });
const row = (h: number[]) => np.array(Float32Array.from(h), { shape: [1, h.length] });
const label = (y = 1) => np.array(Int32Array.from([y]));
const near = (a: number, b: number, tolerance = 1e-5) =>
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(b)));

describe("smoothAdvCompSum", () => {
  it("is above the rho-margin loss at the same attacked input where nu >= sqrt(n - 1) / rho", () => {
    fc.assert(
      fc.property(scores, scores, tau, rho, (clean, adv, t, r) => {
        const smooth = smoothAdvCompSum(row(clean), row(adv), label(), {
          tau: t,
          rho: r,
          nu: Math.sqrt(3) / r,
        }).item();
        const margin = advRhoMarginCompSum(row(adv), label(), { tau: t, rho: r }).item();
        expect(margin).toBeLessThanOrEqual(smooth * (1 + 1e-5) + 1e-5);
      }),
    );
  });

  it("is the comp-sum loss of the scores over rho where nu = 0 or nothing moves", () => {
    fc.assert(
      fc.property(scores, scores, tau, rho, (clean, adv, t, r) => {
        const plain = compSum(row(clean).div(r), label(), { tau: t }).item();
        near(smoothAdvCompSum(row(clean), row(adv), label(), { tau: t, rho: r, nu: 0 }).item(), plain);
        near(smoothAdvCompSum(row(clean), row(clean), label(), { tau: t, rho: r, nu: 2 }).item(), plain);
      }),
    );
  });

  it("has a finite gradient where nothing moves", () => {
    const gradient = compiledValueAndGrad((f: { clean: np.Array; adv: np.Array }) =>
      smoothAdvCompSum(f.clean, f.adv, label()).mean(),
    );
    const [value, g] = gradient({ clean: row([1, 2, 3, 0]), adv: row([1, 2, 3, 0]) });
    value.dispose();
    expect([...g.adv.dataSync()]).toEqual([0, 0, 0, 0]);
    expect([...g.clean.dataSync()].every(Number.isFinite)).toBe(true);
    gradient.dispose();
  });

  it("takes tau, rho and nu as inputs of a compiled function", () => {
    const program = compiledValueAndGrad((f: np.Array, t: np.Array, r: np.Array, n: np.Array) =>
      smoothAdvCompSum(f.ref, f.mul(1.5), label(), { tau: t, rho: r, nu: n }).mean(),
    );
    const h = [0.4, -1, 2, 1];
    const [value, g] = program(row(h), np.array(0.5), np.array(2), np.array(0.7));
    g.dispose();
    near(
      value.item(),
      smoothAdvCompSum(row(h), row(h.map((v) => 1.5 * v)), label(), { tau: 0.5, rho: 2, nu: 0.7 }).item(),
    );
    program.dispose();
  });

  it("refuses shapes that differ, NaN, and parameters outside their ranges", () => {
    const h = [0, 1, 2, 3];
    expect(() => smoothAdvCompSum(row(h), row([1, 2]), label())).toThrow(
      "advLogits: expected shape [1, 4], got float32[1, 2]",
    );
    expect(() => smoothAdvCompSum(row(h), row([0, Number.NaN, 1, 2]), label())).toThrow(
      "advLogits: expected numbers, got NaN",
    );
    expect(() => smoothAdvCompSum(row([0, Number.NaN, 1, 2]), row(h), label())).toThrow("cleanLogits");
    expect(() => smoothAdvCompSum(row(h), row(h).astype(np.int32), label())).toThrow(
      "advLogits: expected a float array [batch, classes], got int32[1, 4]",
    );
    expect(() => smoothAdvCompSum(row(h), row(h), label(), { rho: 0 })).toThrow(
      "rho: expected a finite number > 0, got 0",
    );
    expect(() => smoothAdvCompSum(row(h), row(h), label(), { nu: -1 })).toThrow(
      "nu: expected a finite number >= 0, got -1",
    );
    expect(() => smoothAdvCompSum(row(h), row(h), label(4))).toThrow("labels");
  });

  it("leaves no array alive", () => {
    expect(leakOf(() => smoothAdvCompSum(row([1, 2, 3]), row([2, 2, 0]), label()).dataSync())).toBe(0);
    expect(leakOf(() => tradesLoss(row([1, 2, 3]), row([2, 2, 0]), label()).dataSync())).toBe(0);
  });
});

describe("scoreDeviation", () => {
  it("is the norm of the moved score differences, and its square the squared one", () => {
    fc.assert(
      fc.property(scores, scores, (clean, adv) => {
        const d = adv.map((v, k) => v - clean[k]);
        const norm = Math.hypot(...d.map((v) => d[1] - v));
        near(scoreDeviation(row(clean), row(adv), label()).item(), norm);
        near(squaredScoreDeviation(row(clean), row(adv), label()).item(), norm * norm, 1e-4);
      }),
    );
  });

  it("takes the expectation over distributions, and leaves rows of weight 0 out", () => {
    const [clean, adv] = [
      [0, 1, 2],
      [1, 1, 5],
    ];
    const q = np.array(new Float32Array([0.25, 0, 0.75]), { shape: [1, 3] });
    const at = (y: number) => scoreDeviation(row(clean), row(adv), label(y)).item();
    near(scoreDeviation(row(clean), row(adv), q).item(), 0.25 * at(0) + 0.75 * at(2));
    const weights = np.array(new Float32Array([0]));
    expect(scoreDeviation(row(clean), row([Number.NaN, 0, 0]), label(), { weights }).item()).toBe(0);
  });
});

describe("advRhoMarginCompSum", () => {
  it("is Phi_tau(n - 1) for a label below all others by rho, and 0 above them by rho", () => {
    near(advRhoMarginCompSum(row([0, 2, 3]), label(0), { tau: 1 }).item(), Math.log(3));
    expect(advRhoMarginCompSum(row([5, 2, 3]), label(0), { tau: 1, rho: 2 }).item()).toBe(0);
  });

  it("is at least Phi_tau(1) wherever the prediction is wrong", () => {
    fc.assert(
      fc.property(scores, rho, (h, r) => {
        const wrong = h[1] <= Math.max(h[0], h[2], h[3]);
        const value = advRhoMarginCompSum(row(h), label(), { tau: 1, rho: r }).item();
        if (wrong) expect(value).toBeGreaterThanOrEqual(Math.LN2 - 1e-6);
      }),
    );
  });
});

describe("tradesLoss", () => {
  it("is cross-entropy plus beta times the divergence", () => {
    fc.assert(
      fc.property(scores, scores, (clean, adv) => {
        const kl = logitsDivergence(row(clean), row(adv)).item();
        expect(kl).toBeGreaterThanOrEqual(-1e-5);
        near(
          tradesLoss(row(clean), row(adv), label(), { beta: 3 }).item(),
          compSum(row(clean), label()).item() + 3 * kl,
        );
      }),
    );
    near(logitsDivergence(row([0, 0]), row([2, 0])).item(), Math.log(Math.cosh(1)));
  });
});
