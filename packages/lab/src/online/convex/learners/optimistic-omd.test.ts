import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { inner, plusScaled, squaredDistance } from "../../vectors.ts";
import { ballDomain } from "../domains/ball-domain.ts";
import { boxDomain } from "../domains/box-domain.ts";
import { againstMovingTarget, domains, G, gradients } from "../learners.fixture.ts";
import { quadraticLoss, type RoundLoss } from "../losses/quadratic-loss.ts";
import type { OnlineLearner } from "../online-learner.ts";
import { runOnline } from "../regret/run-online.ts";
import { optimisticOmdExpConcave } from "./exp-concave.ts";
import { ogd } from "./ogd.ts";
import { optimisticOmd, optimisticOmdStronglyConvex } from "./optimistic-omd.ts";

const kinds = fc.integer({ min: 0, max: 3 });

/** Plays gradients; decisions as plain numbers. */
function decisions(learner: OnlineLearner, all: readonly Float64Array[]): number[][] {
  return all.map((g) => {
    const x = [...learner.predict()];
    learner.update(g);
    return x;
  });
}

describe("optimistic mirror descent, convex", () => {
  it("takes the steps of the example on a line", () => {
    const learner = optimisticOmd({ domain: boxDomain(1, -1, 1), G: 1 });
    const seen = [1, 1, -1].map((g) => {
      const [x] = learner.predict();
      learner.update([g]);
      const { step, variation } = learner.report();
      return [x, step, variation];
    });
    expect(seen.map(([x]) => x)).toEqual([0, -1, -1]);
    [2 / Math.sqrt(5), 2 / Math.sqrt(6), 2 / Math.sqrt(6)].forEach((step, t) => {
      expect(seen[t][1]).toBeCloseTo(step, 12);
    });
    expect(seen.map(([, , v]) => v)).toEqual([1, 1, 5]);
    expect(learner.snapshot().state.z).toEqual([-1 + 2 / Math.sqrt(6)]);
  });

  it.each(domains)(
    "keeps its inequality on the %s against every point, whatever the gradients",
    (_, domain) => {
      fc.assert(
        fc.property(fc.nat(), kinds, fc.double({ min: 0.01, max: 5, noNaN: true }), (seed, kind, delta) => {
          const learner = optimisticOmd({ domain, G, delta });
          const all = gradients(80, randomSource(seed), kind);
          let [paid, before, now] = [0, 0, 0];
          const sum = new Float64Array(3);
          all.forEach((g, t) => {
            paid += inner(g, learner.predict());
            learner.update(g);
            before = now;
            now += squaredDistance(g, t === 0 ? new Float64Array(3) : all[t - 1]);
            sum.set(plusScaled(sum, 1, g));
          });
          const u = domain.project(sum.map((v) => -1e6 * v));
          const D = domain.diameter;
          const bound =
            (D / 2) * Math.sqrt(delta + 4 * G * G + before) +
            2 * D * (Math.sqrt(delta + now) - Math.sqrt(delta));
          expect(paid - inner(sum, u)).toBeLessThanOrEqual(bound + 1e-6);
          expect(learner.bound()!).toBeLessThanOrEqual(bound + 1e-9);
        }),
        { numRuns: 12 },
      );
    },
  );

  it("keeps its bound against a moving target of known length", () => {
    fc.assert(
      fc.property(fc.nat(), kinds, (seed, kind) => {
        const domain = ballDomain(3, 1);
        const learner = optimisticOmd({ domain, G });
        const { regret, length } = againstMovingTarget(learner, domain, { seed, kind, rate: 0.2 });
        expect(regret).toBeLessThanOrEqual(learner.bound(length)! + 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it("with perfect hints has regret at most D^2 / (2 eta)", () => {
    fc.assert(
      fc.property(fc.nat(), kinds, (seed, kind) => {
        const domain = ballDomain(3, 1);
        const learner = optimisticOmd({ domain, G });
        const sum = new Float64Array(3);
        let paid = 0;
        for (const g of gradients(60, randomSource(seed), kind)) {
          paid += inner(g, learner.predict(g));
          learner.update(g);
          sum.set(plusScaled(sum, 1, g));
        }
        expect(learner.report().hintError).toBe(0);
        const regret = paid + Math.sqrt(inner(sum, sum));
        expect(regret).toBeLessThanOrEqual(domain.diameter ** 2 / (2 * learner.report().step) + 1e-9);
      }),
      { numRuns: 20 },
    );
  });

  it("with hints of zero is gradient descent with the same steps", () => {
    const all = gradients(40, randomSource(3), 0);
    const domain = ballDomain(3, 1);
    const optimistic = optimisticOmd({ domain, G });
    const steps: number[] = [];
    const played = all.map((g) => {
      const x = [...optimistic.predict([0, 0, 0])];
      steps.push(optimistic.report().step);
      optimistic.update(g);
      return x;
    });
    const plain = decisions(ogd({ domain, step: (t) => steps[t - 1] }), all).flat();
    played.flat().forEach((v, i) => {
      expect(v).toBeCloseTo(plain[i], 12);
    });
  });

  it("learns from a constant gradient with steps that stay, and a regret that stays", () => {
    const domain = ballDomain(3, 1);
    const loss: RoundLoss = quadraticLoss({ curvature: 0, pull: [-2, 1, 0] });
    const run = runOnline(optimisticOmd({ domain, G }), new Array(400).fill(loss), { domain });
    expect(new Set(run.variation)).toEqual(new Set([5]));
    expect(new Set(run.steps.slice(1)).size).toBe(1);
    const regret = run.regret("best");
    expect(regret[399]).toBeCloseTo(regret[40], 6);
  });

  it("doesn't see the scale of the losses, if G and delta have it too", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (seed, c) => {
        const domain = ballDomain(3, 1);
        const all = gradients(30, randomSource(seed), 0);
        const plain = decisions(optimisticOmd({ domain, G, delta: 2 }), all);
        const scaled = decisions(
          optimisticOmd({ domain, G: c * G, delta: 2 * c * c }),
          all.map((g) => g.map((v) => c * v)),
        );
        scaled.flat().forEach((x, i) => {
          expect(x).toBeCloseTo(plain.flat()[i], 9);
        });
      }),
      { numRuns: 20 },
    );
  });

  it("refuses options outside their ranges", () => {
    const domain = ballDomain(2, 1);
    expect(() => optimisticOmd({ domain, G: 0 })).toThrow("G: expected a finite number > 0, got 0");
    expect(() => optimisticOmd({ domain, G: Number.NaN })).toThrow(
      "G: expected a finite number > 0, got NaN",
    );
    expect(() => optimisticOmd({ domain, G: 1, delta: 0 })).toThrow(
      "delta: expected a finite number > 0, got 0",
    );
    expect(() => optimisticOmd({ domain, G: 1, D: -1 })).toThrow("D: expected a finite number > 0, got -1");
    expect(() => optimisticOmdStronglyConvex({ domain, lambda: 0 })).toThrow(
      "lambda: expected a finite number > 0",
    );
    expect(() => ogd({ domain } as never)).toThrow("step: expected a function of the round");
    expect(() => ogd({ domain, mu: 0 })).toThrow("mu: expected a finite number > 0, got 0");
    const odd = ogd({ domain, step: () => Number.NaN });
    expect(() => odd.predict()).toThrow("step's result: expected a finite number > 0, got NaN");
  });

  it("takes float32 gradients and stays inside the domain to their precision", () => {
    const domain = ballDomain(3, 1.3);
    const learner = optimisticOmd({ domain, G: 2 * G });
    for (const g of gradients(50, randomSource(8), 0)) {
      expect(Math.hypot(...Float32Array.from(learner.predict()))).toBeLessThan(1.3 + 1e-5);
      learner.update(Float32Array.from(g));
    }
  });
});

describe("optimistic mirror descent, strongly convex", () => {
  it("has regret at most the sum of (2 / (lambda t)) ||g_t - g_{t-1}||^2, and less than its own bound", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0.1, max: 2, noNaN: true }), (seed, lambda) => {
        const next = randomSource(seed);
        const domain = ballDomain(3, 1.3);
        const losses = Array.from({ length: 60 }, () =>
          quadraticLoss({
            curvature: lambda * (1 + next()),
            pull: Array.from({ length: 3 }, () => 4 * (next() - 0.5)),
          }),
        );
        const run = runOnline(optimisticOmdStronglyConvex({ domain, lambda }), losses, { domain });
        let sum = 0;
        let before = 0;
        run.variation.forEach((v, t) => {
          sum += (2 / (lambda * (t + 1))) * (v - before);
          before = v;
        });
        const regret = run.regret("best")[59];
        expect(regret).toBeLessThanOrEqual(sum + 1e-8);
        expect(regret).toBeLessThanOrEqual(run.bounds[59] + 1e-8);
      }),
      { numRuns: 25 },
    );
  });

  it("keeps its bound with a wrong hint before anything was seen", () => {
    for (let seed = 0; seed < 20; seed++) {
      const next = randomSource(seed);
      const domain = ballDomain(3, 1.3);
      const losses = Array.from({ length: 10 }, () =>
        quadraticLoss({ curvature: 0.3, pull: Array.from({ length: 3 }, () => 4 * (next() - 0.5)) }),
      );
      const hint = (t: number) => (t === 0 ? [3, -2, 4] : undefined);
      const run = runOnline(optimisticOmdStronglyConvex({ domain, lambda: 0.3 }), losses, { domain, hint });
      run.regret("best", losses).forEach((r, t) => {
        if (t === 9) expect(r).toBeLessThanOrEqual(run.bounds[t] + 1e-8);
      });
    }
  });
});

describe("learners on a box and in the norm of a matrix", () => {
  it("agree with gradient steps where the matrix is nearly a multiple of the identity", () => {
    const domain = ballDomain(3, 1);
    const all = gradients(20, randomSource(2), 0).map((g) => g.map((v) => 1e-4 * v));
    const learner = optimisticOmdExpConcave({ domain, G: 1e-3, alpha: 1e-6 });
    const plain = ogd({ domain, step: () => 1 });
    for (const g of all) {
      const x = learner.predict([0, 0, 0]);
      plain.predict().forEach((v, i) => {
        expect(x[i]).toBeCloseTo(v, 9);
      });
      learner.update(g);
      plain.update(g);
    }
  });
});
