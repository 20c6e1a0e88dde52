import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidates } from "./candidates.ts";
import { gridOf } from "./grid.ts";

const three = { settings: [{ a: 1 }, { a: 2 }, { a: 3 }] };

describe("gridOf", () => {
  it("gives every candidate the same number of different configurations, whatever it has to tune", () => {
    fc.assert(
      fc.property(fc.constantFrom(...candidates), fc.integer({ min: 1, max: 24 }), (candidate, n) => {
        const grid = gridOf(candidate, n);
        expect(grid).toHaveLength(n);
        expect(new Set(grid.map((c) => JSON.stringify(c))).size).toBe(n);
      }),
    );
  });

  it("keeps learning rates inside the range, spread evenly on a logarithmic scale", () => {
    const rates = gridOf({ settings: [] }, 4).map((c) => c.learningRate);
    expect(rates).toEqual([0.00089, 0.0028, 0.0089, 0.028]);
    for (const { learningRate } of gridOf({ settings: [] }, 24)) {
      expect(learningRate).toBeGreaterThan(5e-4);
      expect(learningRate).toBeLessThan(5e-2);
    }
  });

  it("spends half of the configurations on settings of the loss, the most usual one first", () => {
    expect(gridOf(three, 4).map((c) => c.parameters.a)).toEqual([1, 1, 2, 2]);
    expect(gridOf(three, 6).map((c) => c.parameters.a)).toEqual([1, 1, 2, 2, 3, 3]);
    // With fewer than four there is room for one; what does not divide evenly goes to the first.
    expect(gridOf(three, 1).map((c) => c.parameters.a)).toEqual([1]);
    expect(gridOf(three, 3).map((c) => c.parameters.a)).toEqual([1, 1, 1]);
    expect(gridOf(three, 5).map((c) => c.parameters.a)).toEqual([1, 1, 1, 2, 2]);
  });

  it("gives a loss without own parameters only learning rates", () => {
    expect(gridOf({ settings: [] }, 2)).toEqual([
      { learningRate: 0.0016, parameters: {} },
      { learningRate: 0.016, parameters: {} },
    ]);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %s configurations", (n) => {
    expect(() => gridOf(three, n)).toThrow(`configurations: expected an integer >= 1, got ${n}`);
  });
});
