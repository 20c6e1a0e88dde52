import { describe, expect, it } from "vitest";
import { adversarialHConsistencyBound, compSumInverseTransform, hConsistencyBound } from "./index.ts";

describe("hConsistencyBound", () => {
  it("is the inverse transform of the regret, cut at 1", () => {
    const options = { tau: 1, classes: 10 };
    const { excessErrorBound, simpleBound } = hConsistencyBound({ ...options, surrogateRisk: 0.05 });
    expect(excessErrorBound).toBeCloseTo(0.31356, 5);
    expect(simpleBound).toBeCloseTo(Math.sqrt(0.1), 12);
    expect(hConsistencyBound({ ...options, surrogateRisk: 5 })).toEqual({
      excessErrorBound: 1,
      simpleBound: 1,
    });
    expect(hConsistencyBound({ tau: 2.5, classes: 10, surrogateRisk: 5 }).excessErrorBound).toBe(1);
  });

  it("gains from the best risk and loses to its gap", () => {
    const options = { tau: 0.5, classes: 3, surrogateRisk: 0.3 };
    const known = hConsistencyBound({
      ...options,
      bestInClassRisk: 0.25,
      surrogateGap: 0.03,
      zeroOneGap: 0.01,
    });
    expect(known.excessErrorBound).toBeCloseTo(
      compSumInverseTransform(0.08, { tau: 0.5, classes: 3 }) - 0.01,
      12,
    );
    expect(known.excessErrorBound).toBeLessThan(hConsistencyBound(options).excessErrorBound);
  });

  it("takes the best risk and its gap together only", () => {
    const options = { tau: 1, classes: 3, surrogateRisk: 0.3 };
    const before = { tau: 1, nClasses: 3, surrogateRisk: 0.3 } as never;
    expect(hConsistencyBound(before)).toEqual(hConsistencyBound(options));
    // @ts-expect-error the pair is required by the type as well
    expect(() => hConsistencyBound({ ...options, bestInClassRisk: 0.1 })).toThrow(
      "surrogateGap: expected a finite number >= 0, got undefined",
    );
    // @ts-expect-error the pair is required by the type as well
    expect(() => hConsistencyBound({ ...options, surrogateGap: 0.1 })).toThrow("bestInClassRisk");
  });

  it("refuses a risk below what is possible", () => {
    expect(() =>
      hConsistencyBound({ tau: 1, classes: 3, surrogateRisk: 0.1, bestInClassRisk: 0.3, surrogateGap: 0.1 }),
    ).toThrow(/^surrogateRisk: expected a number >= 0.19/);
    expect(() => hConsistencyBound({ tau: 1, classes: 3, surrogateRisk: -0.1 })).toThrow(RangeError);
  });
});

describe("adversarialHConsistencyBound", () => {
  it("divides the regret by Phi_tau(1)", () => {
    expect(adversarialHConsistencyBound({ tau: 1, surrogateRisk: 0.1 })).toBeCloseTo(0.144269504, 9);
    expect(adversarialHConsistencyBound({ tau: 0, surrogateRisk: 0.1, zeroOneGap: 0.02 })).toBeCloseTo(
      0.08,
      12,
    );
    expect(adversarialHConsistencyBound({ tau: 2, surrogateRisk: 0.9 })).toBe(1);
  });
});
