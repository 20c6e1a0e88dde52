import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { itIsALearner } from "../../conformance.fixture.ts";
import { inner, plusScaled, squaredDistance } from "../../vectors.ts";
import { ballDomain } from "../domains/ball-domain.ts";
import { domains, roundsOf } from "../learners.fixture.ts";
import { type LinearRound, linearLosses } from "../losses/linear-losses.ts";
import type { LearnerSnapshot, OnlineLearner } from "../online-learner.ts";
import { ogd } from "./ogd.ts";
import { optimisticOmdImplicit } from "./optimistic-omd-implicit.ts";

const names = ["linear", "square", "absolute", "hinge", "logistic"] as const;

function rounds(count: number, seed: number, name: (typeof names)[number]): LinearRound[] {
  const next = randomSource(seed);
  const label = name === "hinge" || name === "logistic";
  return Array.from({ length: count }, () => ({
    a: Array.from({ length: 3 }, () => 4 * (next() - 0.5)),
    b: label ? (next() < 0.5 ? -1 : 1) : 2 * (next() - 0.5),
  }));
}

describe.each(names)("the %s loss", (name) => {
  it.each(domains)("has an implicit step that is the minimum on the %s", (_, domain) => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.01, max: 20, noNaN: true }), (seed, eta) => {
        const losses = linearLosses(name, domain);
        const next = randomSource(seed);
        const [loss] = rounds(1, seed, name);
        const z = domain.project(Float64Array.from({ length: 3 }, () => 2 * (next() - 0.5)));
        const { point, subgradient } = losses.prox(loss, z, eta);
        const cost = (x: Float64Array) => losses.value(loss, x) + squaredDistance(x, z) / (2 * eta);
        const best = cost(point);
        for (let k = 0; k < 30; k++) {
          const size = 10 ** (-3 * next());
          const other = domain.project(point.map((v) => v + size * (next() - 0.5)));
          expect(cost(other)).toBeGreaterThanOrEqual(best - 1e-9 * (1 + Math.abs(best)));
        }
        // It is the projected step along a subgradient of its own point.
        const there = domain.project(plusScaled(z, -eta, subgradient));
        expect(Math.sqrt(squaredDistance(there, point))).toBeLessThan(1e-9);
        const away = domain.project(Float64Array.from({ length: 3 }, () => 2 * (next() - 0.5)));
        const rise = losses.value(loss, away) - losses.value(loss, point);
        expect(rise).toBeGreaterThanOrEqual(
          inner(subgradient, plusScaled(away, -1, point)) - 1e-7 * (1 + eta),
        );
      }),
      { numRuns: 15 },
    );
  });

  it("has the gradient that finite differences show, where it has one", () => {
    const domain = ballDomain(3, 2);
    const losses = linearLosses(name, domain);
    for (const [i, loss] of rounds(20, 3, name).entries()) {
      const x = Float64Array.of(0.1 * i - 1, 0.3, -0.2);
      losses.gradient(loss, x).forEach((slope, j) => {
        const at = (h: number) =>
          losses.value(
            loss,
            x.map((v, k) => v + (k === j ? h : 0)),
          );
        expect(slope).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 6);
      });
    }
  });

  it("keeps the bound of the learner with implicit steps", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const domain = ballDomain(3, 1.3);
        const losses = linearLosses(name, domain);
        const learner = optimisticOmdImplicit({ domain, losses });
        const all = rounds(60, seed, name);
        const sum = new Float64Array(3);
        let paid = 0;
        for (const loss of all) {
          const x = learner.predict();
          const g = losses.gradient(loss, x);
          paid += inner(g, x);
          sum.set(plusScaled(sum, 1, g));
          learner.update(loss);
        }
        expect(paid + 1.3 * Math.sqrt(inner(sum, sum))).toBeLessThanOrEqual(learner.bound()! + 1e-8);
      }),
      { numRuns: 10 },
    );
  });
});

describe("the learner with implicit steps, as a learner", () => {
  const make = (domain = ballDomain(3, 1)): OnlineLearner<LinearRound> =>
    optimisticOmdImplicit({ domain, losses: linearLosses("absolute", domain) });
  itIsALearner<OnlineLearner<LinearRound>, LearnerSnapshot>({
    make,
    ofAnotherKind: () => ogd({ domain: ballDomain(3, 1), G: 1 }) as never,
    ofAnotherShape: () => make(ballDomain(4, 1)),
    ...roundsOf((count, seed) => rounds(count, seed, "absolute"), { a: [1, 0, 0], b: 0.5 }),
    badInput(learner) {
      learner.predict();
      return [
        [
          () => learner.update({ a: [1, 2], b: 0 }),
          "a: expected an array of 3 numbers, got an array of length 2",
        ],
        [() => learner.update({ a: [1, Number.NaN, 0], b: 0 }), "a[1]: expected a finite number, got NaN"],
      ];
    },
    leftToLearn(learner) {
      for (let t = 0; t < 100; t++) {
        learner.predict();
        learner.update({ a: [1, 0, 0], b: 0.5 });
      }
      return Math.abs(learner.predict()[0] - 0.5) / 0.5;
    },
  });
});

describe("the learner with implicit steps", () => {
  const domain = ballDomain(3, 1.3);
  const losses = linearLosses("hinge", domain);

  it("goes on from a snapshot bit for bit, the last loss included", () => {
    const all = rounds(12, 4, "hinge");
    const learner = optimisticOmdImplicit({ domain, losses });
    for (const loss of all.slice(0, 6)) {
      learner.predict();
      learner.update(loss);
    }
    const text = JSON.stringify(learner.snapshot());
    const other = optimisticOmdImplicit({ domain, losses });
    other.restore(JSON.parse(text));
    for (const loss of all.slice(6)) {
      expect(other.predict()).toEqual(learner.predict());
      learner.update(loss);
      other.update(loss);
    }
    expect(JSON.stringify(other.snapshot())).toEqual(JSON.stringify(learner.snapshot()));
  });

  it("stands still between rounds with the same loss: the hint was right", () => {
    const learner = optimisticOmdImplicit({ domain, losses: linearLosses("linear", domain) });
    for (let t = 0; t < 20; t++) {
      learner.predict();
      learner.update({ a: [1, 1, 0], b: 1 });
    }
    expect(learner.report().hintError).toBeCloseTo(2, 12);
  });

  it("refuses losses that don't fit and stays as it was", () => {
    const learner = optimisticOmdImplicit({ domain, losses });
    learner.predict();
    const before = learner.snapshot();
    for (const [loss, message] of [
      [{ a: [1, 2], b: 1 }, /^a: expected an array of 3 numbers/],
      [{ a: [1, 2, Number.NaN], b: 1 }, /^a\[2\]: expected a finite number, got NaN/],
      [{ a: [1, 2, 3], b: 2 }, /^b: expected a finite number >= -1 and <= 1, got 2/],
    ] as const) {
      expect(() => learner.update(loss as never)).toThrow(message);
      expect(learner.snapshot()).toEqual(before);
    }
    expect(() => linearLosses("cubic" as never, domain)).toThrow("name: expected one of linear, square");
    expect(() => optimisticOmdImplicit({ domain, losses: {} as never })).toThrow(
      "losses: expected functions gradient and prox",
    );
  });
});
