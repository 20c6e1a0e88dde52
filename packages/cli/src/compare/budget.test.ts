import { describe, expect, it } from "vitest";
import { makeBudget, repeatsThatFit, rowsThatFit } from "./budget.ts";
import { lookAt } from "./looks.ts";

describe("a budget", () => {
  it("leaves less as time goes on, and less again for what is set aside", () => {
    const budget = makeBudget(60_000, performance.now() - 10_000);
    const left = budget.left();
    expect(left).toBeLessThan(50_000);
    expect(left).toBeGreaterThan(40_000);
    budget.setAside(5000);
    expect(budget.left()).toBeLessThanOrEqual(left - 5000);
  });

  it("has room for whole repeats, and not for more than are wanted", () => {
    expect(repeatsThatFit(10_500, 3000, 5)).toBe(3);
    expect(repeatsThatFit(10_500, 3000, 2)).toBe(2);
    expect(repeatsThatFit(-1, 3000, 5)).toBe(0);
    expect(repeatsThatFit(10_500, 0, 5)).toBe(5);
  });

  it("takes as many rows as there is time for, but never so few that folds say nothing", () => {
    expect(rowsThatFit(1000, 900, 5000)).toBeNull();
    expect(rowsThatFit(1000, 4000, 5000)).toBe(1250);
    expect(rowsThatFit(1000, 400_000, 5000)).toBe(200);
    expect(rowsThatFit(-5, 4000, 150)).toBeNull();
  });
});

describe("looks at the same comparison", () => {
  it("spend alpha in all, however often a budget cuts", () => {
    let left = 0.05;
    let spent = 0;
    for (const cut of [true, true, true, false]) {
      const look = lookAt(left, cut);
      spent += look.alpha;
      left = look.left;
    }
    expect(spent).toBeCloseTo(0.05, 12);
    expect(left).toBe(0);
    expect(lookAt(0.05, false)).toEqual({ alpha: 0.05, left: 0 });
  });
});
