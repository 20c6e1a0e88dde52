import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomSource } from "../../engine/random.ts";
import { bagSizes } from "../../losses/aggregate/index.ts";
import { aggregateLinearFit, bagMeans, makeBags } from "./index.ts";

/** Value of `(1 - rho) L_bag + rho L_ins + l2 |theta|^2`. */
function lossOf(
  { x, ids, means }: { x: number[]; ids: Int32Array; means: ArrayLike<number> },
  theta: number[],
  { rho, l2, intercept = 0 }: { rho: number; l2: number; intercept?: number },
): number {
  const d = theta.length;
  const f = [...ids].map((_, i) => theta.reduce((s, t, j) => s + t * x[i * d + j], intercept));
  const fMeans = bagMeans(f, ids);
  const bag = bagSizes(ids).reduce((s, size, a) => s + (size * (means[a] - fMeans[a]) ** 2) / ids.length, 0);
  const instance = f.reduce((s, v, i) => s + (means[ids[i]] - v) ** 2 / ids.length, 0);
  return (1 - rho) * bag + rho * instance + l2 * theta.reduce((s, t) => s + t * t, 0);
}

describe("aggregateLinearFit", () => {
  it("is a minimum of the interpolating loss", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom(0, 0.3, 1),
        fc.constantFrom(0, 0.1),
        fc.boolean(),
        (seed, rho, l2, intercept) => {
          const next = randomSource(seed);
          const [n, d] = [24, 3];
          const x = Array.from({ length: n * d }, () => 2 * next() - 1);
          const ids = makeBags(n, 3, { seed });
          const means = bagMeans(
            Array.from({ length: n }, () => next()),
            ids,
          );
          const fit = aggregateLinearFit(x, ids, means, { rho, l2, intercept });
          const theta = [...fit.theta];
          const options = { rho, l2, intercept: fit.intercept };
          const least = lossOf({ x, ids, means }, theta, options);
          for (let j = 0; j < d; j++)
            for (const h of [1e-3, -1e-3]) {
              const moved = theta.map((t, i) => (i === j ? t + h : t));
              expect(lossOf({ x, ids, means }, moved, options)).toBeGreaterThan(least);
            }
          if (intercept)
            for (const h of [1e-3, -1e-3])
              expect(
                lossOf({ x, ids, means }, theta, { ...options, intercept: fit.intercept + h }),
              ).toBeGreaterThan(least);
          else expect(fit.intercept).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("refuses columns that are equal but for rounding", () => {
    const next = randomSource(3);
    const ids = Int32Array.from({ length: 20 }, (_, i) => i);
    const y = Array.from(ids, () => next());
    const columns = (difference: number) =>
      y.flatMap((value) => [1 + value, 1 + value + difference * next()]);
    expect(() => aggregateLinearFit(columns(1e-7), ids, y, { rho: 1 })).toThrow(
      /^x: expected bags and rows that/,
    );
    expect(() => aggregateLinearFit(columns(1e-3), ids, y, { rho: 1 })).not.toThrow();
  });

  it("says that fewer bags than inputs don't determine the bag-level fit, and takes the one of least norm when asked", () => {
    const x = [1, 0, 0, 1, 1, 1, 2, 0, 1];
    const ids = [0, 0, 1];
    expect(() => aggregateLinearFit(x, ids, [1, 2], { rho: 0 })).toThrow(
      /^x: expected bags and rows that determine the fit \(or l2 > 0, or minimumNorm: true\), got "a singular matrix with rho 0, 2 bags, 3 inputs"$/,
    );
    const { theta } = aggregateLinearFit(x, ids, [1, 2], { rho: 0, minimumNorm: true });
    expect(
      lossOf({ x, ids: Int32Array.from(ids), means: [1, 2] }, [...theta], { rho: 0, l2: 0 }),
    ).toBeLessThan(1e-20);
    const ridge = aggregateLinearFit(x, ids, [1, 2], { rho: 0, l2: 1e-9 }).theta;
    ridge.forEach((t, j) => {
      expect(t).toBeCloseTo(theta[j], 5);
    });
  });

  it("refuses what it can't fit", () => {
    expect(() => aggregateLinearFit([1, 2, 3], [0, 1], [1, 2])).toThrow(
      /^x: expected a multiple of 2 numbers/,
    );
    expect(() => aggregateLinearFit([1, Number.NaN], [0, 1], [1, 2])).toThrow(/^x, entry 1: /);
    expect(() => aggregateLinearFit([1, 2], [0, 1], [1])).toThrow(/^means: expected 2 numbers/);
    expect(() => aggregateLinearFit([1, 2], [0, 1], [1, 2], { rho: -1 })).toThrow(/^rho: /);
    expect(() => aggregateLinearFit([1, 2], [0, 1], [1, 2], { l2: Number.NaN })).toThrow(/^l2: .* NaN$/);
    expect(() => aggregateLinearFit([1, 2, 3], [0, 2, 2], [1, 2, 3])).toThrow(/none in bag 1/);
  });
});
