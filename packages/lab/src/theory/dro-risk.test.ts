import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { droRisk, type RobustLoss, type TransportCost, worstCase } from "./index.ts";

const rows = 12;
const x = Float64Array.from({ length: rows * 3 }, (_, i) => 1.3 * Math.sin(12.9898 * i + 1));
const signs = Float64Array.from({ length: rows }, (_, i) => (Math.cos(7 * i * i) > 0 ? 1 : -1));
const numbers = Float64Array.from({ length: rows }, (_, i) => 2 * Math.cos(3 * i));
const score = fc.record({
  w: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
  b: fc.double({ min: -1, max: 1, noNaN: true }),
});
const norm = (w: readonly number[]): number => Math.hypot(...w);
const solid = score.filter(({ w }) => norm(w) > 0.1);
const epsilons = fc.double({ min: 0.01, max: 2, noNaN: true });
const margins = ({ w, b }: { w: number[]; b: number }, residual = false): number[] =>
  Array.from({ length: rows }, (_, i) => {
    const f = b + w.reduce((sum, v, j) => sum + v * x[3 * i + j], 0);
    return residual ? numbers[i] - f : signs[i] * f;
  });
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("the DRO risk", () => {
  it("of hinge and logistic loss with cost l2 is the mean loss plus epsilon times the norm", () => {
    const check = fc.property(solid, epsilons, (s, epsilon) => {
      const at = (loss: RobustLoss) => droRisk(s, x, signs, { loss, cost: "l2", epsilon });
      const hinge = mean(margins(s).map((m) => Math.max(0, 1 - m)));
      const logistic = mean(margins(s).map((m) => Math.log1p(Math.exp(-m))));
      expect(at("hinge").value).toBeCloseTo(hinge + epsilon * norm(s.w), 10);
      expect(at("hinge").gammaStar).toBeCloseTo(norm(s.w), 10);
      expect(at("logistic").value).toBeCloseTo(logistic + epsilon * norm(s.w), 10);
    });
    fc.assert(check, { numRuns: 40 });
  });

  it("of the squared loss is the square of root mean square plus sqrt(2 epsilon) times the norm", () => {
    const check = fc.property(solid, epsilons, (s, epsilon) => {
      const { value, gammaStar } = droRisk(s, x, numbers, { loss: "squared", epsilon });
      const root = Math.sqrt(mean(margins(s, true).map((r) => r * r)));
      const a = norm(s.w);
      expect(value / (root + Math.sqrt(2 * epsilon) * a) ** 2).toBeCloseTo(1, 8);
      expect(gammaStar / (2 * a * a + a * root * Math.sqrt(2 / epsilon))).toBeCloseTo(1, 6);
    });
    fc.assert(check, { numRuns: 40 });
  });

  const kinds: [RobustLoss, TransportCost][] = [
    ["zeroOne", "l2"],
    ["zeroOne", "halfSquaredL2"],
    ["hinge", "halfSquaredL2"],
    ["logistic", "halfSquaredL2"],
  ];
  it.each(kinds)(
    "of %s with cost %s is the least value of the dual, and grows with the ball",
    (loss, cost) => {
      const check = fc.property(solid, epsilons, (s, epsilon) => {
        const dual = (gamma: number): number =>
          gamma * epsilon + mean(margins(s).map((m) => worstCase(m, norm(s.w), { loss, cost, gamma }).value));
        const { value, gammaStar } = droRisk(s, x, signs, { loss, cost, epsilon });
        for (let i = -40; i <= 40; i++) expect(dual(1.2 ** i)).toBeGreaterThanOrEqual(value - 1e-9);
        expect(dual(Math.max(gammaStar, 1e-12))).toBeCloseTo(value, 8);
        const wider = droRisk(s, x, signs, { loss, cost, epsilon: 1.1 * epsilon }).value;
        expect(wider).toBeGreaterThanOrEqual(value - 1e-12);
      });
      fc.assert(check, { numRuns: 15 });
    },
  );

  it("is the mean loss in a ball of radius 0, and at most 1 for the zero-one loss", () => {
    const s = { w: [1, -0.5, 0.3], b: 0.2 };
    const hinge = mean(margins(s).map((m) => Math.max(0, 1 - m)));
    expect(droRisk(s, x, signs, { loss: "hinge", epsilon: 0 })).toEqual({
      value: hinge,
      gammaStar: Infinity,
    });
    expect(droRisk(s, x, signs, { loss: "zeroOne", epsilon: 0 }).value).toBeCloseTo(
      mean(margins(s).map((m) => (m <= 0 ? 1 : 0))),
      12,
    );
    expect(droRisk(s, x, signs, { loss: "zeroOne", epsilon: 50 })).toEqual({ value: 1, gammaStar: 0 });
    expect(droRisk({ w: [0, 0, 0], b: 0.5 }, x, signs, { loss: "hinge", epsilon: 1 }).value).toBeCloseTo(
      mean([...signs].map((y) => Math.max(0, 1 - 0.5 * y))),
      12,
    );
  });

  it("refuses what makes no sense", () => {
    const w = [1, 2, 3];
    const options = { loss: "hinge", epsilon: 0.1 } as const;
    expect(() => droRisk({ w }, x, signs, { ...options, epsilon: -1 })).toThrow(
      "epsilon: expected a finite number >= 0, got -1",
    );
    expect(() => droRisk({ w }, x, signs, { ...options, epsilon: Number.NaN })).toThrow(RangeError);
    expect(() => droRisk({ w: [1] }, x, signs, options)).toThrow("x: expected 12 rows of 1 numbers");
    expect(() => droRisk({ w }, x, numbers, options)).toThrow("y[0]: expected -1 or +1, got 2");
    expect(() => droRisk({ w }, x.with(4, Number.NaN), signs, options)).toThrow(
      "x[4]: expected a finite number",
    );
    expect(() => droRisk({ w: 1 as never }, x, signs, options)).toThrow(TypeError);
    expect(() => droRisk({ w: [] }, [], [], options)).toThrow(RangeError);
  });
});
