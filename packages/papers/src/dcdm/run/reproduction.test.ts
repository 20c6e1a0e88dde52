import { describe, expect, it } from "vitest";
import { expectEnclosed, bundledHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { classical, memories, nets } from "./arms.ts";
import { families, problemOf } from "./problems.ts";
import { reproduction } from "./reproduction.ts";
import { axes } from "./settings.ts";
import type { Spec } from "./trial.ts";
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of dcdm", () => {
  it("runs at the quick scale: rows for families, grids and networks, curves and fields", async () => {
    const { rows, series, fields = [], because, verdict, progress } = await quickRun(reproduction);
    expect(progress).toHaveLength(3);
    const having = (column: string) => rows.filter((row) => column in row);
    const solvers = classical.length + nets.length * memories.length;
    expect(having("family")).toHaveLength(families.length * solvers);
    // Steepest descent stays on the small grid; of the networks k = 2 goes to the larger one.
    expect(having("cells along a side")).toHaveLength(2 * (classical.length - 1 + nets.length));
    expect(having("network").map(({ network }) => network)).toEqual(nets.map(({ label }) => label));
    const iterations = (family: string, solver: string) =>
      Number(rows.find((row) => row.family === family && row.solver === solver)?.["to 1e-4"]);
    for (const family of families) {
      // Each better preconditioner takes fewer, on every right-hand side.
      const found = ["CG, multigrid", "CG, IC(0)", "deflated PCG", "CG", "steepest descent"].map((solver) =>
        iterations(family, solver),
      );
      expect(found, family).toEqual(found.toSorted((a, b) => a - b));
      expect(new Set(found).size, family).toBe(found.length);
      expect(found[0]).toBeLessThan(8);
      expect(iterations(family, "CG, Jacobi")).toBeLessThanOrEqual(found[3] + 2);
    }
    const residuals = series.filter(({ yLabel }) => yLabel.startsWith("relative residual"));
    expect(residuals.map(({ y }) => y[0])).toEqual(residuals.map(() => 1));
    expect(residuals).toHaveLength(classical.length + nets.length);
    expect(fields).toHaveLength(6);
    expect(fields[0].values.flat().filter((value) => value === null).length).toBeGreaterThan(10);
    // After eight steps the loss has fallen, but the network solves nothing.
    const losses = series.filter(({ yLabel }) => yLabel === "loss of the epoch");
    expect(losses.map(({ name }) => name)).toEqual(nets.map(({ label }) => label));
    for (const { name, y } of losses) expect(y[1], name).toBeLessThan(y[0]);
    for (const row of having("family"))
      expect(row["not converged"], `${row.family}, ${row.solver}`).toBe(
        `${row.solver}`.startsWith("DCDM") ? 1 : 0,
      );
    expect(verdict).toBe("not reproduced");
    expect(because).toMatch(/^By the clock it is .* \(i\) fails: .* \(ii\) .* \(iii\) /);
  });

  it("has choices all of whose neighbours were tried, between the ends but for the decay, which is there or not", () => {
    const searched = nets.map(({ id }) => ({ choice: id, label: { network: id }, axes }));
    expectEnclosed(tuned, searched, { score: "iterations", best: "least" }, (name) => name === "decay");
  });

  it("counts every solve as not converged where training diverges", async () => {
    const spec: Spec = {
      part: "network",
      net: "paper",
      seed: 1,
      size: 16,
      sizes: [24],
      channels: 2,
      shown: true,
      examples: 40,
      batch: 10,
      epochs: 2,
      solves: 2,
      most: 12,
      memories: [2],
      configuration: { learningRate: 1e30, decay: 0 },
    };
    const result = await reproduction.trial(spec, host);
    const solved = {
      iterations: [
        [12, 12],
        [12, 12],
      ],
      failed: 2,
      milliseconds: [],
    };
    expect(result).toMatchObject({
      families: families.map((family) => ({ family, memory: 2, solved })),
      sizes: [16, 24].map((size) => ({ size, solved })),
      shown: [],
    });
  });

  it.each(families)("has right-hand sides of norm 1 that differ, outside of solid cells: %s", (family) => {
    const { A, rightHandSides } = problemOf(family, 16, 3, 2);
    for (const b of rightHandSides) {
      expect(b.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 10);
      expect(b.every((value, cell) => A.fluid[cell] === 1 || value === 0)).toBe(true);
    }
    expect(rightHandSides[0]).not.toEqual(rightHandSides[1]);
    expect(problemOf(family, 16, 3, 2).rightHandSides).toEqual(rightHandSides);
    expect(problemOf(family, 16, 4, 2).rightHandSides).not.toEqual(rightHandSides);
  });
});

describe("the verdict", () => {
  const family = { family: "plume", dcdm: 9, cg: 60, deflated: 45, ic: 21 };
  const evidence: Evidence = {
    families: [family, { ...family, family: "smooth", dcdm: 11 }],
    kept: 10,
    none: 12,
    trained: { dcdm: 10, cg: 60 },
    larger: { size: 64, dcdm: 14, cg: 118 },
    milliseconds: { dcdm: 12, cg: 0.6, ic: 0.9, multigrid: 0.5 },
  };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where iterations are fewer on every family, and about as many on the larger grid": [{}],
    "is partly reproduced where they grow with the grid": [{ larger: { size: 64, dcdm: 16, cg: 118 } }],
    "is not reproduced where a family needs more than another solver, k = 2 more than k = 0, or a number is none":
      [
        { families: [family, { ...family, dcdm: 21 }] },
        { families: [family, { ...family, deflated: 8 }] },
        { families: [{ ...family, dcdm: Number.NaN }] },
        { families: [] },
        { kept: 13 },
      ],
  });

  it("says what the clock says first", () => {
    expect(judge(evidence).because).toMatch(
      /^By the clock it is slower: 12 ms a solve, CG 0\.60 ms, IC\(0\) 0\.90 ms, multigrid 0\.50 ms\./,
    );
    const slow = { ...evidence.milliseconds, dcdm: 187.4 };
    expect(judge({ ...evidence, milliseconds: slow }).because).toMatch(
      /^By the clock it is slower: 187 ms a solve/,
    );
  });
});
