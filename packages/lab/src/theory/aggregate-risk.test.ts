import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aggregateRisk, instanceLevelThreshold } from "./aggregate-risk.ts";
import { optimalBagSize, optimalRho, privateAggregateRisk } from "./optimal-aggregation.ts";

const models = fc.record({
  k: fc.constantFrom(2, 3, 5, 10, 20),
  psi: fc.double({ min: 1.2, max: 20, noNaN: true }),
  sigma2: fc.constantFrom(0.1, 1, 10),
  signal2: fc.constant(1),
});
const rhos = Array.from({ length: 41 }, (_, i) => i / 40);

describe("aggregateRisk", () => {
  it("has the closed forms of its corners", () => {
    fc.assert(
      fc.property(models, ({ k, psi, sigma2, signal2 }) => {
        const instance = aggregateRisk({ rho: 1, k, psi, sigma2, signal2 });
        expect(instance.variance).toBeCloseTo(sigma2 / (k * (psi - 1)), 8);
        expect(instance.bias2).toBeCloseTo(((k - 1) / k) ** 2 + (k - 1) / (k * k * (psi - 1)), 8);
        if (psi <= k * 1.01) return;
        const bag = aggregateRisk({ rho: 0, k, psi, sigma2, signal2 });
        expect(bag.bias2).toBe(0);
        expect(bag.variance / (sigma2 / (psi / k - 1))).toBeCloseTo(1, 8);
      }),
    );
    expect(aggregateRisk({ rho: 0, k: 2, psi: 4, sigma2: 0.5, signal2: 1 }).variance).toBeCloseTo(0.5, 9);
  });

  it("is that of ordinary least squares for bags of one, whatever rho", () => {
    for (const rho of [0, 0.3, 1])
      expect(aggregateRisk({ rho, k: 1, psi: 3, sigma2: 2, signal2: 5 })).toMatchObject({
        bias2: 0,
        variance: expect.closeTo(1, 9),
      });
  });

  it("has a variance that falls with rho and at most one inner minimum", () => {
    fc.assert(
      fc.property(models, (model) => {
        const risks = rhos.slice(1).map((rho) => aggregateRisk({ rho, ...model }));
        let turns = 0;
        for (let i = 1; i < risks.length; i++) {
          expect(risks[i].variance).toBeLessThanOrEqual(risks[i - 1].variance * (1 + 1e-9));
          const before = i > 1 && risks[i - 1].risk < risks[i - 2].risk;
          if (before && risks[i].risk > risks[i - 1].risk) turns++;
        }
        expect(turns).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("puts the two ends on a par at the threshold of the signal", () => {
    for (const [k, psi] of [
      [2, 4],
      [5, 8],
      [3, 20],
    ]) {
      const signal2 = instanceLevelThreshold({ k, psi });
      const ends = [0, 1].map((rho) => aggregateRisk({ rho, k, psi, sigma2: 1, signal2 }).risk);
      expect(ends[0] / ends[1]).toBeCloseTo(1, 8);
    }
    expect(instanceLevelThreshold({ k: 4, psi: 3 })).toBe(Infinity);
  });

  it("refuses numbers out of range", () => {
    const model = { rho: 0.5, k: 2, psi: 4, sigma2: 1, signal2: 1 };
    expect(() => aggregateRisk({ ...model, rho: -1 })).toThrow(
      /^rho: expected a finite number >= 0, got -1$/,
    );
    expect(() => aggregateRisk({ ...model, k: 1.5 })).toThrow(/^k: expected an integer >= 1, got 1.5$/);
    expect(() => aggregateRisk({ ...model, psi: 1 })).toThrow(/^psi: expected a finite number > 1, got 1$/);
    expect(() => aggregateRisk({ ...model, sigma2: Number.NaN })).toThrow(/^sigma2: .* got NaN$/);
    expect(() => aggregateRisk({ ...model, rho: 0, psi: 2 })).toThrow(
      /^psi: expected a number > k = 2 for rho 0, got 2$/,
    );
  });
});

describe("optimalRho", () => {
  it("is no worse than any point of a grid", () => {
    fc.assert(
      fc.property(models, (model) => {
        const { rho, risk } = optimalRho(model);
        expect(rho).toBeGreaterThanOrEqual(0);
        expect(rho).toBeLessThanOrEqual(1);
        for (const at of rhos.slice(model.psi > model.k ? 0 : 1))
          expect(risk).toBeLessThanOrEqual(aggregateRisk({ rho: at, ...model }).risk * (1 + 1e-9));
      }),
    );
  });

  it("moves to the instance level for weaker signals; for larger bags only where rows are few", () => {
    const rho = (k: number, sigma2: number, psi = 8) => optimalRho({ k, psi, sigma2, signal2: 1 }).rho;
    expect(rho(4, 0.25)).toBeLessThan(rho(4, 1));
    expect(rho(4, 1)).toBeLessThan(rho(4, 4));
    expect(rho(4, 20)).toBe(1);
    expect(rho(2, 0.25, 3)).toBeLessThan(rho(5, 0.25, 3));
    expect(rho(2, 1)).toBeGreaterThan(rho(5, 1));
    expect(() => optimalRho({ k: 2, psi: 4, sigma2: 1, signal2: 1, bounds: [0.5, 0.2] })).toThrow(
      /^bounds\[1\]: /,
    );
  });
});

describe("optimalBagSize", () => {
  const wanted = { n: 2000, d: 50, sigma2: 1, signal2: 1, epsilon: 1, C: 2.1, ks: [1, 2, 3, 4, 5] };

  it("jumps from the smallest to the largest bags as rho grows", () => {
    expect(optimalBagSize({ ...wanted, rho: 0 }).k).toBe(1);
    expect(optimalBagSize({ ...wanted, rho: 1 }).k).toBe(5);
    const free = optimalBagSize(wanted);
    expect(free.risk).toBeLessThanOrEqual(optimalBagSize({ ...wanted, rho: 1 }).risk);
    expect(free.table.map(({ k }) => k)).toEqual(wanted.ks);
  });

  it("is infinite where the bag-level fit is not determined", () => {
    const few = { ...wanted, n: 150, d: 50, rho: 0 };
    expect(optimalBagSize(few).table.map(({ risk }) => Number.isFinite(risk))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it("adds noise like k times the variance of the Laplace noise, which the paper's scale quarters", () => {
    const model = { rho: 0.3, k: 3, psi: 6, sigma2: 0, signal2: 0, n: 1000, epsilon: 0.5, C: 2 };
    const [sound, paper] = (["sound", "paper"] as const).map((s) =>
      privateAggregateRisk({ ...model, sensitivity: s }),
    );
    expect(sound.effectiveSigma2).toBeCloseTo(
      2 * 3 * ((2 * 2 * Math.sqrt(Math.log(1000))) / (3 * 0.5)) ** 2,
      9,
    );
    expect(sound.risk / paper.risk).toBeCloseTo(4, 9);
    expect(() => privateAggregateRisk({ ...model, epsilon: 0 })).toThrow(
      /^epsilon: expected a finite number > 0, got 0$/,
    );
    expect(() => optimalBagSize({ ...wanted, ks: [] })).toThrow(/^ks: expected at least one bag size/);
    expect(() => optimalBagSize({ ...wanted, n: 50 })).toThrow(/^n: expected an integer >= 51, got 50$/);
  });
});
