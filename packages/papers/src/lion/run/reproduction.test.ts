import { disposeTree, keyOf, leavesOf } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { differences } from "../../kit/statistics.ts";
import {
  expectEnclosed,
  bundledHost as host,
  madeUpImages,
  quickRun,
  testVerdicts,
} from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms } from "./arms.ts";
import { prepare } from "./data.ts";
import { kappaCases } from "./kappas.ts";
import { modelOf } from "./model.ts";
import type { NetworkSpec } from "./network.ts";
import { minimise, problemOf } from "./problem.ts";
import { ball, boxAndBall, groupBall, matrixGroups, simplex, singularBall, sizeOf } from "./prox.ts";
import type { QuadraticResult, QuadraticSpec } from "./quadratic.ts";
import { lattices, reproduction } from "./reproduction.ts";
import { regimes } from "./settings.ts";
import { type Evidence, judge } from "./verdict.ts";

const network: NetworkSpec = {
  part: "network",
  regime: "digits",
  purpose: "tuned",
  arm: "lion",
  configuration: { learningRate: 3e-3, weightDecay: 10 },
  seed: 7,
  judge: "test",
  start: 1,
  epochs: 2,
};
const quadratic = (kappa: string): QuadraticSpec => ({ part: "quadratic", kappa, seed: 77, fraction: 1 });

describe("the reproduction of lion", () => {
  it("runs at the quick scale: rows for kappas, optimizers, the panel, decays and large starts", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction, { seeds: 1 });
    // Every fourth of 25 kappas and of 9 in the panel, 7 optimizers, 4 decays, 3 large starts.
    const total = 7 + 3 + 7 + 4 + 3;
    expect(progress).toHaveLength(total);
    expect(rows.length).toBe(total);
    const having = (column: string) => rows.filter((row) => column in row);
    expect(having("exact part: kappa").length).toBe(7);
    expect([kappaCases.length, arms.length]).toEqual([25, 16]);
    // Phase 1 is exact from the first step on.
    for (const row of having("over (1 - e lambda)"))
      expect(Number(row["over (1 - e lambda)"])).toBeLessThan(1e-6);
    for (const row of having("H over its bound")) expect(Number(row["H over its bound"])).toBeLessThan(1e-9);
    const bytes = having("optimizer").map((r) => Math.round(Number(r["bytes of state a parameter"])));
    expect(bytes).toEqual([4, 4, 8, 8, 0, 4, 4]);
    for (const row of having("kappa"))
      if (!`${row.kappa}`.includes("Newton"))
        expect(Number(row["violation (worst)"]), String(row.kappa)).toBeLessThan(1e-5);
    expect(series.map(({ name }) => name)).toContain("guaranteed for Lion");
    expect(because).toMatch(/^\(i\) (holds|fails): .* \(ii\) .* \(iii\) /);
  });

  it("looks at what starts too large after every epoch", async () => {
    const result = await reproduction.trial({ ...network, start: 8, purpose: "large" }, host);
    if (result.part !== "network" || result.curve === null) throw new Error("expected a curve");
    const { violation, bound, largest } = result.curve;
    expect(violation.length).toBe(3);
    expect(largest[0]).toBeCloseTo((1 + violation[0]) / 10, 3);
    violation.forEach((v, i) => {
      expect(v).toBeLessThanOrEqual(bound[i] * 1.0001);
    });
  });

  it("normalises behind each of the full scale's six convolutions, by scales that start at 1", () => {
    const { params, state } = modelOf(regimes.images.layers, { inputs: 16, classes: 10 }).init(keyOf(1));
    const ones = leavesOf(params).flatMap((p) => [...p.dataSync()].filter((weight) => weight === 1));
    expect(ones).toHaveLength(3 * (8 + 16));
    disposeTree(state);
  });

  it("holds all of the full scale's residual network in the box, scales of normalisation included", async () => {
    const small = { count: 150, height: 8, width: 8 };
    const images = async () => madeUpImages(small, (row, place) => (row % 10) * 20 + (place % 40));
    const spec = { ...network, regime: "images", start: 8, purpose: "large" } as const;
    const result = await reproduction.trial(spec, { ...host, images });
    if (result.part !== "network" || result.curve === null) throw new Error("expected a curve");
    const { violation, bound, largest } = result.curve;
    // Scales of normalisation start at 1, here at 8.
    expect(largest[0]).toBeGreaterThanOrEqual(8);
    expect(largest[0]).toBeCloseTo((1 + violation[0]) / 10, 3);
    expect(violation[2]).toBeLessThan(violation[0]);
    violation.forEach((v, i) => {
      expect(v).toBeLessThanOrEqual(bound[i] * 1.0001);
    });
    expect(result.trainLoss).toBeGreaterThan(0);
  });

  it.each(["l1 (Lion)", "softplus", "groupMax (rows)"])(
    "%s: ends where the proximal method does",
    async (id) => {
      const r = (await reproduction.trial(quadratic(id), host)) as QuadraticResult;
      expect(r.startViolation).toBeGreaterThan(1);
      expect(r.endViolation).toBeLessThan(1e-6);
      expect(Math.abs(r.gap)).toBeLessThan(1e-3);
      expect(r.overBound).toBeLessThan(1e-9);
      if (r.rise !== null) expect(r.rise).toBeLessThan(1e-9);
    },
  );

  it("judges tuning by training rows, and keeps the test rows out of it", async () => {
    const of = (judge: "test" | "tune") => prepare({ regime: "digits", seed: 3, judge }, host);
    const [test, tune] = [await of("test"), await of("tune")];
    const sizes = [test.train, test.judged, tune.train, tune.judged].map(({ y }) => y.length);
    expect(sizes).toEqual([1200, 597, 900, 300]);
    expect([...tune.train.y, ...tune.judged.y]).toEqual([...test.train.y]);
  });

  it("has choices at no end of their lists but a weight decay of zero, with every neighbour tried and none better", () => {
    const searched = lattices("default");
    expect(searched).toHaveLength(arms.length);
    expectEnclosed(tuned, searched, { score: "accuracy" }, (_, value) => value === 0);
  });
});

