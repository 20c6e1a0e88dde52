import { describe, expect, it } from "vitest";
import { makeBudget, samplesOf } from "./budget.ts";
import { lookAt } from "./looks.ts";

describe("a budget", () => {
  it("leaves less as time goes on, and less again for what is set aside", () => {
    let clock = 10_000;
    const budget = makeBudget(60_000, 0, () => clock);
    const left = budget.left();
    expect(left).toBeLessThan(50_000);
    expect(left).toBeGreaterThan(45_000);
    clock += 1000;
    expect(budget.left()).toBe(left - 1000);
    budget.setAside(5000);
    budget.setAside(3000);
    expect(budget.left()).toBe(left - 4000);
  });
});

describe("the numbers of rows that may be drawn", () => {
  it("are few, at least 200, and never nearly all", () => {
    expect(samplesOf(5000)).toEqual([200, 300, 500, 700, 1000, 1500, 2000, 3000]);
    expect(samplesOf(1030)).toEqual([200, 300, 500, 700]);
    expect(samplesOf(220)).toEqual([]);
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
