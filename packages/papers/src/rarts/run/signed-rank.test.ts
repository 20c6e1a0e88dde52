import { describe, expect, it } from "vitest";
import { signedRank } from "./signed-rank.ts";

describe("the signed-rank test", () => {
  it("is exact: all of five on one side have p = 2 / 32", () => {
    expect(signedRank([1, 2, 3, 4, 5])).toEqual({ below: 0, above: 5, p: 0.0625 });
    expect(signedRank([-1, -2, -3, -4, -5]).p).toBe(0.0625);
    // Sums of ranks as small as 1 + 2 or as large: 2 of { }, { 1 }, { 2 }, { 1, 2 } or { 3 } each way, of 32.
    expect(signedRank([-1, -2, 3, 4, 5]).p).toBeCloseTo(10 / 32, 12);
  });

  it("shares ranks of equal sizes and leaves zeros out", () => {
    expect(signedRank([0, 2, 2, 0, 2, -2])).toEqual({ below: 1, above: 3, p: 10 / 16 });
    expect(signedRank([0, 0])).toEqual({ below: 0, above: 0, p: 1 });
  });

  it("goes by order alone: one far difference counts as one that is just the largest", () => {
    expect(signedRank([-1, -2, -3, 4]).p).toBe(signedRank([-1, -2, -3, 4000]).p);
  });
});
