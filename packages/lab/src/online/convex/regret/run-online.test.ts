import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { squaredDistance } from "../../vectors.ts";
import { ballDomain } from "../domains/ball-domain.ts";
import { boxDomain } from "../domains/box-domain.ts";
import { minimizeOn } from "../domains/minimize.ts";
import { simplexDomain } from "../domains/simplex-domain.ts";
import { ogd } from "../learners/ogd.ts";
import { optimisticOmd } from "../learners/optimistic-omd.ts";
import { optimisticOmdEntropy } from "../learners/optimistic-omd-entropy.ts";
import { G, gradients } from "../learners.fixture.ts";
import { quadraticLoss } from "../losses/quadratic-loss.ts";
import { serve } from "../serve.ts";
import { bestInHindsight, pathLength, runOnline } from "./run-online.ts";

const line = boxDomain(1, -1, 1);
const linear = (g: number) => quadraticLoss({ curvature: 0, pull: [-g] });

describe("a run", () => {
  it("counts losses, regret and bounds round by round", () => {
    const losses = [1, 1, -1].map(linear);
    const run = runOnline(optimisticOmd({ domain: line, G: 1 }), losses, { domain: line });
    expect(run.iterates.map(([x]) => x)).toEqual([0, -1, -1]);
    expect([...run.values]).toEqual([0, -1, 1]);
    expect([...run.cumulative]).toEqual([0, -1, 0]);
    expect([...run.variation]).toEqual([1, 1, 5]);
    expect([...run.regret([-1])]).toEqual([1, 1, 1]);
    expect([...run.regret("best")].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([1, 1, 1]);
    expect([...run.dynamicRegret([[-1], [-1], [1]])]).toEqual([1, 1, 3]);
    run.bounds.forEach((bound, t) => {
      expect(bound).toBeGreaterThan(run.regret([-1])[t]);
    });
  });

  it("counts by other losses where it shall: the expected ones", () => {
    const run = runOnline(ogd({ domain: line, G: 1 }), [1, -1].map(linear), { domain: line });
    const expected = [0.5, 0.5].map(linear);
    expect(run.regret([-1], expected)[1]).toBeCloseTo(
      0.5 * (run.iterates[0][0] + run.iterates[1][0] + 2),
      12,
    );
    expect(run.best(expected)[0]).toBeCloseTo(-1, 9);
  });

  it("gives hints to learners that take them", () => {
    const losses = [1, -1, 1, -1].map(linear);
    const hinted = runOnline(optimisticOmd({ domain: line, G: 1 }), losses, {
      hint: (t) => [t % 2 ? -1 : 1],
    });
    const unhinted = runOnline(optimisticOmd({ domain: line, G: 1 }), losses);
    expect(hinted.cumulative[3]).toBeLessThan(unhinted.cumulative[3]);
  });

  it("has NaN for bounds where theory says nothing", () => {
    const run = runOnline(ogd({ domain: line, step: (t) => t }), [1, 1, 1].map(linear));
    expect([...run.bounds].map(Number.isNaN)).toEqual([false, true, true]);
  });

  it("refuses what isn't finite or doesn't fit", () => {
    const learner = () => ogd({ domain: line, G: 1 });
    expect(() => runOnline(learner(), [])).toThrow("losses: expected one loss or more");
    expect(() => runOnline(learner(), null as never)).toThrow(
      "losses: expected an array of losses, got null",
    );
    const broken = { value: () => Number.NaN, gradient: () => [0] };
    expect(() => runOnline(learner(), [broken])).toThrow("value's result: expected a finite number, got NaN");
    const run = runOnline(learner(), [linear(1)]);
    expect(() => run.regret("best")).toThrow("domain: expected a domain, for the best point");
    expect(() => run.dynamicRegret([[0], [0]])).toThrow("us: expected one for each of 1 rounds");
    expect(() => run.regret([Number.NaN])).toThrow("u[0]: expected a finite number, got NaN");
  });
});

describe("the best point", () => {
  it("is the minimum of quadratics on a domain", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const next = randomSource(seed);
        const pull = Float64Array.from({ length: 3 }, () => 4 * (next() - 0.5));
        for (const domain of [ballDomain(3, 0.8), boxDomain(3, -0.3, 1), simplexDomain(3)]) {
          const found = minimizeOn(domain, quadraticLoss({ curvature: 2, pull }));
          const exact = domain.project(pull.map((v) => v / 2));
          expect(Math.sqrt(squaredDistance(found, exact))).toBeLessThan(1e-8);
        }
      }),
      { numRuns: 20 },
    );
    expect(
      bestInHindsight(
        line,
        [3, -1].map((q) => quadraticLoss({ curvature: 1, pull: [q] })),
      )[0],
    ).toBeCloseTo(1);
  });

  it("is found for ill-conditioned functions too", () => {
    const curvature = [1, 0, 0, 1e-4];
    const x = minimizeOn(ballDomain(2, 10), quadraticLoss({ curvature, pull: [1, 5e-4] }), { steps: 20_000 });
    expect(x[0]).toBeCloseTo(1, 6);
    expect(x[1]).toBeCloseTo(5, 4);
  });

  it("moves by the length of its path", () => {
    expect(
      pathLength([
        [0, 0],
        [3, 4],
        [3, 4],
      ]),
    ).toBe(5);
    expect(pathLength([])).toBe(0);
  });
});

