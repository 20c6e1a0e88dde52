import { type LogLinearOptions, logLinearPreference } from "@minimand/lab/solvers";
import { expit, log1pExp, normal, randomSource } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { inner } from "../../online/vectors.ts";

const losses = ["dpo", "conservative", "robust", "noise-aware"] as const;
const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, digits: number) => {
  for (let i = 0; i < expected.length; i++) expect(actual[i]).toBeCloseTo(expected[i], digits);
};
const norm = (x: ArrayLike<number>) => Math.sqrt(inner(x, x));

/** Pairs of random features, labelled by a true parameter, a share of the labels flipped. */
function pairsOf(n: number, truth: readonly number[], epsilon: number, seed: number): number[][] {
  const next = randomSource(seed);
  return Array.from({ length: n }, () => {
    const x = truth.map(() => normal(next));
    const right = next() < expit(inner(x, truth));
    const sign = right !== next() < epsilon ? 1 : -1;
    return x.map((v) => sign * v);
  });
}

/** The mean loss, written anew. */
function lossAt(
  theta: readonly number[],
  { differences, loss, beta = 1, epsilon = 0 }: LogLinearOptions,
): number {
  const one = (z: number): number =>
    ({
      dpo: log1pExp(-z),
      conservative: (1 - epsilon) * log1pExp(-z) + epsilon * log1pExp(z),
      robust: ((1 - epsilon) * log1pExp(-z) - epsilon * log1pExp(z)) / (1 - 2 * epsilon),
      "noise-aware": -Math.log(epsilon + (1 - 2 * epsilon) * expit(z)),
    })[loss];
  return differences.reduce((sum, x) => sum + one(beta * inner(x, theta)), 0) / differences.length;
}

