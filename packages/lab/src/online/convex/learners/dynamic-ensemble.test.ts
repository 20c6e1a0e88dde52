import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { plusScaled, squaredDistance } from "../../vectors.ts";
import { ballDomain } from "../domains/ball-domain.ts";
import { boxDomain } from "../domains/box-domain.ts";
import { againstMovingTarget, G, gradients } from "../learners.fixture.ts";
import { doublingEnsemble } from "./doubling-ensemble.ts";
import { dynamicEnsemble, ensemblePool } from "./dynamic-ensemble.ts";

const domain = ballDomain(3, 1);

describe("the pool of steps", () => {
  it("doubles from the smallest to at most 1 / (8 L), about half a step for each doubling of T", () => {
    const pool = ensemblePool({ D: 2, G: 1, L: 0.01, horizon: 10_000 });
    expect(pool[0]).toBeCloseTo(2 / Math.sqrt(80_000), 12);
    pool.slice(1).forEach((step, i) => {
      expect(step).toBeCloseTo(Math.min(12.5, 2 * pool[i]), 12);
    });
    expect(pool.length).toBe(Math.ceil(0.5 * Math.log2(10_000 / (8 * 1e-4 * 4))) + 1);
    expect(ensemblePool({ D: 2, G: 1, L: 10, horizon: 1 })).toHaveLength(1);
  });

  it("reaches its upper end: the largest step is 1 / (8 L) where there are several", () => {
    for (const horizon of [1e3, 1e4, 1e6])
      expect(ensemblePool({ D: 2, G: 3, L: 0.1, horizon }).at(-1)).toBeCloseTo(1 / 0.8, 12);
  });
});

describe("the ensemble", () => {
  it("has weights with sum 1, and equal ones at first", () => {
    const learner = dynamicEnsemble({ domain, G, L: 0.05, horizon: 200 });
    expect(learner.pool.length).toBeGreaterThan(3);
    for (const g of gradients(50, randomSource(1), 2)) {
      learner.predict();
      const weights = learner.weights();
      expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      learner.update(g);
    }
  });

  it("of one expert is optimistic mirror descent with a constant step", () => {
    const step = 0.07;
    const learner = dynamicEnsemble({ domain, G, L: 1, horizon: 10, pool: [step] });
    let z = new Float64Array(3) as Float64Array;
    let previous = new Float64Array(3) as Float64Array;
    for (const g of gradients(40, randomSource(2), 0)) {
      const x = domain.project(plusScaled(z, -step, previous));
      learner.predict().forEach((v, i) => {
        expect(v).toBeCloseTo(x[i], 12);
      });
      learner.update(g);
      z = domain.project(plusScaled(z, -step, g));
      previous = g;
    }
  });

  it("brings all experts to one corner under a constant gradient", () => {
    const box = boxDomain(3, -1, 1);
    const learner = dynamicEnsemble({ domain: box, G, L: 0.05, horizon: 500 });
    for (let t = 0; t < 500; t++) {
      learner.predict();
      learner.update([1, -1, 0.5]);
    }
    expect([...learner.predict()].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([-1, 1, -1]);
  });

  it("keeps its bound against a moving target, whatever the gradients and hints", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 3 }), fc.boolean(), (seed, kind, hinted) => {
        const learner = dynamicEnsemble({ domain, G, L: 0.05, horizon: 80 });
        const { regret, length } = againstMovingTarget(learner, domain, { seed, kind, rate: 0.3, hinted });
        expect(regret).toBeLessThanOrEqual(learner.bound(length)! + 1e-9);
      }),
      { numRuns: 25 },
    );
  });

  it("evaluates a hint that is a function where the old weights put the new experts", () => {
    const learner = dynamicEnsemble({ domain, G, L: 0.05, horizon: 80 });
    for (const g of gradients(10, randomSource(3), 0)) {
      const seen: Float64Array[] = [];
      const x = learner.predict((point) => {
        seen.push(point);
        return [0, 0, 0];
      });
      expect(seen).toHaveLength(1);
      expect(Math.sqrt(squaredDistance(seen[0], x))).toBeLessThan(0.5);
      learner.update(g);
    }
  });

  it("of unknown length starts anew at twice the horizon, where it stood", () => {
    const learner = doublingEnsemble({ domain, G, L: 0.05, horizon: 4 });
    const fixed = dynamicEnsemble({ domain, G, L: 0.05, horizon: 4 });
    const all = gradients(30, randomSource(4), 3);
    const seen = all.map((g, t) => {
      const x = learner.predict();
      if (t < 4) expect(fixed.predict()).toEqual(x);
      learner.update(g);
      if (t < 4) fixed.update(g);
      return x;
    });
    expect(squaredDistance(seen[4], fixed.predict())).toBeLessThan(1e-24);
    expect(learner.report().rounds).toBe(30);
    expect(learner.pool[0]).toBeCloseTo(2 / (G * Math.sqrt(8 * 32)), 12);
    expect(learner.bound()).toBeNull();
  });

  it("refuses options outside their ranges", () => {
    const make = (options: object) => () => dynamicEnsemble({ domain, G, L: 1, horizon: 10, ...options });
    expect(make({ L: 0 })).toThrow("L: expected a finite number > 0, got 0");
    expect(make({ horizon: 0 })).toThrow("horizon: expected an integer >= 1, got 0");
    expect(make({ horizon: Number.NaN })).toThrow("horizon: expected an integer >= 1, got NaN");
    expect(make({ pool: [] })).toThrow("pool: expected one step or more");
    expect(make({ pool: [1, -1] })).toThrow("pool[1]: expected a finite number > 0, got -1");
    expect(make({ correction: -1 })).toThrow("correction: expected a finite number >= 0, got -1");
  });
});
