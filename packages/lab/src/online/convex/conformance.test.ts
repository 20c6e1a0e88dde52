import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { itIsALearner } from "../conformance.fixture.ts";
import { inner, squaredDistance } from "../vectors.ts";
import type { Domain } from "./domains/domain.ts";
import { simplexDomain } from "./domains/simplex-domain.ts";
import { conforming, domains, G, gradients, learners } from "./learners.fixture.ts";
import type { OnlineLearner } from "./online-learner.ts";

describe.each(learners)("$name", ({ make, linear, optimistic, limited, simplex }) => {
  itIsALearner(conforming(make));

  const own = simplex ? [["simplex", simplexDomain(3)] as [string, Domain]] : domains;

  it.each(own)("decides inside the %s, whatever the gradients", (_, domain) => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 3 }), (seed, kind) => {
        const learner = make(domain);
        for (const g of gradients(25, randomSource(seed), kind)) {
          const x = learner.predict();
          expect(Math.sqrt(squaredDistance(x, domain.project(x)))).toBeLessThan(1e-9);
          learner.update(g);
        }
        expect(learner.report().rounds).toBe(25);
      }),
      { numRuns: 4 },
    );
  });

  it.runIf(linear).each(own)("has no more regret on the %s than its bound says", (_, domain) => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 3 }), (seed, kind) => {
        const next = randomSource(seed);
        const learner = make(domain);
        const sum = new Float64Array(3);
        let paid = 0;
        for (const g of gradients(60, next, kind)) {
          paid += inner(g, learner.predict());
          learner.update(g);
          g.forEach((v, i) => {
            sum[i] += v;
          });
          // The best fixed point, nearly: far down the sum of gradients.
          const u = domain.project(sum.map((v) => -1e6 * v));
          expect(paid - inner(sum, u)).toBeLessThanOrEqual(learner.bound()! + 1e-6);
        }
      }),
      { numRuns: 8 },
    );
  });

  const domain = own[0][1];
  const played = (rounds: number, learner = make(domain)): OnlineLearner => {
    for (const g of gradients(rounds, randomSource(5), 0)) {
      learner.predict();
      learner.update(g);
    }
    return learner;
  };

  it("gives the same decision until the round is over, in an array of its own", () => {
    const learner = played(6);
    const x = learner.predict();
    const copy = x.slice();
    x.fill(7);
    expect(learner.predict()).toEqual(copy);
  });

  it("refuses bad gradients and stays as it was", () => {
    const learner = played(5);
    learner.predict();
    const before = learner.snapshot();
    const bad: [unknown, RegExp, typeof RangeError | typeof TypeError][] = [
      [[1, 2], /^gradient: expected an array of 3 numbers, got an array of length 2$/, RangeError],
      [[1, Number.NaN, 0], /^gradient\[1\]: expected a finite number, got NaN$/, RangeError],
      [new Float32Array([1, Infinity, 0]), /got Infinity$/, RangeError],
      [[1, "2", 0], /got "2"$/, TypeError],
      [null, /^gradient: expected an array of 3 numbers, got null$/, TypeError],
      [[1e200, 0, 0], /whose squares are finite/, RangeError],
    ];
    for (const [gradient, message, kind] of bad) {
      expect(() => learner.update(gradient as never)).toThrow(message);
      expect(() => learner.update(gradient as never)).toThrow(kind);
      expect(learner.snapshot()).toEqual(before);
    }
    learner.update([1, 0, 0]);
  });

  it.runIf(limited)("refuses gradients longer than G, or tells once and goes on, as one chooses", () => {
    const strict = played(2);
    strict.predict();
    const before = strict.snapshot();
    expect(() => strict.update([0, 2 * G, 0])).toThrow(/^gradient: expected a norm <= G = 3, got 6$/);
    expect(strict.snapshot()).toEqual(before);
    const excesses: number[][] = [];
    const tolerant = played(
      2,
      make(domain, (round, norm) => excesses.push([round, norm])),
    );
    for (let i = 0; i < 2; i++) {
      tolerant.predict();
      tolerant.update([0, 2 * G, 0]);
    }
    expect(excesses.length).toBeGreaterThan(0);
    expect(excesses[0]).toEqual([3, 6]);
    expect(tolerant.report().excess === null || tolerant.bound() === null).toBe(true);
  });

  it("takes hints if it is optimistic, in the first call of a round", () => {
    const learner = played(4);
    if (!optimistic) {
      expect(() => learner.predict([0, 0, 0])).toThrow(/^hint: expected none/);
      return;
    }
    const before = learner.snapshot();
    for (const bad of [[0, 0], [0, Number.NaN, 0], () => [1, Number.NaN, 0]]) {
      expect(() => learner.predict(bad as never)).toThrow(
        /^hint(: expected an array of 3 numbers|\[1\]: expected a finite number)/,
      );
      expect(learner.snapshot()).toEqual(before);
    }
    const x = learner.predict(() => [0.5, 0.1, 0]);
    expect(() => learner.predict([0, 0, 0])).toThrow(/first call of a round/);
    expect(learner.predict()).toEqual(x);
    learner.update([0.5, 0.1, 0]);
  });

  it("refuses a damaged state and stays as it was", () => {
    const learner = played(4);
    const saved = learner.snapshot();
    for (const state of [{ ...saved.state, x: [1, 2] }, { ...saved.state, variation: Number.NaN }, {}]) {
      expect(() => learner.restore({ ...saved, state })).toThrow(/^snapshot\.state\.\w+: expected/);
      expect(learner.snapshot()).toEqual(saved);
    }
  });
});