describe("log-linear preferences", () => {
  it.each(losses)("%s: the loss has no slope at the solution, and a greater value about it", (loss) => {
    const differences = pairsOf(300, [1, -0.5, 0.3], 0.1, 2);
    const options = { differences, loss, beta: 0.5, epsilon: 0.1 };
    const { theta, loss: value, bounded, gradNorm, iterations } = logLinearPreference(options);
    expect([bounded, gradNorm < 1e-9, iterations < 30]).toEqual([true, true, true]);
    expect(value).toBeCloseTo(lossAt([...theta], options), 12);
    theta.forEach((_, j) => {
      const at = (d: number) => lossAt([...theta].with(j, theta[j] + d), options);
      expect(Math.abs(at(1e-5) - at(-1e-5)) / 2e-5).toBeLessThan(1e-8);
      expect(Math.min(at(0.1), at(-0.1))).toBeGreaterThan(value);
    });
  });

  it("are found again under flips by the robust and the noise-aware loss, while DPO shrinks", () => {
    const truth = [1.5, -1, 0.5];
    const differences = pairsOf(20_000, truth, 0.3, 5);
    const of = (loss: (typeof losses)[number]) =>
      logLinearPreference({ differences, loss, epsilon: 0.3 }).theta;
    const off = (theta: Float64Array) => norm(theta.map((v, j) => v - truth[j]));
    expect(off(of("robust"))).toBeLessThan(0.25);
    expect(off(of("noise-aware"))).toBeLessThan(0.25);
    expect(norm(of("dpo"))).toBeLessThan(norm(truth) / 2);
    expect(norm(of("conservative"))).toBeLessThan(norm(of("dpo")));
  });

  it("are the same for all losses without flips, and measured from the reference", () => {
    const differences = pairsOf(200, [1, -1], 0, 3);
    const all = losses.map((loss) => logLinearPreference({ differences, loss, epsilon: 0 }).theta);
    for (const theta of all) near(theta, all[0], 7);
    const moved = logLinearPreference({ differences, loss: "dpo", reference: [3, 4] }).theta;
    near(moved, [all[0][0] + 3, all[0][1] + 4], 10);
  });

  it("leave a feature that nothing depends on at the reference", () => {
    const differences = pairsOf(100, [1, -1], 0, 4).map((x) => [...x, 0]);
    const { theta } = logLinearPreference({ differences, loss: "dpo", reference: [0, 0, 7] });
    expect(theta[2]).toBe(7);
  });

  it("have no minimum where all pairs agree, nor the robust loss where too few disagree: refused", () => {
    const agreeing = [[1], [1], [2], [0.5]];
    expect(() => logLinearPreference({ differences: agreeing, loss: "dpo" })).toThrow(
      /^differences: expected pairs that disagree enough .*a direction that all of them agree with"$/,
    );
    expect(() => logLinearPreference({ differences: agreeing, loss: "robust", epsilon: 0.2 })).toThrow(
      /a robust loss without a lower bound at epsilon 0\.2"$/,
    );
    // One in ten disagrees: enough for a rate of 0.05, too few for 0.2.
    const few = [...Array.from({ length: 9 }, () => [1]), [-1]];
    expect(logLinearPreference({ differences: few, loss: "robust", epsilon: 0.05 }).bounded).toBe(true);
    expect(() => logLinearPreference({ differences: few, loss: "robust", epsilon: 0.2 })).toThrow(
      /lower bound/,
    );
    expect(logLinearPreference({ differences: agreeing, loss: "conservative", epsilon: 0.2 }).bounded).toBe(
      true,
    );
    const plane = pairsOf(40, [9, 9, 9], 0, 8).map((x) => x.map((v) => (inner(x, [1, 1, 1]) < 0 ? -v : v)));
    expect(() => logLinearPreference({ differences: plane, loss: "dpo" })).toThrow(/agree with/);
  });

  it("are held by a radius: on the sphere the gradient points inwards", () => {
    const agreeing = pairsOf(40, [9, 9, 9], 0, 8).map((x) =>
      x.map((v) => (inner(x, [1, 1, 1]) < 0 ? -v : v)),
    );
    for (const loss of ["dpo", "robust"] as const) {
      const options = { differences: agreeing, loss, epsilon: 0.2, radius: 2 };
      const { theta, bounded, gradNorm } = logLinearPreference(options);
      expect(norm(theta)).toBeCloseTo(2, 7);
      expect([bounded, gradNorm < 1e-9]).toEqual([false, true]);
      const g = [...theta].map((v, j) => {
        const at = (d: number) => lossAt([...theta].with(j, v + d), options);
        return (at(1e-5) - at(-1e-5)) / 2e-5;
      });
      expect(inner(g, theta) / (norm(g) * 2)).toBeCloseTo(-1, 7);
    }
    const differences = pairsOf(300, [1, -0.5], 0.1, 2);
    const free = logLinearPreference({ differences, loss: "dpo" });
    const held = logLinearPreference({ differences, loss: "dpo", radius: 50 });
    expect([...held.theta]).toEqual([...free.theta]);
    expect(held.bounded).toBe(true);
  });

  it("are held by a radius where the loss isn't convex: a local minimum of the ball", () => {
    const onSurface: boolean[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const differences = pairsOf(100, [1.2, -0.9, 0.6, 0.3], 0.4, seed);
      const options = { differences, loss: "noise-aware", epsilon: 0.4, radius: 3 } as const;
      const { theta, loss } = logLinearPreference(options);
      expect(norm(theta)).toBeLessThan(3 * (1 + 1e-7));
      onSurface.push(norm(theta) > 3 * (1 - 1e-5));
      // Nothing near it within the ball is better.
      const next = randomSource(seed);
      for (let i = 0; i < 20; i++) {
        const moved = [...theta].map((v) => v + 1e-3 * normal(next));
        const back = Math.min(1, norm(theta) / norm(moved));
        const near = moved.map((v) => v * back);
        expect(lossAt(near, options)).toBeGreaterThan(loss - 1e-8);
      }
    }
    expect(new Set(onSurface)).toEqual(new Set([true, false]));
  });

  it("are held by a ridge, which is told", () => {
    const options = { differences: [[1], [1], [2]], loss: "robust", epsilon: 0.2 } as const;
    const { theta, bounded } = logLinearPreference({ ...options, ridge: 0.1 });
    expect(bounded).toBe(false);
    const at = (d: number) => lossAt([theta[0] + d], options) + 0.05 * (theta[0] + d) ** 2;
    expect(Math.abs(at(1e-5) - at(-1e-5)) / 2e-5).toBeLessThan(1e-8);
  });

  it("are refused where they are none", () => {
    const fit = (change: object) => () =>
      logLinearPreference({ differences: [[1], [-2]], loss: "dpo", ...change });
    expect(fit({ differences: [] })).toThrow(/^differences: expected a list of rows/);
    expect(fit({ differences: [[1, 2], [1]] })).toThrow(/^differences\[1\]: expected an array of 2 numbers/);
    expect(fit({ differences: [[1], [Number.NaN]] })).toThrow(/^differences\[1\]\[0\]: .*got NaN$/);
    expect(fit({ epsilon: 0.5 })).toThrow(/^epsilon: .*got 0\.5$/);
    expect(fit({ beta: 0 })).toThrow(/^beta/);
    expect(fit({ radius: 0 })).toThrow(/^radius/);
    expect(fit({ loss: "ipo" })).toThrow(/^loss: expected one of/);
  });
});
