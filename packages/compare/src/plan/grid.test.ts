import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidates } from "./candidates.ts";
import { beyondOf, countsOf, firstOf, gridOf } from "./grid.ts";

const three = { settings: [{ a: 1 }, { a: 2 }, { a: 3 }] };

describe("gridOf", () => {
  it("gives every loss the same learning rates, whatever of its own it has to tune", () => {
    fc.assert(
      fc.property(fc.constantFrom(...candidates), fc.integer({ min: 1, max: 24 }), (candidate, n) => {
        const { rates, beyond } = gridOf(candidate, n);
        expect({ rates, beyond }).toEqual({ ...gridOf({ settings: [] }, n), settings: undefined });
        expect(new Set(rates).size).toBe(n);
      }),
    );
  });

  it("keeps learning rates inside the range, spread evenly on a logarithmic scale", () => {
    expect(gridOf({ settings: [] }, 4).rates).toEqual([0.00089, 0.0028, 0.0089, 0.028]);
    expect(gridOf({ settings: [] }, 1).rates).toEqual([0.005]);
    for (const rate of gridOf({ settings: [] }, 24).rates) {
      expect(rate).toBeGreaterThan(5e-4);
      expect(rate).toBeLessThan(5e-2);
    }
  });

  it("goes one equal part further beyond the ends, and never out of an optimizer's own range", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 24 }), (n) => {
        const { rates, beyond } = gridOf({ settings: [] }, n);
        const part = 100 ** (1 / n);
        // Rates have two digits.
        expect(beyond!.fastest / rates.at(-1)! / part).toBeCloseTo(1, 0.5);
        expect(rates[0] / beyond!.slowest / part).toBeCloseTo(1, 0.5);
      }),
    );
    expect(gridOf({ settings: [] }, 4).beyond).toEqual({ slowest: 0.00028, fastest: 0.089 });
    const own = gridOf({ settings: [], rates: [5e-3, 5e-1] }, 4);
    expect(own.rates).toEqual([0.0089, 0.028, 0.089, 0.28]);
    expect(own.beyond).toEqual({ slowest: 5e-3, fastest: 5e-1 });
  });

  it("has own settings on top, the most usual first, and no more of them than learning rates", () => {
    expect([1, 2, 3, 9].map((n) => gridOf(three, n).settings.map(({ a }) => a))).toEqual([
      [1],
      [1, 2],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(gridOf({ settings: [] }, 4).settings).toEqual([{}]);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s configurations", (n) => {
    expect(() => gridOf(three, n)).toThrow(`configurations: expected an integer >= 1, got ${n}`);
  });
});

it("every trial tries all learning rates with the most usual setting", () => {
  expect(firstOf(gridOf(three, 2))).toEqual([
    { learningRate: 0.0016, parameters: { a: 1 } },
    { learningRate: 0.016, parameters: { a: 1 } },
  ]);
});

it("the rate beyond an end is tried where that end is best, and there is no end of a single rate", () => {
  const grid = gridOf(three, 4);
  expect(grid.rates.map((rate) => beyondOf(grid, rate))).toEqual([0.00028, null, null, 0.089]);
  const single = gridOf(three, 1);
  expect(beyondOf(single, single.rates[0])).toBeNull();
});

it("counts what a trial tries", () => {
  expect(countsOf(gridOf(three, 4))).toEqual({ least: 6, most: 7 });
  expect(countsOf(gridOf({ settings: [] }, 4))).toEqual({ least: 4, most: 5 });
  expect(countsOf(gridOf(three, 1))).toEqual({ least: 1, most: 1 });
});
