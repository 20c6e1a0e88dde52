import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { ftrlRegret, hedge, logBarrierFtrl } from "../index.ts";

const losses = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 1, maxLength: 8 });
const etas = fc.double({ min: 1e-4, max: 100, noNaN: true });
const sum = (p: Float64Array): number => p.reduce((a, b) => a + b, 0);

describe("logBarrierFtrl", () => {
  it("solves the two-action case in closed form", () => {
    expect(logBarrierFtrl([0, 0], { eta: 1 })).toEqual({ policy: Float64Array.of(0.5, 0.5), dual: 2 });
    const { policy, dual } = logBarrierFtrl([0, 3], { eta: 1 });
    expect(dual).toBeCloseTo((Math.sqrt(13) - 1) / 2, 12);
    expect(policy[0]).toBeCloseTo(0.767592, 6);
  });

  it("satisfies p = 1 / (eta (L + nu)) with sum 1, strictly inside, for losses of any size", () => {
    fc.assert(
      fc.property(losses, etas, (l, eta) => {
        const { policy, dual } = logBarrierFtrl(l, { eta });
        expect(Math.abs(sum(policy) - 1)).toBeLessThan(1e-9);
        const least = Math.min(...l);
        for (const [a, p] of policy.entries()) {
          expect(p).toBeGreaterThan(0);
          if (l.length > 1) expect(p).toBeLessThan(1);
          const scaled = eta * (l[a] - least) + eta * (dual + least);
          expect(p * scaled).toBeCloseTo(1, 6);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("doesn't care about a common shift, and permutes with its losses", () => {
    fc.assert(
      fc.property(losses, etas, fc.integer({ min: -1000, max: 1000 }), (l, eta, shift) => {
        const { policy } = logBarrierFtrl(l, { eta });
        const shifted = logBarrierFtrl(
          l.map((x) => x + shift),
          { eta },
        ).policy;
        const reversed = logBarrierFtrl(l.toReversed(), { eta }).policy.toReversed();
        for (const [a, p] of policy.entries()) {
          expect(shifted[a]).toBeCloseTo(p, 6);
          expect(reversed[a]).toBeCloseTo(p, 9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is uniform without a learning rate and tends to a vertex like 1 - O(1/eta) with a large one", () => {
    const l = [0.3, -2, 5];
    for (const p of logBarrierFtrl(l, { eta: 1e-9 }).policy) expect(p).toBeCloseTo(1 / 3, 6);
    const missing = [1e3, 1e4, 1e5].map((eta) => eta * (1 - logBarrierFtrl(l, { eta }).policy[1]));
    for (const m of missing) expect(m).toBeCloseTo(1 / 2.3 + 1 / 7, 2);
  });

  it("keeps about 1 / (eta D) for an action that is worse by D, where Hedge keeps exp(-eta D)", () => {
    for (const gap of [10, 100, 1000]) {
      expect(logBarrierFtrl([0, gap], { eta: 2 }).policy[1] * 2 * gap).toBeCloseTo(1, 1);
      const p = hedge([0, gap], { eta: 2 })[1];
      expect(p).toBeCloseTo(Math.exp(-2 * gap) / (1 + Math.exp(-2 * gap)), 15);
    }
  });
});

describe("hedge", () => {
  it("has probabilities in the ratio exp(-eta difference), and sum 1", () => {
    fc.assert(
      fc.property(losses, fc.double({ min: 1e-4, max: 1e-2, noNaN: true }), (l, eta) => {
        const p = hedge(l, { eta });
        expect(Math.abs(sum(p) - 1)).toBeLessThan(1e-9);
        expect(p[0]).toBeCloseTo(p[l.length - 1] * Math.exp(-eta * (l[0] - l[l.length - 1])), 8);
      }),
      { numRuns: 100 },
    );
  });
});

describe("ftrlRegret", () => {
  it("stays below the log barrier's bound for losses of any size and sign", () => {
    const cases = fc.record({
      seed: fc.nat(),
      actions: fc.integer({ min: 2, max: 6 }),
      rounds: fc.integer({ min: 1, max: 30 }),
      eta: fc.double({ min: 0.01, max: 5, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ seed, actions, rounds, eta }) => {
        const random = randomSource(seed);
        const sequence = Array.from({ length: rounds }, () =>
          Array.from({ length: actions }, () => (random() < 0.2 ? -1e4 * random() : 10 * random() - 5)),
        );
        const comparator = Array.from({ length: actions }, (_, a) =>
          a === 0 ? 1 - 0.01 * (actions - 1) : 0.01,
        );
        const { regret, bound } = ftrlRegret(sequence, { regularizer: "log-barrier", eta, comparator });
        expect(regret).toBeLessThanOrEqual(bound * (1 + 1e-9));
      }),
      { numRuns: 150 },
    );
  });

  it("breaks Hedge's bound with one very negative loss, which the log barrier survives", () => {
    const sequence = [
      [0, 20],
      [0, -1000],
    ];
    const broken = ftrlRegret(sequence, { regularizer: "entropy", eta: 1, comparator: [0, 1] });
    expect(broken.regret).toBeCloseTo(990, 3);
    expect(broken.bound).toBeLessThan(201);
    expect(broken.leastScaledLoss).toBe(-1000);
    const comparator = [0.001, 0.999];
    const barrier = ftrlRegret(sequence, { regularizer: "log-barrier", eta: 1, comparator });
    expect(barrier.policies[1][1]).toBeCloseTo(0.0475, 3);
    expect(barrier.regret).toBeLessThan(barrier.bound);
  });
});
