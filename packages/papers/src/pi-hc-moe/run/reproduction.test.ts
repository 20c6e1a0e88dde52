import { describe, expect, it } from "vitest";
import { quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import { arms, attempts } from "./arms.ts";
import { drawInstances, inputRows, profile, solutionOf } from "./data.ts";
import { reproduction } from "./reproduction.ts";
import { grid, test } from "./settings.ts";
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of pi-hc-moe", () => {
  it("runs at the quick scale: the truth's residual, a row an arm, gradients, times, fields, a verdict", async () => {
    const { rows, series, fields, because } = await quickRun(reproduction);
    const having = (column: string) => rows.filter((row) => column in row);
    expect(Object.keys(rows[0])).toContain("numerical solution");
    const [compatible, original] = having("numerical solution").map((row) =>
      Number(row["residual of the equation"]),
    );
    expect(compatible).toBeLessThan(original / 5);
    expect(having("arm").length).toBe(arms.length);
    for (const row of having("arm")) expect(Number(row["relative error"])).toBeGreaterThan(0);
    const off = Object.fromEntries(having("gradient").map(({ gradient, off }) => [gradient, Number(off)]));
    expect(off["by the adjoint"]).toBeLessThan(1e-9);
    expect(off["by central differences"]).toBeLessThan(1e-5);
    expect(off["with the minimum held constant"]).toBeGreaterThan(0.1);
    for (const row of having("points in all"))
      expect(Number(row["milliseconds of a solve"])).toBeGreaterThan(0);
    expect(series.length).toBe(arms.length);
    expect(fields?.length).toBe(7);
    for (const { values } of fields ?? []) expect([values.length, values[0].length]).toEqual([16, 24]);
    expect(because).toMatch(/^\(i\) holds.* \(ii\) .* \(iii\) /);
  }, 240_000);

  it("has arms of different names, and those of the rule", () => {
    const ids = [...arms, ...attempts].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("the instances", () => {
  it("start at 1 and end near u0, and are solved from there", () => {
    const [instance] = drawInstances(test.seed, 1);
    expect(profile(instance)(0)).toBe(1);
    expect(profile(instance)(1)).toBeCloseTo(instance.u0, 2);
    const u = solutionOf(instance);
    const nx = grid.places.length;
    expect(u.length).toBe(grid.times.length * nx);
    grid.places.forEach((x, i) => {
      expect(u[i]).toBeCloseTo(profile(instance)(x), 12);
    });
    // What flows in at the left end spreads: it only grows.
    const lastLine = u.slice(-nx);
    lastLine.forEach((value, i) => {
      expect(value).toBeLessThanOrEqual(1);
      if (i > nx / 2) expect(value).toBeGreaterThanOrEqual(u[i] - 1e-9);
    });
  });

  it("come to the network between -1 and 1, a row a point", () => {
    const rows = inputRows(drawInstances(1, 2));
    expect(rows.length).toBe(2 * grid.times.length * grid.places.length * 4);
    expect([...rows.slice(0, 2)]).toEqual([-1, -1]);
    for (const value of rows) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  });
});

describe("the verdict", () => {
  const errors = (mean: number) => ({ mean, deviation: 0.01 });
  const evidence: Evidence = {
    ways: 1e-12,
    differences: 1e-8,
    soft: errors(0.05),
    hard: errors(0.02),
    mixture: errors(0.01),
    mixtureMinusHard: { mean: -0.01, error: 0.005, n: 5 },
  };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all three hold": [{}],
    "is partly reproduced where the mixture is no better than one expert": [
      { mixtureMinusHard: { mean: 0.01, error: 0.005, n: 5 } },
      { mixtureMinusHard: { mean: -0.001, error: 0.005, n: 5 } },
    ],
    "is not reproduced where the hard constraint is no better than the soft one, or gradients are off": [
      { soft: errors(0.025) },
      { soft: { mean: 0.05, deviation: 0.04 } },
      { ways: 1e-6 },
      { differences: 1e-3 },
      { differences: Number.NaN },
    ],
  });

  it("tells the errors in percent", () => {
    expect(judge(evidence).because).toContain("relative L2 error 2.0 ± 1.0 % with the hard constraint");
  });
});
