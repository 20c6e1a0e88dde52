import { describe, expect, it } from "vitest";
import { equalizationTable, equalizeHistogram } from "./index.ts";

describe("histogram equalisation", () => {
  it("gives a ramp back as a ramp", () => {
    const ramp = Float64Array.from({ length: 256 }, (_, i) => i / 255);
    equalizeHistogram(ramp).forEach((y, i) => {
      expect(y).toBeCloseTo(ramp[i], 12);
    });
  });

  it("makes brightnesses about equally frequent, and keeps their order", () => {
    const dark = Float64Array.from({ length: 1000 }, (_, i) => 0.3 * (i / 1000) ** 2);
    const y = equalizeHistogram(dark, { bins: 4096 });
    for (const share of [0.25, 0.5, 0.75]) expect(y[1000 * share]).toBeCloseTo(share, 1);
    for (let i = 1; i < 1000; i++) expect(y[i]).toBeGreaterThanOrEqual(y[i - 1]);
  });

  it("leaves a flat picture as it is, and one of one pixel", () => {
    expect([...equalizeHistogram([0.2, 0.2])]).toEqual([0.2, 0.2]);
    expect([...equalizeHistogram([0.7])]).toEqual([0.7]);
    expect(equalizationTable([0.2, 0.2])).toBe(null);
  });

  it.each<[unknown, object, string]>([
    [[0.2, 1.5], {}, "values: expected numbers in [0, 1], got 1.5"],
    [[Number.NaN], {}, "values: expected numbers in [0, 1], got NaN"],
    [[], {}, "values: expected at least one number, got an array of length 0"],
    [0.5, {}, "values: expected numbers in [0, 1], got 0.5"],
    [[0.5], { bins: 1 }, "bins: expected an integer >= 2, got 1"],
  ])("refuses %o with %o", (values, options, message) => {
    expect(() => equalizeHistogram(values as number[], options)).toThrow(message);
  });
});
