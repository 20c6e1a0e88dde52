import { expect, it } from "vitest";
import { perturbations, playBandits } from "./bandit-scores.ts";

it("recognises cultivars from answers to its own guesses", async () => {
  const rows = Object.fromEntries((await playBandits()).map((row) => [row.rule, row]));
  // A third of the guesses would be right by chance.
  for (const rule of ["LinUCB", "diagonal UCB", "FastCB"]) {
    expect(rows[rule].last).toBeGreaterThan(0.95);
    expect(rows[rule].all).toBeGreaterThan(0.9);
    expect(rows[rule].last).toBeGreaterThan(rows[rule].all);
  }
  // Its gamma is set for the worst case, where some arm's cost is far from 0, so that it goes on exploring.
  expect(rows.SquareCB.last).toBeGreaterThan(0.55);
  expect(rows.SquareCB.last).toBeLessThan(rows.FastCB.last);
});

it("has the expected losses and slopes over all vectors of signs", () => {
  const { square, slopes, kl, klPlain } = perturbations();
  expect(square.all).toBeCloseTo(square.expected, 12);
  expect(slopes).toBeLessThan(1e-12);
  expect(Math.abs(square.few - square.expected)).toBeGreaterThan(0.01);
  expect(kl.all).toBeLessThan(kl.bound);
  expect(kl.all).toBeGreaterThan(klPlain);
});
