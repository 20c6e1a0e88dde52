import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { inner } from "../../vectors.ts";
import { ballDomain } from "../domains/ball-domain.ts";
import { boxDomain } from "../domains/box-domain.ts";
import { customDomain } from "../domains/custom-domain.ts";
import { l1Domain, simplexDomain } from "../domains/simplex-domain.ts";
import { quadraticLoss } from "../losses/quadratic-loss.ts";
import { oftlExpectedBound, oftrlExpectedBound, seaRate } from "./expected-rates.ts";
import { gradientVariance, type QuadraticRound, seaQuantities, seaQuantitiesAt } from "./sea-quantities.ts";

/** Rounds with several quadratics of different curvature. */
function drawn(rounds: number, seed: number): QuadraticRound[] {
  const next = randomSource(seed);
  const matrix = () => {
    const a = Array.from({ length: 9 }, () => next() - 0.5);
    return Array.from({ length: 9 }, (_, k) => {
      const [i, j] = [Math.floor(k / 3), k % 3];
      return a[3 * i] * a[3 * j] + a[3 * i + 1] * a[3 * j + 1] + a[3 * i + 2] * a[3 * j + 2];
    });
  };
  return Array.from({ length: rounds }, () => ({
    losses: [1, 2, 1].map((weight) => ({
      curvature: matrix(),
      pull: Array.from({ length: 3 }, () => next() - 0.5),
      weight,
    })),
    noise: 0.1,
  }));
}

describe("noise and drift of random quadratics", () => {
  it.each([
    ["ball", ballDomain(3, 1.3)],
    ["ball off the origin", ballDomain(3, 0.7, [1, -2, 0.5])],
    ["box", boxDomain(3, -0.4, [1, 2, 0])],
    ["simplex", simplexDomain(3)],
    ["l1-ball", l1Domain(3, 0.9)],
  ])("are maxima on the %s: never exceeded, and nearly reached by searching", (_, domain) => {
    const rounds = drawn(3, 1);
    const found = seaQuantities(rounds, domain);
    expect(found.exact).toBe(true);
    const next = randomSource(2);
    const probes = Array.from({ length: 3000 }, () =>
      domain.project(domain.center.map((c) => c + 6 * (next() - 0.5))),
    );
    // The weight 2 as two outcomes.
    const gradients = (t: number, x: Float64Array) =>
      rounds[t].losses.flatMap((loss) => {
        const g = quadraticLoss(loss).gradient(x);
        return loss.weight === 2 ? [g, g] : [g];
      });
    const searched = seaQuantitiesAt(gradients, 3, probes);
    expect(searched.exact).toBe(false);
    for (let t = 0; t < 3; t++) {
      expect(searched.sigma2[t] + 0.1).toBeLessThanOrEqual(found.sigma2[t] + 1e-9);
      expect(searched.sigma2[t] + 0.1).toBeGreaterThan(0.97 * found.sigma2[t]);
      expect(searched.Sigma2[t]).toBeLessThanOrEqual(found.Sigma2[t] + 1e-9);
      expect(searched.Sigma2[t]).toBeGreaterThan(0.97 * found.Sigma2[t]);
    }
  });

  it("reach the maximum where the linear part vanishes: the hard case of a ball", () => {
    const loss = (d: number) => ({ curvature: [d, 0, 0, 0, d, 0, 0, 0, 0.1 * d], pull: [0, 0, 0] });
    const { sigma2Sum } = seaQuantities([{ losses: [loss(1), loss(-1)] }], ballDomain(3, 2));
    expect(sigma2Sum).toBeCloseTo(4, 10);
  });

  it("of losses without chance are drift alone; of the same distribution every round, the first gradient alone", () => {
    const domain = ballDomain(3, 1);
    const [round] = drawn(1, 3);
    const sure = seaQuantities([{ losses: [round.losses[0]] }, { losses: [round.losses[1]] }], domain);
    expect([...sure.sigma2]).toEqual([0, 0]);
    const iid = seaQuantities([round, round, round], domain);
    expect([...iid.Sigma2.slice(1)]).toEqual([0, 0]);
    expect(iid.Sigma2Sum).toBe(iid.Sigma2[0]);
    const mean = round.losses.map(({ weight = 1 }) => weight / 4);
    expect(mean.reduce((a, b) => a + b)).toBe(1);
  });

  it("sum to at most T times their maximum", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, T) => {
        const q = seaQuantities(drawn(T, seed), ballDomain(3, 1));
        expect(q.sigma2Sum).toBeLessThanOrEqual(T * q.sigma2Max + 1e-12);
        expect(q.Sigma2Sum).toBeLessThanOrEqual(T * q.Sigma2Max + 1e-12);
        expect(Math.min(...q.sigma2)).toBeGreaterThanOrEqual(0.1);
      }),
      { numRuns: 20 },
    );
  });

  it("say where they are only lower bounds", () => {
    const rounds = drawn(1, 4);
    const set = customDomain({ dimension: 3, diameter: 2, project: (y) => y });
    expect(seaQuantities(rounds, set).exact).toBe(false);
    const wide = Array.from({ length: 14 }, () => 0);
    const loss = (curvature: number) => ({ curvature, pull: wide });
    const box = seaQuantities([{ losses: [loss(1), loss(3)] }], boxDomain(14, -1, 1));
    expect(box.exact).toBe(false);
    expect(box.sigma2Sum).toBeCloseTo(14, 10);
  });

  it("refuse what is no distribution", () => {
    const domain = ballDomain(1, 1);
    const loss = { curvature: 1, pull: [0] };
    expect(() => seaQuantities([], domain)).toThrow("rounds: expected one round or more");
    expect(() => seaQuantities([{ losses: [] }], domain)).toThrow(
      "rounds[0].losses: expected one loss or more",
    );
    expect(() => seaQuantities([{ losses: [{ ...loss, weight: -1 }] }], domain)).toThrow("weight: expected");
    expect(() => seaQuantities([{ losses: [{ ...loss, weight: 0 }] }], domain)).toThrow(
      "weights with a sum > 0",
    );
    expect(() => seaQuantities([{ losses: [loss], noise: Number.NaN }], domain)).toThrow("noise: expected");
    expect(() => seaQuantities([{ losses: [{ ...loss, pull: [1, 2] }] }], domain)).toThrow(
      "pull: expected an array of 1 numbers",
    );
    expect(() => seaQuantities([{ losses: [{ ...loss, curvature: [1, 2] }] }], domain)).toThrow("curvature");
  });
});

