import { describe, expect, it } from "vitest";
import { bags, boundedScores, consistency, embeddings, mixture, tumours } from "./bounds.ts";

const softmaxes = [
  [0.25, 0.45, 0.3],
  [0.05, 0.05, 0.9],
  [0.32, 0.33, 0.35],
  [0.525, 0.325, 0.15],
];

describe("models that ignore their input", () => {
  it.each([0, 0.5, 1, 1.5, 2])("exceed the least error by less than their risk allows: tau %d", (tau) => {
    for (const p of softmaxes) {
      const { excessError, excessErrorBound, gap, gapBound } = consistency(tau, p);
      expect(excessError).toBeLessThanOrEqual(excessErrorBound);
      expect(gap).toBeGreaterThan(0);
      expect(gap).toBeLessThan(gapBound + 1e-9);
    }
    // The last of them has the shares of the classes as its softmax; nothing else has a lower risk at tau 1.
    const bounds = softmaxes.map((p) => consistency(1, p).excessErrorBound);
    expect(Math.min(...bounds)).toBe(bounds[3]);
  });

  it("have the gap of entropies at tau 1", () => {
    const entropy = (p: number[]) => -p.reduce((sum, q) => sum + q * Math.log(q), 0);
    const inner = [
      [0.8, 0.1, 0.1],
      [0.6, 0.3, 0.1],
      [0.2, 0.7, 0.1],
      [0.5, 0.2, 0.3],
    ].map(entropy);
    const gap = entropy(softmaxes[3]) - inner.reduce((a, b) => a + b, 0) / 4;
    expect(consistency(1, softmaxes[0]).gap).toBeCloseTo(gap, 12);
  });
});

it("bounded scores reach the least loss at a corner, and never less", () => {
  for (const tau of [0, 1, 2]) {
    const { found, least } = boundedScores(tau, 1.3);
    expect(found).toBeGreaterThan(least - 1e-12);
    expect(found).toBeCloseTo(least, 10);
  }
});

it("bounds what an attack does to a classifier of tumours, and duality is tight at its multiplier alone", async () => {
  const t = await tumours();
  expect(t.error).toBeLessThan(0.03);
  expect(t.adversarialError).toBeGreaterThan(t.error);
  expect(t.adversarialError).toBeLessThan(t.adversarialBound);
  expect(t.adversarialBound).toBeLessThan(0.1);
  // The cheapest attack reaches the worst case but for a part of one row.
  expect(t.attackedError).toBeLessThanOrEqual(t.worstError);
  expect(t.worstError - t.attackedError).toBeLessThan(1 / 569);
  expect(t.duals[0]).toBeCloseTo(t.worstError, 9);
  for (const other of t.duals.slice(1)) expect(other).toBeGreaterThan(t.worstError + 0.01);
});

it("has the robust loss of a mixture that random points have", () => {
  for (const gamma of [0.5, 1, 4]) {
    const { error, ramp, simulated } = mixture({ gamma });
    expect(ramp).toBeGreaterThan(error);
    expect(Math.abs(ramp - simulated)).toBeLessThan(0.01);
  }
});

it("single rows beat bags exactly below the threshold", () => {
  for (const k of [2, 3]) {
    const { threshold, below, above } = bags({ k, psi: 6 });
    expect(threshold).toBeGreaterThan(0);
    expect(below.rows).toBeLessThan(below.means);
    expect(above.rows).toBeGreaterThan(above.means);
  }
});

it("has the least loss of embeddings at a regular simplex, whose scale gives the probability", () => {
  for (const probability of [0.9, 0.99]) {
    const { simplex, random, least } = embeddings({ probability });
    expect(simplex).toBeCloseTo(least, 12);
    expect(least).toBeCloseTo(-Math.log(probability), 12);
    expect(random).toBeGreaterThan(2 * least);
  }
});
