import fc from "fast-check";
import { randomSource } from "minimand/engine";
import { addOuterToFactor, cholesky, solveFactored, times } from "minimand/internals";
import { describe, expect, it } from "vitest";
import { plusScaled, squaredDistance } from "../../vectors.ts";
import { ballDomain } from "../domains/ball-domain.ts";
import { boxDomain } from "../domains/box-domain.ts";
import type { Domain } from "../domains/domain.ts";
import { simplexDomain } from "../domains/simplex-domain.ts";
import { linearLosses } from "../losses/linear-losses.ts";
import type { RoundLoss } from "../losses/quadratic-loss.ts";
import { runOnline } from "../regret/run-online.ts";
import { onlineNewton, optimisticOmdExpConcave } from "./exp-concave.ts";

/** Squared errors of a linear model, `(a.x - b)^2 / 2`, with what the learners must know of them. */
function squares(domain: Domain, rounds: number, seed: number) {
  const next = randomSource(seed);
  const n = domain.dimension;
  const { value, gradient } = linearLosses("square", domain);
  let largest = 0;
  const reach = domain.diameter + Math.hypot(...domain.center);
  const losses: RoundLoss[] = Array.from({ length: rounds }, () => {
    const a = Float64Array.from({ length: n }, () => next() - 0.5);
    const b = 2 * (next() - 0.5);
    largest = Math.max(largest, Math.hypot(...a) * reach + Math.abs(b));
    return { value: (x) => value({ a, b }, x), gradient: (x) => gradient({ a, b }, x) };
  });
  return { losses, alpha: 1 / largest ** 2, G: largest * Math.sqrt(n) };
}

const domains: [string, Domain][] = [
  ["ball", ballDomain(4, 1.3)],
  ["box", boxDomain(4, -0.3, 0.6)],
  ["simplex", simplexDomain(4)],
];

describe.each(domains)("on the %s", (_, domain) => {
  it.each([
    ["optimistic mirror descent", optimisticOmdExpConcave],
    ["online Newton step", onlineNewton],
  ] as const)("%s has no more regret than its bound", (_, make) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { losses, alpha, G } = squares(domain, 60, seed);
        const run = runOnline(make({ domain, alpha, G }), losses, { domain });
        expect(run.regret("best")[59]).toBeLessThanOrEqual(run.bounds[59] + 1e-7);
      }),
      { numRuns: 8 },
    );
  });
});

describe("the matrix", () => {
  it("is the sum of the gradients' outer products", () => {
    const domain = ballDomain(2, 1);
    const [G, alpha] = [2, 0.3];
    const beta = 0.5 * Math.min(1 / (4 * G * 2), alpha);
    const learner = optimisticOmdExpConcave({ domain, G, alpha });
    learner.predict();
    learner.update([1, 0]);
    learner.predict();
    learner.update([1, 1]);
    const first = 1 + (beta * G * G) / 2;
    [first + beta, beta / 2, beta / 2, first + beta / 2].forEach((value, i) => {
      expect(learner.matrix()[i]).toBeCloseTo(value, 12);
    });
  });

  it("keeps an accurate factor over thousands of rounds", () => {
    const n = 6;
    const next = randomSource(4);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) a[i * n + i] = 1;
    const l = cholesky(a, n)!;
    for (let t = 0; t < 5000; t++) {
      const v = Float64Array.from({ length: n }, () => next() - 0.3);
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] += v[i] * v[j];
      addOuterToFactor(l, n, v);
    }
    const b = Float64Array.from({ length: n }, next);
    const residual = plusScaled(times(a, n, solveFactored(l, n, b)), -1, b);
    expect(Math.sqrt(squaredDistance(residual, new Float64Array(n)))).toBeLessThan(1e-11);
    cholesky(a, n)!.forEach((value, i) => {
      expect(l[i]).toBeCloseTo(value, 8);
    });
  });

  it("refuses options outside their ranges", () => {
    const domain = ballDomain(2, 1);
    expect(() => optimisticOmdExpConcave({ domain, G: 1, alpha: 0 })).toThrow(
      "alpha: expected a finite number > 0",
    );
    expect(() => onlineNewton({ domain, G: -1, alpha: 1 })).toThrow(
      "G: expected a finite number > 0, got -1",
    );
    expect(() => onlineNewton({ domain, G: 1, alpha: 1, D: 0 })).toThrow(
      "D: expected a finite number > 0, got 0",
    );
  });
});
