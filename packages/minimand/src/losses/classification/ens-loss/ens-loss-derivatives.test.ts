import { numpy as np, random } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closeTo, numbers } from "../../numbers.fixture.ts";
import {
  type EnsLossLaw,
  type EnsLossTail,
  ensLossDerivatives,
  inverseBoxCox,
  isValidLossDerivative,
} from "../index.ts";

const floats = (x: number[]) => np.array(new Float32Array(x));
const close = closeTo(2e-6);
const derivatives = (z: number[], u: number[], law: EnsLossLaw & { phantomZero?: boolean } = {}): number[] =>
  numbers(ensLossDerivatives(floats(z), floats(u), law));

const single = (min: number, max: number) =>
  fc
    .float({ min: Math.fround(min), max: Math.fround(max), noNaN: true })
    // Halves of two numbers below the smallest normal one may be equal.
    .map((v) => (Math.abs(v) < 2 ** -100 ? 0 : v));
const batches = fc
  .integer({ min: 1, max: 24 })
  .chain((n) =>
    fc.tuple(
      fc.array(single(-6, 12), { minLength: n, maxLength: n }),
      fc.array(single(-4, 4), { minLength: n, maxLength: n }),
    ),
  );
const tails: EnsLossTail[] = ["inverse", "inverse-log2", "none", { power: 2 }];

/** The rule in plain loops: sort the magnitudes, hand them out by a stable sort of the margins. */
function reference(z: number[], u: number[], lambda: number, tail: EnsLossTail): number[] {
  const boxCox = (v: number) =>
    lambda === 0
      ? Math.exp(v)
      : 1 + lambda * v > 0
        ? (1 + lambda * v) ** (1 / lambda)
        : lambda > 0
          ? 0
          : Infinity;
  const a = u.map((v) => Math.min(boxCox(v), 1)).sort((x, y) => y - x);
  const order = z.map((_, i) => i).sort((i, j) => z[i] - z[j] || i - j);
  const g = new Array<number>(z.length);
  order.forEach((i, rank) => {
    const m = z[i];
    let factor = 1;
    if (tail === "inverse" && m > 1) factor = 1 / m;
    else if (tail === "inverse-log2" && m > Math.E) factor = 1 / (m * Math.log(m) ** 2);
    else if (typeof tail === "object" && m > 1) factor = m ** -tail.power;
    g[i] = -a[rank] * factor - 1e-6;
  });
  return g;
}

