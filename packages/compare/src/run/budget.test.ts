import { describe, expect, it } from "vitest";
import { makeBudget, samplesOf } from "./budget.ts";
import { type Earlier, lookAt } from "./looks.ts";

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
    let earlier: Earlier | null = null;
    let spent = 0;
    for (const [trials, cut] of [
      [10, true],
      [20, true],
      [30, true],
      [40, false],
    ] as const) {
      const seen = { trials, sample: null, cut };
      const look = lookAt(earlier, seen, 0.05);
      spent += look.alpha;
      earlier = { ...seen, ...look };
    }
    expect(spent).toBeCloseTo(0.05, 12);
    expect(earlier!.left).toBe(0);
    expect(lookAt(null, { trials: 9, sample: null, cut: false }, 0.05)).toEqual({ alpha: 0.05, left: 0 });
  });

  it("spend nothing where the same trials are seen again, and something for new ones or other rows", () => {
    const seen = { trials: 10, sample: 200, cut: true };
    const first = lookAt(null, seen, 0.05);
    const earlier = { ...seen, ...first };
    expect(lookAt(earlier, seen, 0.05)).toEqual(first);
    for (const other of [{ trials: 11 }, { sample: 300 }])
      expect(lookAt(earlier, { ...seen, ...other }, 0.05)).toEqual({ alpha: 0.0125, left: 0.0125 });
  });

  it("keep the level of one that was complete", () => {
    const whole = { trials: null, sample: null, cut: false, alpha: 0.025, left: 0 };
    expect(lookAt(whole, { trials: 10, sample: null, cut: false }, 0.05)).toEqual({ alpha: 0.025, left: 0 });
    expect(lookAt(whole, { trials: 5, sample: null, cut: true }, 0.05)).toEqual({
      alpha: 0.0125,
      left: 0.0125,
    });
  });
});
