import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomSource } from "../../engine/random.ts";
import { bagMeans, clipBagMeans, labelPrivacy, makeBags, privatiseBagMeans } from "./index.ts";

const ids = [0, 0, 0, 0, 1, 1, 1, 1];
const y = [0, 1, 1, 0, 1, 1, 1, 0];
const random = () => 0.5;

/** Logarithm of a Laplace density. */
const logDensity = (at: number, mean: number, scale: number) =>
  -Math.abs(at - mean) / scale - Math.log(2 * scale);

describe("privatiseBagMeans", () => {
  it("adds Laplace noise of scale range / (size epsilon), which halves when the size doubles", () => {
    const [two, four] = [2, 4].map((size) => {
      const bags = makeBags(8, size, { seed: 1 });
      return privatiseBagMeans(y, bags, { range: [0, 1], epsilon: 0.5, random }).scale[0];
    });
    expect([two, four]).toEqual([1, 0.5]);
    const rows = 40_000;
    const bags = Array.from({ length: rows }, (_, i) => i);
    for (const mechanism of ["laplace", "gaussian"] as const) {
      const options = { bound: 1, epsilon: 0.8, random: randomSource(3), mechanism };
      const { noisyMeans, scale } = privatiseBagMeans(new Float64Array(rows), bags, {
        ...options,
        ...(mechanism === "gaussian" && { delta: 1e-5 }),
      });
      const variance = noisyMeans.reduce((s, v) => s + v * v, 0) / rows;
      const expected = (mechanism === "laplace" ? 2 : 1) * scale[0] ** 2;
      expect(variance / expected).toBeGreaterThan(0.95);
      expect(variance / expected).toBeLessThan(1.05);
    }
  });

  it("keeps what one response changes within epsilon, and within 2 epsilon with the paper's scale", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        fc.integer({ min: 0, max: 7 }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.double({ min: 0.1, max: 4, noNaN: true }),
        (responses, row, other, output, epsilon) => {
          const changed = responses.map((v, i) => (i === row ? other : v));
          const [a, b] = [responses, changed].map((v) => bagMeans(v, ids));
          const bag = ids[row];
          expect(a[1 - bag]).toBe(b[1 - bag]);
          const lossOf = (sensitivity: "sound" | "paper") => {
            const { scale, release } = privatiseBagMeans(responses, ids, {
              bound: 1,
              epsilon,
              sensitivity,
              random,
            });
            const loss = Math.abs(
              logDensity(output, a[bag], scale[bag]) - logDensity(output, b[bag], scale[bag]),
            );
            expect(loss).toBeLessThanOrEqual(release.epsilon * (1 + 1e-9));
            return release.epsilon;
          };
          expect(lossOf("sound")).toBeCloseTo(epsilon, 9);
          expect(lossOf("paper")).toBeCloseTo(2 * epsilon, 9);
        },
      ),
      { numRuns: 60 },
    );
    // The bounds are met at opposite extremes, beyond both means.
    const { scale } = privatiseBagMeans(y, ids, { bound: 1, epsilon: 1, sensitivity: "paper", random });
    expect(logDensity(2, 1, scale[0]) - logDensity(2, 0.5, scale[0])).toBeCloseTo(2, 9);
  });

  it("gives the same noise for the same source, and clips only when asked", () => {
    const options = { bound: 0.5, epsilon: 1, clip: true };
    const draw = (seed: number) => privatiseBagMeans(y, ids, { ...options, random: randomSource(seed) });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(2).noisyMeans).not.toEqual(draw(1).noisyMeans);
    expect(draw(1).clipped).toBe(5);
    expect(() => privatiseBagMeans(y, ids, { bound: 0.5, epsilon: 1, random })).toThrow(
      /^y, row 1: expected a response from -0.5 to 0.5 \(or clip: true\), got 1$/,
    );
    const centre = privatiseBagMeans(
      y.map((v) => 10 * v - 5),
      ids,
      { C: 1, epsilon: 1, clip: true, random },
    );
    expect(centre.range[1]).toBeCloseTo(Math.sqrt(Math.log(8)), 12);
    for (const mean of centre.noisyMeans) expect(Math.abs(mean)).toBeLessThanOrEqual(centre.range[1]);
  });

  it("snaps to a grid of a power of two that is no finer than the scale, with nearly the same privacy", () => {
    const options = { range: [0, 1] as const, epsilon: 1, snap: true };
    const unit = 1 / 4;
    let [sum, squares] = [0, 0];
    const draws = 4000;
    const source = randomSource(11);
    for (let i = 0; i < draws; i++) {
      const { noisyMeans, release } = privatiseBagMeans(y, ids, { ...options, random: source });
      const steps = (noisyMeans[0] - 0.5) / unit;
      expect(steps).toBe(Math.round(steps));
      expect(release.epsilon).toBeGreaterThanOrEqual(1);
      expect(release.epsilon).toBeLessThan(1 + 1e-10);
      sum += noisyMeans[0] / draws;
      squares += (noisyMeans[0] - 0.5) ** 2 / draws;
    }
    expect(sum).toBeCloseTo(0.5, 1);
    // 2 b^2 and a twelfth of a step's square from rounding.
    expect(squares / (2 * unit ** 2 + unit ** 2 / 12)).toBeCloseTo(1, 0);
  });

  it("refuses numbers out of range and options that don't go together", () => {
    const run = (options: object, responses = y, bags = ids) =>
      privatiseBagMeans(responses, bags, { range: [0, 1], epsilon: 1, random, ...options } as never);
    expect(() => run({ epsilon: 0 })).toThrow(/^epsilon: expected a finite number > 0, got 0$/);
    expect(() => run({ epsilon: Number.NaN })).toThrow(/^epsilon: .* NaN$/);
    expect(() => run({ mechanism: "gaussian", delta: 1e-5 })).toThrow(
      /^epsilon: expected a finite number > 0 and < 1, got 1$/,
    );
    expect(() => run({ mechanism: "gaussian", epsilon: 0.5 })).toThrow(/^delta: /);
    expect(() => run({ delta: 1e-5 })).toThrow(/^delta: expected "?none for Laplace noise/);
    expect(() => run({ mechanism: "gaussian", epsilon: 0.5, delta: 1e-5, snap: true })).toThrow(/^snap: /);
    const half = { mechanism: "gaussian", epsilon: 0.5, delta: 1e-5, sensitivity: "paper" };
    expect(() => run(half)).toThrow(/^sensitivity: expected "sound" for Gaussian noise, got "paper"$/);
    for (const options of [{ snap: true }, { mechanism: "gaussian", epsilon: 0.5, delta: 1e-5 }])
      expect(() => run({ ...options, random: () => Number.NaN })).toThrow(/^random: .* got NaN$/);
    expect(() => run({ bound: 1 })).toThrow(/^bound: expected one of bound, range and C/);
    expect(() => run({ range: [1, 0] })).toThrow(/^range\[1\]: /);
    expect(() => run({ range: undefined, bound: -1 })).toThrow(
      /^bound: expected a finite number > 0, got -1$/,
    );
    expect(() => run({ random: 3 })).toThrow(TypeError);
    expect(() => run({ random: () => 1 })).toThrow(/^random: expected numbers in \[0, 1\), got 1$/);
    expect(() => run({ mechanism: "cauchy" })).toThrow(/^mechanism: expected one of/);
    expect(() => run({}, [0, 1], [0, 2])).toThrow(/^bagIds, row 1/);
    expect(() => run({}, [0, Number.NaN], [0, 1])).toThrow(/^y, entry 1: .* NaN$/);
  });
});