describe("noise of a batch", () => {
  it("is estimated without bias", () => {
    expect(
      gradientVariance([
        [0, 1],
        [0, 3],
      ]),
    ).toBe(2);
    const next = randomSource(9);
    let sum = 0;
    for (let k = 0; k < 4000; k++)
      sum += gradientVariance(Array.from({ length: 3 }, () => [next(), 2 * next()]));
    expect(sum / 4000).toBeCloseTo(5 / 12, 1);
    expect(() => gradientVariance([[1]])).toThrow("gradients: expected two rows or more");
    expect(() => gradientVariance([[1], [Number.NaN]])).toThrow(
      "gradients[1][0]: expected a finite number, got NaN",
    );
  });
});

describe("rates", () => {
  const sums = { sigma2Sum: 4, Sigma2Sum: 9, sigma2Max: 0.5, Sigma2Max: 1.5 };

  it("have the paper's terms", () => {
    expect(seaRate({ losses: "convex" }, sums)).toBe(5);
    expect(seaRate({ losses: "strongly convex", lambda: 0.5 }, sums)).toBeCloseTo(4 * Math.log(7.5), 12);
    expect(seaRate({ losses: "exp-concave", alpha: 0.5, dimension: 3 }, sums)).toBeCloseTo(
      6 * Math.log(14),
      12,
    );
    expect(seaRate({ losses: "convex, moving target", pathLength: 3 }, sums)).toBe(13);
    expect(() => seaRate({ losses: "strongly convex", lambda: 0 }, sums)).toThrow("lambda: expected");
    expect(() => seaRate({ losses: "other" } as never, sums)).toThrow("losses: expected one of the kinds");
  });

  it("of the baselines have their constants", () => {
    const three = 3 * Math.SQRT2;
    expect(oftrlExpectedBound({ D: 2, G: 1, L: 0, nu: 4 }, sums)).toBeCloseTo(
      2 * (12 + 3 * three) + three + 4 + 16 / 4,
      10,
    );
    const drift = { sigma2Max: 1, Sigma2: Float64Array.of(1, 1) };
    expect(oftlExpectedBound({ D: 1, L: 1, mu: 1 }, drift)).toBeCloseTo(12 + 6 + 4 * Math.log(17), 10);
    expect(inner([1], [2])).toBe(2);
  });
});
