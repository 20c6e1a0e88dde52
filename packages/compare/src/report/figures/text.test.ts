import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimals, fixed, metricName, percent, pValue, signed } from "./text.ts";

describe("numbers in figures and report", () => {
  it("have a true minus sign, never a negative zero, and a dash where there is none", () => {
    expect([fixed(-0.0123), fixed(-0.0001), fixed(null), fixed(Number.NaN)]).toEqual([
      "−0.012",
      "0.000",
      "–",
      "–",
    ]);
    expect([signed(0.02), signed(-0.02), signed(0.0001), signed(0)]).toEqual([
      "+0.020",
      "−0.020",
      "0.000",
      "0.000",
    ]);
  });

  it("are a certainty only if they are one", () => {
    expect([percent(0), percent(0.004), percent(0.5), percent(0.996), percent(1)]).toEqual([
      "0 %",
      "<1 %",
      "50 %",
      ">99 %",
      "100 %",
    ]);
    expect([pValue(0.0004), pValue(0.0321)]).toEqual(["<0.001", "0.032"]);
  });

  it("show the region of practical equivalence with two digits, whatever its scale", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 9.9, noNaN: true }), (rope) => {
        const shown = Number(rope.toFixed(decimals(rope)));
        return Math.abs(shown - rope) <= 0.05 * rope + 1e-12;
      }),
    );
    expect([decimals(0.01), decimals(0.5), decimals(40), decimals(0)]).toEqual([3, 2, 0, 3]);
  });

  it("belong to metrics with the names of the catalogue; an unknown one keeps its identifier", () => {
    expect([metricName("balanced-accuracy"), metricName("r2"), metricName("profit")]).toEqual([
      "balanced accuracy",
      "R²",
      "profit",
    ]);
  });
});
