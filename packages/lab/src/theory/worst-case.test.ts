import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RobustLoss, type WorstCaseKind, worstCase } from "./index.ts";
import { worstCaseKinds as kinds } from "./worst-case.fixture.ts";

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const plain: Record<RobustLoss, (margin: number) => number> = {
  zeroOne: (m) => (m <= 0 ? 1 : 0),
  hinge: (m) => Math.max(0, 1 - m),
  logistic: (m) => softplus(-m),
  squared: (r) => r * r,
};

/** The supremum by trying distances, twice. */
function bruteForce({ loss, cost }: WorstCaseKind, margin: number, norm: number, gamma: number): number {
  // The residual grows with the distance, the margin falls.
  const moved = (t: number): number => (loss === "squared" ? Math.abs(margin) + norm * t : margin - norm * t);
  const value = (t: number): number => plain[loss](moved(t)) - gamma * (cost === "l2" ? t : (t * t) / 2);
  let [low, high] = [0, 200];
  let best = value(0);
  // Just beyond the boundary, where the zero-one loss jumps.
  if (margin > 0) best = Math.max(best, value((margin / norm) * (1 + 1e-12)));
  for (let round = 0; round < 3; round++) {
    const step = (high - low) / 2000;
    let at = low;
    for (let t = low; t <= high; t += step) {
      if (value(t) > best) [best, at] = [value(t), t];
    }
    [low, high] = [Math.max(0, at - step), at + step];
  }
  return best;
}

/** A dual parameter with a finite worst case. */
const enough = ({ loss, cost }: WorstCaseKind, norm: number, gamma: number): number =>
  loss === "squared" ? 2 * norm * norm + gamma : cost === "l2" && loss !== "zeroOne" ? norm + gamma : gamma;

const margins = fc.double({ min: -3, max: 3, noNaN: true });
const norms = fc.double({ min: 0.2, max: 3, noNaN: true });
const gammas = fc.double({ min: 0.1, max: 3, noNaN: true });

describe("the worst case of a linear score", () => {
  it.each(kinds.map((k) => [k.loss, k.cost, k] as const))(
    "of %s with cost %s is the supremum",
    (_l, _c, kind) => {
      const check = fc.property(margins, norms, gammas, (margin, norm, extra) => {
        const gamma = enough(kind, norm, extra);
        const { value } = worstCase(margin, norm, { ...kind, gamma });
        expect(Math.abs(value - bruteForce(kind, margin, norm, gamma))).toBeLessThan(1e-4 * (1 + value));
      });
      fc.assert(check, { numRuns: 25 });
    },
  );

  it.each(kinds.map((k) => [k.loss, k.cost, k] as const))(
    "of %s with cost %s is never below the loss, falls in gamma, and is the loss at infinity",
    (_l, _c, kind) => {
      const check = fc.property(margins, norms, gammas, gammas, (margin, norm, a, b) => {
        const at = (gamma: number) => worstCase(margin, norm, { ...kind, gamma }).value;
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((g) => enough(kind, norm, g));
        expect(at(more)).toBeGreaterThanOrEqual(plain[kind.loss](margin) - 1e-12);
        expect(at(less)).toBeGreaterThanOrEqual(at(more) - 1e-9 * at(more));
        expect(at(Infinity)).toBe(plain[kind.loss](margin));
      });
      fc.assert(check, { numRuns: 50 });
    },
  );

  it("is what its distance gives: the loss at the moved input less the cost", () => {
    for (const kind of kinds) {
      const check = fc.property(margins, norms, gammas, (margin, norm, extra) => {
        const gamma = enough(kind, norm, extra);
        const { value, distance: t } = worstCase(margin, norm, { ...kind, gamma });
        const moved = kind.loss === "squared" ? Math.abs(margin) + norm * t : margin - norm * t;
        // Where the way is below the smallest number, the input has been moved all the same.
        const loss = kind.loss === "zeroOne" && value > 0 ? 1 : plain[kind.loss](moved);
        expect(loss - gamma * (kind.cost === "l2" ? t : (t * t) / 2)).toBeCloseTo(value, 8);
      });
      fc.assert(check, { numRuns: 30 });
    }
  });

  it.each(
    kinds
      .filter(({ loss }) => loss === "hinge" || loss === "logistic")
      .map((k) => [k.loss, k.cost, k] as const),
  )("of %s with cost %s is convex in the parameters of the score", (_l, _c, kind) => {
    const vector = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const check = fc.property(vector, vector, share, gammas, (a, b, s, extra) => {
      const input = [0.7, -1.1, 0.4];
      const norm = (v: number[]): number => Math.hypot(v[0], v[1]);
      const gamma = enough(kind, Math.max(norm(a), norm(b)), extra);
      const at = (v: number[]): number =>
        worstCase(v[0] * input[0] + v[1] * input[1] + v[2], norm(v), { ...kind, gamma }).value;
      const between = a.map((v, i) => s * v + (1 - s) * b[i]);
      expect(at(between)).toBeLessThanOrEqual(s * at(a) + (1 - s) * at(b) + 1e-9);
    });
    fc.assert(check, { numRuns: 100 });
  });

  it("finds the best of several local maxima of the logistic loss", () => {
    const kind = { loss: "logistic", cost: "halfSquaredL2" } as const;
    // gamma far below a^2 / 4: staying near the input or leaping over the boundary.
    for (const [margin, norm, gamma] of [
      [8, 4, 0.5],
      [9, 4, 0.9],
      [10, 4, 0.9],
      [30, 6, 0.4],
    ])
      expect(worstCase(margin, norm, { ...kind, gamma }).value).toBeCloseTo(
        bruteForce(kind, margin, norm, gamma),
        5,
      );
  });

  it("has the worked values", () => {
    const at = (kind: WorstCaseKind) => worstCase(0.5, 1, { ...kind, gamma: 1 }).value;
    expect(at({ loss: "zeroOne" })).toBe(0.5);
    expect(at({ loss: "zeroOne", cost: "halfSquaredL2" })).toBe(0.875);
    expect(at({ loss: "hinge" })).toBe(1);
    expect(worstCase(0.5, 5, { loss: "hinge", cost: "l2", gamma: 4 })).toEqual({
      value: Infinity,
      distance: Infinity,
    });
  });

  it("of a score that depends on no input is the loss", () => {
    for (const kind of kinds)
      expect(worstCase(0.3, 0, { ...kind, gamma: 0 }).value).toBe(plain[kind.loss](0.3));
  });

  it("refuses what makes no sense", () => {
    const kind = { loss: "hinge", gamma: 1 } as const;
    expect(() => worstCase(Number.NaN, 1, kind)).toThrow("margin: expected a finite number, got NaN");
    expect(() => worstCase(0, -1, kind)).toThrow("norm: expected a finite number >= 0, got -1");
    expect(() => worstCase(0, 1, { ...kind, gamma: Number.NaN })).toThrow(
      "gamma: expected a number >= 0 or Infinity, got NaN",
    );
    expect(() => worstCase(0, 1, { ...kind, gamma: -1 })).toThrow(RangeError);
    expect(() => worstCase(0, 1, { ...kind, gamma: "1" as never })).toThrow(TypeError);
    expect(() => worstCase(0, 1, { ...kind, loss: "ramp" as never })).toThrow(/^loss: expected one of/);
    expect(() => worstCase(0, 1, { ...kind, cost: "l1" as never })).toThrow(/^cost: expected one of/);
    expect(() => worstCase(0, 1, { loss: "squared", cost: "l2", gamma: 1 })).toThrow(/no finite worst case/);
  });
});