describe("clipBagMeans", () => {
  it("moves means into the range, a margin away from its ends", () => {
    expect([...clipBagMeans([-0.2, 0.4, 3], { range: [0, 1], margin: 0.01 })]).toEqual([0.01, 0.4, 0.99]);
    expect(() => clipBagMeans([0], { range: [0, 1], margin: 0.5 })).toThrow(/^margin: /);
    expect(() => clipBagMeans([Number.NaN], { range: [0, 1] })).toThrow(/^means, entry 0: .* NaN$/);
  });
});

describe("labelPrivacy", () => {
  const daily = { mechanism: "laplace", epsilon: 0.1 } as const;

  it("adds releases up, or takes the smaller bound of concentrated privacy", () => {
    expect(labelPrivacy([daily])).toEqual({
      releases: 1,
      basic: { epsilon: 0.1, delta: 0 },
      concentrated: null,
      epsilon: 0.1,
      delta: 0,
    });
    const hundred = labelPrivacy(Array(100).fill(daily), { delta: 1e-6 });
    expect(hundred.basic.epsilon).toBeCloseTo(10, 9);
    expect(hundred.epsilon).toBeCloseTo(0.5 + 2 * Math.sqrt(0.5 * Math.log(1e6)), 9);
    expect(labelPrivacy([daily, daily], { delta: 1e-6 }).epsilon).toBeCloseTo(0.2, 12);
  });

  it("takes the releases of privatiseBagMeans", () => {
    const one = privatiseBagMeans(y, ids, {
      range: [0, 1],
      mechanism: "gaussian",
      delta: 1e-6,
      epsilon: 0.5,
      random,
    });
    const { release } = one;
    const both = labelPrivacy([release, release], { delta: 1e-5 });
    expect(both.basic).toEqual({ epsilon: 1, delta: 2e-6 });
    expect(both.epsilon).toBeLessThan(1);
    expect(both.delta).toBeLessThanOrEqual(1e-5);
    // A delta below what adding up gives leaves concentrated privacy alone.
    expect(labelPrivacy([release], { delta: 1e-9 }).delta).toBe(1e-9);
  });

  it("refuses numbers out of range", () => {
    expect(() => labelPrivacy([])).toThrow(/^releases: expected at least one/);
    expect(() => labelPrivacy([daily], { delta: 0 })).toThrow(/^delta: /);
    expect(() => labelPrivacy([{ ...daily, epsilon: -1 }])).toThrow(/^releases, epsilon: /);
    const noisy = { mechanism: "gaussian", epsilon: 0.5, delta: 1e-6, width: 8 } as const;
    expect(() => labelPrivacy([noisy])).toThrow(/^delta: expected a number > 0 and < 1 for Gaussian noise/);
  });
});
