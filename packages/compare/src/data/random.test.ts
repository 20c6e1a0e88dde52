import { describe, expect, it } from "vitest";
import { integer, random, shuffle } from "./random.ts";

const draw = (seed: number, n: number, use: "folds" | "innerSplit" = "folds") => {
  const rng = random(seed, use);
  return Array.from({ length: n }, () => rng());
};

describe("random", () => {
  it("gives the same numbers for the same seed, others for other seeds and other uses", () => {
    expect(draw(5, 20)).toEqual(draw(5, 20));
    const firsts = [0, 1, 2, 3, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER].map(
      (seed) => draw(seed, 1)[0],
    );
    expect(new Set(firsts).size).toBe(firsts.length);
    expect(draw(5, 3, "innerSplit")).not.toEqual(draw(5, 3));
  });

  it("is uniform: mean, variance, serial correlation and 64 cells", () => {
    const n = 100_000;
    for (const seed of [0, 1, 12345]) {
      const u = draw(seed, n);
      const mean = u.reduce((a, b) => a + b, 0) / n;
      const variance = u.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
      const serial = u.slice(1).reduce((a, b, i) => a + (b - 0.5) * (u[i]! - 0.5), 0) / n;
      // Five standard errors each.
      expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
      expect(Math.abs(serial)).toBeLessThan(5 / 12 / Math.sqrt(n));
      const cells = new Int32Array(64);
      for (const value of u) cells[Math.floor(value * 64)]!++;
      const chi2 = cells.reduce((a, count) => a + (count - n / 64) ** 2 / (n / 64), 0);
      expect(Math.abs(chi2 - 63)).toBeLessThan(5 * Math.sqrt(2 * 63));
    }
  });

  it("shuffles to every order about as often", () => {
    const rng = random(3, "folds");
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffle([0, 1, 2], rng).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000));
    expect(integer(() => 0.999999, 3)).toBe(2);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the seed %d", (seed) => {
    expect(() => random(seed, "folds")).toThrow(RangeError(`seed: expected an integer >= 0, got ${seed}`));
  });
});