describe("ensLossDerivatives", () => {
  it("has the values of the worked example", () => {
    const u = [0.2, 0.6, 2].map(Math.log);
    close(derivatives([0.5, -2, 3], u), [-0.6 - 1e-6, -1 - 1e-6, -0.2 / 3 - 1e-6]);
  });

  it("agrees with the rule written with sorts, for every lambda and tail, ties included", () => {
    fc.assert(
      fc.property(
        batches,
        fc.constantFrom(-1, -0.5, 0, 0.5, 1, 2),
        fc.constantFrom(...tails),
        fc.boolean(),
        ([z, u], lambda, tail, tied) => {
          const margins = tied ? z.map(Math.round) : z;
          close(
            derivatives(margins, u, { boxCoxLambda: lambda, tail }),
            reference(margins, u, lambda, tail),
            2e-5,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it("is negative, does not decrease with the margin, and is at most clip + epsilon in size", () => {
    fc.assert(
      fc.property(batches, fc.constantFrom(...tails), fc.constantFrom(0.5, 1, 3), ([z, u], tail, clip) => {
        const g = derivatives(z, u, { tail, clip });
        const { negative, monotone } = isValidLossDerivative(z, g);
        expect([negative, monotone]).toEqual([true, true]);
        expect(Math.max(...g)).toBeLessThan(0);
        expect(Math.min(...g)).toBeGreaterThanOrEqual(-clip * (1 + 1e-6) - 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it("depends on margins up to 1 through their order only", () => {
    fc.assert(
      fc.property(batches, ([z, u]) => {
        const below = z.map((v) => Math.fround(Math.min(v, 1)));
        const bent = below.map((v) => Math.fround(v > 0 ? v / 2 : 3 * v));
        expect(derivatives(bent, u)).toEqual(derivatives(below, u));
      }),
      { numRuns: 30 },
    );
  });

  it("permutes with its batch where margins differ, and not with its noise", () => {
    fc.assert(
      fc.property(batches, fc.integer(), ([z, u], seed) => {
        const distinct = [...new Set(z.map((v) => Math.round(v * 64) / 64))];
        const v = u.slice(0, distinct.length);
        const order = distinct
          .map((_, i) => i)
          .sort((i, j) => Math.sin(seed + 7 * i) - Math.sin(seed + 7 * j));
        const g = derivatives(distinct, v);
        const moved = derivatives(
          order.map((i) => distinct[i]),
          v,
        );
        expect(moved).toEqual(order.map((i) => g[i]));
        expect(
          derivatives(
            distinct,
            order.map((i) => v[i]),
          ),
        ).toEqual(g);
      }),
      { numRuns: 30 },
    );
  });

  it("has mean -(1/2 + sqrt(e) Phi(-1)) over many draws of one example, divided by the margin beyond 1", () => {
    const draws = 40_000;
    const u = numbers(random.normal(random.key(11), [draws]));
    // One example each: a batch of one has no ranks, so the mean over u is the mean of the rule.
    const rows = 200;
    let below = 0;
    let beyond = 0;
    for (let start = 0; start < rows; start++) {
      below += derivatives([0.3], [u[start]])[0];
      beyond += derivatives([4], [u[start]])[0];
    }
    expect(beyond / below).toBeCloseTo(0.25, 5);
    const magnitude = numbers(np.minimum(inverseBoxCox(floats(u), 0), 1));
    const mean = magnitude.reduce((s, v) => s + v, 0) / draws;
    // The standard deviation of min(e^u, 1) is 0.29: four standard errors.
    expect(Math.abs(mean - 0.761578)).toBeLessThan((4 * 0.29) / Math.sqrt(draws));
    expect(Math.abs(below / rows + 0.761578)).toBeLessThan((4 * 0.29) / Math.sqrt(rows));
  });

  it("ranks a phantom margin of 0 and drops its derivative", () => {
    const u = [1, 0.9, 0.6, 0.3].map(Math.log);
    // Margins -1 < phantom 0 < 0.5 < 2: the phantom takes the second largest.
    close(derivatives([0.5, -1, 2], u, { phantomZero: true }), [-0.6, -1, -0.15], 3e-6);
    close(derivatives([0.5, 1, 2], u, { phantomZero: true, tail: "none" }), [-0.9, -0.6, -0.3], 3e-6);
    // A margin of exactly 0 comes before the phantom, which stands at the end of the batch.
    close(derivatives([0, -1, 2], u, { phantomZero: true, tail: "none" }), [-0.9, -1, -0.3], 3e-6);
    expect(() => derivatives([0, 1], [1, 2], { phantomZero: true })).toThrow(/^noise: expected shape \[3\]/);
  });

  it("takes exponential noise as magnitudes themselves", () => {
    close(
      derivatives([0.5, -1, 0.7], [0.2, 2.5, 0.9], { generator: "exponential", clip: 10 }),
      [-0.9, -2.5, -0.2],
      3e-6,
    );
  });
});

describe("inverseBoxCox", () => {
  it("is the exponential at 0, and max(0, 1 + u) at 1", () => {
    const u = [-3, -1, 0, 0.5, 2];
    close(numbers(inverseBoxCox(floats(u), 0)), u.map(Math.exp), 1e-6);
    close(
      numbers(inverseBoxCox(floats(u), 1)),
      u.map((v) => Math.max(0, 1 + v)),
      2e-6,
    );
  });

  it("is continuous in lambda at 0, as a number and as an array", () => {
    const u = [-2, -0.5, 0.7, 1.9];
    const limit = u.map(Math.exp);
    for (const lambda of [1e-3, 1e-5, 1e-6, -1e-6, -1e-5, 1e-9]) {
      const tolerance = 4 * Math.abs(lambda) + 2e-5;
      close(numbers(inverseBoxCox(floats(u), lambda)), limit, tolerance);
      close(numbers(inverseBoxCox(floats(u), np.array(lambda))), limit, tolerance);
    }
  });

  it("is +Infinity for negative lambda, 0 for positive, where 1 + lambda u is not positive", () => {
    expect(numbers(inverseBoxCox(floats([3, 0]), -0.5))).toEqual([Infinity, 1]);
    expect(numbers(inverseBoxCox(floats([3, 0]), np.array(-0.5)))).toEqual([Infinity, 1]);
    expect(numbers(inverseBoxCox(floats([-3, 0]), 0.5))).toEqual([0, 1]);
    expect(numbers(inverseBoxCox(floats([-3, 0]), np.array(0.5)))).toEqual([0, 1]);
    expect(() => inverseBoxCox(floats([1, 2]), Number.POSITIVE_INFINITY)).toThrow(/^lambda: /);
  });
});
