import { expect, it } from "vitest";
import { absoluteLosses, asOptimizers, experts, game } from "./online-regret.ts";

it.each(["resting", "moving"] as const)("no learner's regret exceeds its bounds: %s target", (kind) => {
  const { rows, noise } = game(kind, { rounds: 150, seeds: 3 });
  expect(rows.map(({ bound }) => bound !== null)).toEqual([true, true, true, false, false]);
  expect(rows.map(({ expectedBound }) => expectedBound !== null)).toEqual([false, false, true, true, false]);
  for (const { regret, bound, expected, expectedBound } of rows) {
    expect(regret).toBeLessThan(bound ?? Infinity);
    expect(expected).toBeLessThan(expectedBound ?? Infinity);
  }
  // Two coordinates, each 0.3 up or down: the same variance everywhere.
  expect(noise.exact).toBeCloseTo(0.18, 12);
  expect(noise.corners).toBeCloseTo(0.18, 12);
  expect(noise.estimated).toBeCloseTo(0.18, 2);
});

it("follows a moving target by optimism, and not by the mean of all gradients", () => {
  const { rows, rate } = game("moving", { rounds: 150, seeds: 3 });
  const dynamic = Object.fromEntries(rows.map((row) => [row.learner, row.dynamic]));
  const others = rows.filter(({ learner }) => learner !== "optimistic mirror descent");
  for (const row of others) expect(dynamic["optimistic mirror descent"]).toBeLessThan(row.dynamic);
  expect(dynamic["optimistic FTL"]).toBeGreaterThan(1.5 * dynamic["doubling ensemble"]);
  expect(rate.moving).toBeGreaterThan(rate.fixed);
});

it("gives the rate of a resting target by its noise and the one jump from nothing to it", () => {
  // From the corner (-1, 0) to a target with |a| + |b| = 0.8 in the direction 0.3.
  const [a, b] = [Math.cos(0.3), Math.sin(0.3)].map((v) => (0.8 * v) / (Math.cos(0.3) + Math.sin(0.3)));
  const { rate } = game("resting", { rounds: 100, seeds: 1 });
  expect(rate.fixed).toBeCloseTo(Math.sqrt(100 * 0.18) + Math.hypot(1 + a, b), 10);
  expect(rate.moving).toBeCloseTo(rate.fixed, 10);
});

it("stays within the bounds for absolute losses and for experts, which gain by a hint", () => {
  const { regret, bound } = absoluteLosses();
  expect(regret).toBeGreaterThan(0);
  expect(regret).toBeLessThan(bound / 2);
  const { optimistic, plain } = experts();
  for (const own of [optimistic, plain]) expect(own.regret).toBeLessThan(own.bound);
  expect(optimistic.regret).toBeLessThan(plain.regret - 10);
  expect(optimistic.bound).toBeLessThan(plain.bound / 10);
});

it("decides the same as an optimizer of arrays", () => {
  const { mirrorDescent, hedge } = asOptimizers();
  expect(mirrorDescent).toBeLessThan(1e-6);
  expect(hedge).toBeLessThan(1e-6);
});
