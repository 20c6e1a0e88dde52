import { expect, it } from "vitest";
import { equationOf, lionFamily, networkLosses } from "./lion-family.ts";

it("finds the least loss within an l1-ball and on the simplex", async () => {
  const [ball, simplex] = await lionFamily({ steps: 200 });
  for (const { gap, weights, size } of [ball, simplex]) {
    expect(weights.reduce((sum, value) => sum + Math.abs(value), 0)).toBeCloseTo(size, 5);
    // It bounds how far the loss is from the least, and is never negative but for rounding.
    expect(gap).toBeGreaterThan(-1e-5);
    expect(gap).toBeLessThan(0.005);
  }
  // Both constraints hold, and both bind.
  expect(ball.size).toBeLessThan(0.8 + 1e-5);
  expect(ball.size).toBeGreaterThan(0.79);
  expect(ball.weights.some((value) => value < 0)).toBe(true);
  expect(simplex.size).toBeCloseTo(1, 5);
  expect(Math.min(...simplex.weights)).toBeGreaterThanOrEqual(0);
  expect(simplex.gap).toBeLessThan(1e-4);
});

it("has a larger loss in a smaller ball", async () => {
  const [[small], [large]] = [await lionFamily({ steps: 60, radius: 0.4 }), await lionFamily({ steps: 60 })];
  expect(small.size).toBeLessThan(0.4 + 1e-5);
  expect(small.loss).toBeGreaterThan(large.loss + 0.01);
});

it("takes the norm of each array of a network, though the parameters are one vector", async () => {
  const first = await networkLosses({ steps: 1 });
  const { tree, vector } = await networkLosses({ steps: 60 });
  expect(vector).toBeCloseTo(tree, 4);
  expect(tree).toBeLessThan(0.6 * first.tree);
});

it("has Lion's steps as Euler steps", () => {
  const { gamma, epsilon, h, alpha } = equationOf(0.02);
  expect(1 - h * gamma).toBeCloseTo(0.99, 12);
  expect(1 - epsilon * gamma).toBeCloseTo(0.9, 12);
  expect(alpha).toBe(gamma);
});