describe("optimistic Hedge", () => {
  it("puts weights in proportion to the exponential of what was lost", () => {
    const learner = optimisticOmdEntropy({ dimension: 3, eta: 0.5 });
    learner.predict();
    learner.update([1, 0, 0]);
    const w = [Math.exp(-1), 1, 1];
    const sum = w[0] + 2;
    learner.predict().forEach((x, i) => {
      expect(x).toBeCloseTo(w[i] / sum, 12);
    });
  });

  it("keeps a weight alive over a long loss, and refuses starts that aren't inside", () => {
    const learner = optimisticOmdEntropy({ dimension: 2, eta: 1 });
    for (let t = 0; t < 2000; t++) {
      learner.predict();
      learner.update(t < 1000 ? [1, 0] : [0, 1]);
    }
    expect(learner.predict()[0]).toBeGreaterThan(0.5);
    const make = (options: object) => () => optimisticOmdEntropy({ dimension: 2, eta: 1, ...options });
    expect(make({ x0: [1, 0] })).toThrow("x0: expected numbers > 0, got 0");
    expect(make({ x0: [1, 1] })).toThrow("x0: expected numbers with sum 1, got 2");
    expect(make({ eta: 0 })).toThrow("eta: expected a finite number > 0, got 0");
  });
});

describe("a served learner", () => {
  const domain = ballDomain(3, 1);
  const make = () => serve(optimisticOmd({ domain, G }));

  it("decides as the learner does where feedback is prompt", () => {
    const [session, learner] = [make(), optimisticOmd({ domain, G })];
    for (const g of gradients(20, randomSource(1), 0)) {
      const { id, x } = session.decide();
      expect(x).toEqual(learner.predict());
      session.feedback(id, g);
      learner.update(g);
    }
  });

  it("takes feedback in any order, each once", () => {
    const session = make();
    const [a, b, c] = [session.decide(), session.decide(), session.decide()];
    expect(new Set([a.id, b.id, c.id]).size).toBe(3);
    expect(b.x).toEqual(a.x);
    session.feedback(c.id, [1, 0, 0]);
    session.feedback(a.id, [1, 0, 0]);
    expect(session.open).toBe(1);
    expect(() => session.feedback(a.id, [1, 0, 0])).toThrow(
      "id: expected a decision that waits for its feedback (this one is settled), got 0",
    );
    expect(() => session.feedback(99, [1, 0, 0])).toThrow(RangeError);
    expect(() => session.feedback(b.id, [Number.NaN, 0, 0])).toThrow("gradient[0]: expected a finite number");
    expect(session.open).toBe(1);
    session.forget(b.id);
    expect(session.open).toBe(0);
    expect(session.decide().x[0]).toBeLessThan(0);
  });

  it("makes gradients of outcomes at the point that was decided", () => {
    const session = serve(optimisticOmd({ domain, G: 10 }), {
      gradient: (x, target: number) => x.map((v) => v - target),
    });
    for (let t = 0; t < 300; t++) session.feedback(session.decide().id, 0.3);
    session.decide().x.forEach((v) => {
      expect(v).toBeCloseTo(0.3, 2);
    });
  });

  it("goes on from a snapshot with the decisions that wait", () => {
    const session = make();
    const first = session.decide();
    session.feedback(session.decide().id, [0, 1, 0]);
    const other = make();
    other.restore(JSON.parse(JSON.stringify(session.snapshot())));
    for (const s of [session, other]) s.feedback(first.id, [1, 0, 0]);
    expect(other.decide()).toEqual(session.decide());
    const before = other.snapshot();
    for (const bad of [
      null,
      {},
      { ...before, version: 3 },
      { ...before, next: 0 },
      { ...before, learner: {} },
    ]) {
      expect(() => other.restore(bad as never)).toThrow(/^snapshot/);
      expect(other.snapshot()).toEqual(before);
    }
  });
});
