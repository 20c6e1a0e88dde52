import { estimateFlipRate } from "@minimand/lab/solvers";
import { expit, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { refuseUnknownOptions } from "../../../../../test/support/unknown-options.ts";
import { betaCdf, betaQuantile } from "./beta-quantile.ts";

const { fromAudit, fromAgreement, fromLikelihood } = estimateFlipRate;

describe("the Beta distribution", () => {
  it("has the quantiles that are known in closed form", () => {
    for (const p of [0.025, 0.3, 0.5, 0.975]) {
      // The arcsine law, a power, and the uniform distribution.
      expect(betaQuantile(p, 0.5, 0.5)).toBeCloseTo(Math.sin((Math.PI * p) / 2) ** 2, 10);
      expect(betaQuantile(p, 40, 1)).toBeCloseTo(p ** (1 / 40), 10);
      expect(betaQuantile(p, 1, 1)).toBeCloseTo(p, 10);
    }
  });

  it("is the integral of its density", () => {
    const [a, b, n] = [4.5, 45.5, 20_000];
    const density = (x: number) => x ** (a - 1) * (1 - x) ** (b - 1);
    const integral = (to: number) =>
      Array.from({ length: n }, (_, i) => density(((i + 0.5) / n) * to)).reduce((s, v) => s + v) * (to / n);
    for (const x of [0.02, 0.09, 0.3]) expect(betaCdf(x, a, b)).toBeCloseTo(integral(x) / integral(1), 7);
  });
});

describe("the flip rate", () => {
  it("by an audit lies in its interval, which narrows with more pairs and with a lower level", () => {
    const few = fromAudit({ flips: 4, total: 40 });
    const many = fromAudit({ flips: 40, total: 400 });
    const narrow = fromAudit({ flips: 4, total: 40, level: 0.5 });
    for (const { epsilon, lower, upper } of [few, many, narrow]) {
      expect(lower).toBeLessThan(epsilon);
      expect(epsilon).toBeLessThan(upper);
    }
    expect(many.upper - many.lower).toBeLessThan((few.upper - few.lower) / 2);
    expect(narrow.upper).toBeLessThan(few.upper);
    expect(fromAudit({ flips: 0, total: 20 }).lower).toBe(0);
    expect(fromAudit({ flips: 4, total: 9 }).upper).toBe(0.5);
  });

  it("by agreement inverts p = epsilon^2 + (1 - epsilon)^2", () => {
    for (const e of [0.01, 0.2, 0.37]) {
      const agreements = Math.round((e * e + (1 - e) ** 2) * 1e6);
      expect(fromAgreement({ agreements, total: 1e6 }).epsilon).toBeCloseTo(e, 4);
    }
    expect(fromAgreement({ agreements: 10, total: 10 })).toMatchObject({ epsilon: 0, lower: 0 });
    expect(fromAgreement({ agreements: 6, total: 10 }).upper).toBe(0.5);
  });

  it("by the likelihood with a fitted scale doesn't depend on the margins' unit, and holds the true rate", () => {
    const next = randomSource(11);
    const truth = 0.15;
    let held = 0;
    for (let run = 0; run < 40; run++) {
      const margins = Array.from({ length: 400 }, () => {
        const z = 16 * (next() - 0.5);
        const agrees = next() < expit(z) !== next() < truth;
        return agrees ? z : -z;
      });
      const found = fromLikelihood(margins, { scale: "fitted" });
      held += Number(found.lower <= truth && truth <= found.upper);
      if (run > 2) continue;
      const other = fromLikelihood(
        margins.map((z) => 7 * z),
        { scale: "fitted" },
      );
      expect(other.epsilon).toBeCloseTo(found.epsilon, 3);
      expect(other.scale * 7).toBeCloseTo(found.scale, 2);
      // What the scale may explain as well makes the interval wider than where it is known.
      const known = fromLikelihood(margins.map((z) => found.scale * z));
      expect(found.epsilon).toBeCloseTo(known.epsilon, 3);
      expect(found.lower).toBeLessThan(known.lower + 1e-6);
      expect(found.upper).toBeGreaterThan(known.upper - 1e-6);
    }
    expect(held).toBeGreaterThan(33);
    expect(() => fromLikelihood([0.1, -0.1, 0.2, 0.1], { scale: "fitted" })).toThrow("margins: expected");
  });

  it("by the likelihood lies in its interval, which holds the true rate about as often as it says", () => {
    const next = randomSource(7);
    const truth = 0.15;
    let held = 0;
    for (let run = 0; run < 200; run++) {
      const margins = Array.from({ length: 300 }, () => {
        const z = 8 * (next() - 0.5);
        const prefersFirst = next() < expit(z);
        const flipped = next() < truth;
        return prefersFirst !== flipped ? z : -z;
      });
      const { epsilon, lower, upper } = fromLikelihood(margins);
      expect(lower).toBeLessThanOrEqual(epsilon);
      expect(epsilon).toBeLessThanOrEqual(upper);
      if (lower <= truth && truth <= upper) held++;
    }
    expect(held / 200).toBeGreaterThan(0.9);
    expect(held / 200).toBeLessThan(0.99);
  });

  it("by the likelihood comes with its profile, highest at the estimate", () => {
    const margins = [...Array(70).fill(5), ...Array(30).fill(-5)];
    const { epsilon, lower, upper, profile } = fromLikelihood(margins, { grid: [0, 0.1, 0.2, 0.3, 0.4] });
    expect(epsilon).toBeCloseTo((0.3 - expit(-5)) / (1 - 2 * expit(-5)), 10);
    expect(profile.map(({ epsilon }) => epsilon)).toEqual([0, 0.1, 0.2, 0.3, 0.4]);
    const values = profile.map(({ logLikelihood }) => logLikelihood);
    expect(values.every((v) => v <= 0)).toBe(true);
    expect(Math.max(...values)).toBe(values[3]);
    const [atLower, atUpper] = fromLikelihood(margins, { grid: [lower, upper] }).profile;
    // Half the 95% quantile of chi-squared with one degree of freedom.
    for (const { logLikelihood } of [atLower, atUpper]) expect(logLikelihood).toBeCloseTo(-3.841459 / 2, 5);
  });

  it("is refused where it can't be told", () => {
    expect(() => fromAudit({ flips: 5, total: 10 })).toThrow("flips: expected fewer than half of 10, got 5");
    expect(() => fromAudit({ flips: 3, total: 2 })).toThrow(
      /^flips: expected an integer >= 0 and <= 2, got 3$/,
    );
    expect(() => fromAgreement({ agreements: 5, total: 10 })).toThrow(
      "agreements: expected more than half of 10, got 5",
    );
    // Small margins: few flips and many look alike.
    expect(() => fromLikelihood([0.2, -0.1, 0.3, 0.2])).toThrow(/^margins: expected some large enough/);
    expect(() => fromLikelihood([...Array(40).fill(-6), 6, 6])).toThrow(
      /^margins: expected more labels that agree/,
    );
    expect(() => fromLikelihood([])).toThrow(/^margins: expected an array of numbers/);
    expect(() => fromLikelihood([1, Number.NaN])).toThrow(
      /^margins\[1\]: expected a finite number, got NaN$/,
    );
    expect(() => fromLikelihood([9, -9], { grid: [0.5] })).toThrow(/^grid\[0\]/);
    expect(() => fromAudit({ flips: 1, total: 10, level: 1 })).toThrow(/^level/);
  });

  refuseUnknownOptions({
    fromAudit,
    fromAgreement,
    fromLikelihood: (options) => fromLikelihood([1], options),
  });
});
