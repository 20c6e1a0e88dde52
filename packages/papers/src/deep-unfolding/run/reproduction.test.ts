import { lipschitzConstant } from "@minimand/lab/solvers";
import { describe, expect, it } from "vitest";
import { bundledHost, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import { armsOf } from "./arms.ts";
import { draw, matrixOf, testOf } from "./data.ts";
import { reproduction } from "./reproduction.ts";
import { problems, scales, shifts, trained } from "./settings.ts";
import { type Evidence, judge } from "./verdict.ts";

describe("the reproduction of deep unfolding", () => {
  it("runs at its quick scale and reports rows, curves on logarithmic axes and a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction);
    for (const { id } of problems) {
      const own = rows.filter(({ problem }) => problem === id);
      expect(own.length).toBeGreaterThan(4);
      for (const row of own) expect(Number.isFinite(row.MSE) && Number.isFinite(row.objective)).toBe(true);
      const converged = own.find(({ method }) => /converged$/.test(String(method)));
      expect(converged?.["objective above converged"]).toBe(0);
    }
    expect(rows.filter((row) => "test conditions" in row)).toHaveLength(
      (2 + armsOf(problems[2], "quick").length) * (shifts.length + 1),
    );
    expect(series.every(({ yScale }) => yScale === "log")).toBe(true);
    for (const { y, name } of series)
      expect(
        y.every((v) => v > 0),
        name,
      ).toBe(true);
    const errors = series.filter(({ yLabel }) => yLabel.startsWith("mean squared error"));
    expect(errors.every(({ x }) => x.join() === "0,1,2,3")).toBe(true);
    expect(because).toMatch(/^\(A\) (holds|fails): .* \(B\) .* \(C\) .* \(D\) .*\.$/);
  });

  it("trains matrices and gated thresholds at the full scale only", () => {
    const ids = (scale: "default" | "full") =>
      problems.flatMap((problem) => armsOf(problem, scale).map(({ id }) => id));
    expect(ids("full").filter((id) => !ids("default").includes(id))).toEqual([
      "supervised LISTA",
      "supervised, free thresholds through a gate",
    ]);
  });
});

describe("the full scale", () => {
  it("recovers signals of five times the entries, in few layers trained with few batches", async () => {
    const sizes = { ...scales.full.sizes, layers: 3, batches: 4, test: 20 };
    const [problem, arm] = [problems[0].id, "unsupervised"];
    const result = await reproduction.trial({ part: "arm", problem, arm, seed: 3, sizes }, bundledHost);
    if (result.part !== "arm") throw new Error("expected a trained network");
    expect(matrixOf(3, sizes).shape).toEqual([250, 500]);
    const [before, , , behind] = result.test.objective;
    // Five times the entries, five times the objective of a zero solution: half the squared measurements, mostly of signals.
    expect(before).toBeGreaterThan(20);
    expect(behind).toBeLessThan(before / 2);
  });
});

describe("the signals", () => {
  const { sizes } = scales.default;
  const { entries, measurements } = sizes;
  const A = matrixOf(3, sizes);

  it("are as dense, and noise and entries as large, as the conditions say", () => {
    const conditions = { probability: 0.2, noiseVariance: 0.25, amplitude: 2 };
    const { y, signals, rows } = draw(A, 2000, conditions, 1);
    const kept = signals.filter((v) => v !== 0);
    expect(kept.length / signals.length).toBeCloseTo(0.2, 2);
    expect(kept.reduce((sum, v) => sum + v * v, 0) / kept.length / 4).toBeCloseTo(1, 1);
    let noise = 0;
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < measurements; i++) {
        let product = 0;
        for (let j = 0; j < entries; j++) product += A.data[i * entries + j] * signals[row * entries + j];
        noise += (y[row * measurements + i] - product) ** 2;
      }
    expect(noise / (rows * measurements)).toBeCloseTo(0.25, 2);
  });

  it("of a seed are the same again, and other ones for another seed, matrix included", () => {
    expect(testOf(A, 3, 5, trained)).toEqual(testOf(A, 3, 5, trained));
    expect(testOf(A, 3, 5, trained)).not.toEqual(testOf(A, 4, 5, trained));
    expect(matrixOf(3, sizes)).toEqual(A);
    expect(matrixOf(4, sizes)).not.toEqual(A);
    // (1 + sqrt(entries / measurements))^2 for large matrices.
    expect(lipschitzConstant(A)).toBeGreaterThan(4.5);
    expect(lipschitzConstant(A)).toBeLessThan(6.5);
  });
});

describe("the verdict", () => {
  const scores = (mse: number, objective: number) => [
    { mse: 0.9 * mse, objective },
    { mse: 1.1 * mse, objective },
  ];
  const short = {
    name: "short",
    supervised: scores(0.01, 1.2),
    unsupervised: scores(0.012, 1.005),
    fista: scores(0.02, 1.1),
    converged: scores(0.011, 1),
  };
  const long = { ...short, name: "long" };
  const hard = {
    supervised: scores(0.01, 0.6),
    unsupervised: scores(0.011, 0.62),
    converged: scores(0.02, 0.9),
  };
  const favours = (unsupervised: boolean) => ({
    supervised: scores(0.02, 1),
    unsupervised: scores(unsupervised ? 0.01 : 0.03, 1),
  });
  const shiftsOf = (favouring: number) =>
    Array.from({ length: 5 }, (_, i) => ({ name: `shift ${i}`, ...favours(i < favouring) }));
  const evidence: Evidence = { convex: [short, long], hard, shifts: shiftsOf(3) };
  const worse = { ...short, supervised: scores(0.013, 1.2) };
  const local = { ...hard, unsupervised: scores(0.011, 0.95) };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all four hold; only the first problem is asked which training recovers better": [
      {},
      { shifts: shiftsOf(5) },
      { convex: [short, worse] },
    ],
    "is partly reproduced where robustness fails, or one of B and C": [
      { shifts: shiftsOf(2) },
      { hard: local },
      { hard: { ...hard, supervised: scores(0.021, 0.6) } },
      { convex: [worse, long] },
      { convex: [{ ...short, supervised: scores(0.01, 1.004) }, long] },
    ],
    "is not reproduced where unsupervised training misses the minimum, or both B and C fail": [
      { convex: [short, { ...long, unsupervised: scores(0.012, 1.02) }] },
      { convex: [{ ...short, fista: scores(0.02, 1.004) }, long] },
      { convex: [worse, long], hard: local },
    ],
  });

  it("tells gaps, scores and the conditions that favour training without signals", () => {
    const { because } = judge(evidence);
    expect(because).toContain("ends 0.50 % above converged ISTA, FISTA 10.00 % (short)");
    expect(because).toContain("supervised 0.0100 and 1.2000, unsupervised 0.0120 and 1.0050");
    expect(because).toContain("under 3 of 5 other conditions (shift 0, shift 1, shift 2).");
  });
});