describe("the other way to the minimum", () => {
  const y = [1.3, -0.4, 2.2, 0.1, -0.9, 0.6];
  const distance = (a: readonly number[], b: readonly number[]) => sizeOf(differences(a, b), 2);
  const { rows } = matrixGroups;
  const norms = (x: readonly number[]) => rows.split(x).map((g) => sizeOf(g, 2));

  it.each<[string, (y: number[]) => number[], (x: number[]) => boolean]>([
    ["a ball of the 1-norm", ball(1), (x) => sizeOf(x, 1) <= 1 + 1e-9],
    ["a ball of the 3-norm", ball(3), (x) => sizeOf(x, 3) <= 1 + 1e-9],
    ["a box", ball(Infinity), (x) => sizeOf(x, Infinity) <= 1],
    ["a box and a ball", boxAndBall(2), (x) => sizeOf(x, Infinity) <= 1 && sizeOf(x, 1) <= 2 + 1e-9],
    ["the simplex", simplex, (x) => Math.abs(x.reduce((a, b) => a + b) - 1) < 1e-9 && Math.min(...x) >= 0],
    ["groups", groupBall(rows, 1), (x) => norms(x).reduce((a, b) => a + b) <= 1 + 1e-9],
    ["singular values", singularBall(Infinity), (x) => sizeOf(x, 2) <= Math.SQRT2 + 1e-9],
  ])(
    "finds the nearest point of %s: inside, unmoved by another projection, nearer than others",
    (_, project, holds) => {
      const x = project([...y]);
      expect(holds(x)).toBe(true);
      expect(distance(project([...x]), x)).toBeLessThan(1e-7);
      for (let i = 1; i < 20; i++) {
        const other = project(y.map((v, j) => v + Math.sin(3 * i * j + i)));
        expect(distance(x, y)).toBeLessThanOrEqual(distance(other, y) + 1e-9);
      }
    },
  );

  it("solves the quadratic where nothing constrains it", () => {
    const problem = problemOf(5);
    const x = minimise(problem, (v) => [...v]);
    problem.A.forEach((row, i) => {
      expect(row.reduce((s, a, j) => s + a * x[j], 0)).toBeCloseTo(problem.b[i], 6);
    });
  });
});

describe("the verdict", () => {
  const evidence: Evidence = {
    kappas: 25,
    excess: 1e-9,
    gap: 1e-6,
    lionDistance: 1e-5,
    overBound: -1e-6,
    rise: -1e-7,
    overGuarantee: 1e-7,
    largeViolation: 3e-6,
    lion: { accuracy: 0.972, bytes: 4 },
    adamw: { accuracy: 0.978, bytes: 8 },
  };

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where mathematics, boxes and accuracy agree with the paper": [{}],
    "is partly reproduced where only the accuracy or the memory doesn't": [
      { lion: { accuracy: 0.967, bytes: 4 } },
      { lion: { accuracy: 0.98, bytes: 8 } },
    ],
    "is not reproduced where a bound or a minimum is missed, or a number is none": [
      { excess: 1e-5 },
      { gap: 0.01 },
      { lionDistance: 0.01 },
      { overBound: 1e-8 },
      { rise: 1e-6 },
      { overGuarantee: 1e-4 },
      { largeViolation: 1e-4 },
      { gap: Number.NaN },
    ],
  });

  it("tells accuracies and bytes", () => {
    expect(judge(evidence).because).toContain("(iii) holds: Lion 97.20 %, AdamW 97.80 %, with 4 and 8 bytes");
  });
});
