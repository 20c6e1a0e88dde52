import { describe, expect, it } from "vitest";
import { type Choices, chosen } from "../../kit/choices.ts";
import { expectEnclosed, bundledHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { comparedArms, gateArms, isBounded, judgedArms, widthArms } from "./arms.ts";
import { splitDigits } from "./data.ts";
import { lattices, reproduction } from "./reproduction.ts";
import { ridge, squaredError } from "./ridge.ts";
import { solvableMethods } from "./solvable.ts";
import { cellsOf, nameOf } from "./spaces.ts";
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of rarts", () => {
  it("runs at the quick scale: a table for each part, the ways on the solvable model, a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction, { seeds: 1 });
    const having = (column: string) => rows.filter((row) => column in row);
    expect(having("solvable model").length).toBe(solvableMethods.length);
    expect(having("cell search").length).toBe(judgedArms.length + 1);
    // One more is timed than searches.
    expect(having("cost of a step").length).toBe(comparedArms.length);
    expect(having("width search").length).toBe(widthArms.length);
    expect(having("feature gates").length).toBe(gateArms.length);
    for (const row of having("cost of a step")) expect(Number(row.milliseconds)).toBeGreaterThan(0);
    for (const row of having("cell search")) expect(Number(row["regret, points"])).toBeGreaterThanOrEqual(0);
    expect(series.length).toBe(solvableMethods.length + gateArms.length);
    for (const { x, y } of series) expect([...x, ...y].every(Number.isFinite)).toBe(true);
    expect(because).toMatch(/^\(i\) .* \(ii\) .* \(iii\) .* \(iv\) /);
  });

  it("ends on the solvable model where the closed form says, and its objective never rises", async () => {
    for (const method of solvableMethods.filter((m) => !("beta" in m && m.beta === 100))) {
      const result = await reproduction.trial({ part: "solvable", method, maxSteps: 1500 }, host);
      if (result.part !== "solvable") throw new Error("another result");
      expect(result.error).toBeLessThan(1e-10);
      expect(result.rise ?? 0).toBeLessThan(1e-12);
      expect(result.path[0]).toEqual([2, -2]);
    }
  });

  it("has halves, test rows and rows of tuning that share nothing", async () => {
    const [a, b] = [await splitDigits(host, 3), await splitDigits(host, 4)];
    const sizes = [a.train, a.val, a.both, a.test, a.tuning].map(({ y }) => y.length);
    expect(sizes).toEqual([300, 300, 600, 797, 400]);
    const rowsOf = ({ x, y }: typeof a.train): Set<string> =>
      new Set([...y].map((_, i) => x.slice(64 * i, 64 * i + 64).join()));
    const [train, val, test, tuning] = [a.train, a.val, a.test, a.tuning].map(rowsOf);
    for (const row of val) expect(train.has(row)).toBe(false);
    for (const row of [...train, ...val, ...tuning]) expect(test.has(row)).toBe(false);
    expect([...a.tuning.y]).toEqual([...b.tuning.y]);
    expect([...a.train.y]).not.toEqual([...b.train.y]);
  });

  it("has choices whose neighbours were all tried, where the solvable model has a minimum, and a table of all cells", () => {
    expectEnclosed(tuned, lattices(1), { score: "accuracy" });
    for (const arm of ["rarts", "rarts-jacobi", "width-rarts"])
      expect(isBounded(chosen(tuned.choices as unknown as Choices, arm, ["lambda", "beta"]))).toBe(true);
    expect(isBounded({ lambda: 1, beta: 0.1 })).toBe(false);
    const names = cellsOf("small").map((genotype) => nameOf("small", genotype));
    expect(Object.keys(tuned.choices)).toEqual(expect.arrayContaining(names));
  });

  it("retrains what it finds in the space of 4096 cells, which has no table", async () => {
    const shared = { space: "large", seed: 1, judge: "test", fraction: 1e-3 } as const;
    const configuration = { learningRate: 0.05, alphaRate: 0.01, lambda: 3, beta: 3 };
    expect(cellsOf("large")).toHaveLength(4096);
    for (const spec of [
      { part: "cell", arm: "rarts-jacobi", configuration, ...shared },
      { part: "random", ...shared },
    ] as const) {
      const result = await reproduction.trial(spec, host);
      if (result.part !== "cell" && result.part !== "random") throw new Error("another result");
      expect(result.cell?.split("/")).toHaveLength(6);
      expect(result.retrained).toBeGreaterThan(0);
    }
  });
});

describe("ridge regression", () => {
  it("is at the minimum of its penalised error", () => {
    const rows = {
      x: Float64Array.from({ length: 30 }, (_, i) => Math.sin(2.7 * i * i)),
      y: Float64Array.from({ length: 10 }, (_, i) => Math.cos(i)),
      columns: 3,
    };
    const gates = [1, 0.5, 2];
    const objective = (w: ArrayLike<number>): number =>
      squaredError(rows, gates, w) / 2 + 0.05 * Array.from(w).reduce((s, v) => s + v * v, 0);
    const w = ridge(rows, gates, 0.1);
    for (const j of [0, 1, 2])
      for (const h of [-1e-4, 1e-4]) {
        const moved = w.slice();
        moved[j] += h;
        expect(objective(moved)).toBeGreaterThan(objective(w));
      }
  });
});

describe("the verdict", () => {
  const near = { mean: 0, error: 0.01, n: 10 };
  const evidence: Evidence = {
    limitError: 1e-12,
    rise: 0,
    milliseconds: { first: 2, gaussSeidel: 4, jacobi: 2.4, second: 5 },
    found: ["Gauss-Seidel", "Jacobi"].map((order) => ({
      order,
      toFirst: { below: 6, above: 4, p: 0.5 },
      toSecond: { below: 4, above: 6, p: 0.5 },
      mean: 0.01,
      minusFirst: { ...near, mean: -0.01 },
      minusSecond: near,
    })),
    widths: [{ keep: 8, difference: near }],
  };
  const worse = { below: 2, above: 8, p: 0.1 };
  const [first, second] = evidence.found;

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all four parts hold": [{}],
    "is partly reproduced where one order finds cells, or cost or widths fail": [
      { found: [first, { ...second, toSecond: worse }] },
      { found: [first, { ...second, toFirst: worse }] },
      { milliseconds: { ...evidence.milliseconds, jacobi: 3 } },
      { widths: [{ keep: 8, difference: { ...near, mean: -0.02 } }] },
    ],
    "is not reproduced where no order finds cells, or the solvable model is missed": [
      { found: evidence.found.map((f) => ({ ...f, toFirst: worse })) },
      { limitError: 1e-9 },
      { limitError: Number.NaN },
      { rise: 1e-9 },
    ],
  });

  it("tells the cost of a step, and what the means of the first rule come to", () => {
    const far = { ...near, mean: 0.02 };
    const { verdict, because } = judge({
      ...evidence,
      found: evidence.found.map((f) => ({ ...f, minusFirst: far })),
    });
    expect(verdict).toBe("reproduced");
    expect(because).toContain("80 % (Gauss-Seidel) and 48 % (Jacobi)");
    expect(because).toMatch(/first rule \(.*\+2\.00 .*: not reproduced\.$/);
  });
});
