import { random } from "@jax-js/jax";
import { anyLoss, fit, linear, minibatches, objectiveOf, sgd, supervised } from "minimand";
import { disposeTree, leavesOf } from "minimand/engine";
import { describe, expect, it } from "vitest";
import { taken } from "../kit/rows.ts";
import { bundledHost as host, quickRun, testVerdicts } from "../kit/test-host.fixture.ts";
import { fullBatches } from "../kit/train-network.ts";
import { families } from "./arms.ts";
import { trainColumns } from "./columns.ts";
import { problemOf, replicasOf } from "./data.ts";
import { reproduction, specsOf } from "./reproduction.ts";
import { materials, protocol, scores } from "./settings.ts";
import type { Spec } from "./trial.ts";
import { judge, type Means, meansOf, tally } from "./verdict.ts";

const glass = materials.filter(({ id }) => id === "glass")[0];

describe("the reproduction of AnyLoss", () => {
  it("runs at its quick scale and reports every data set in every score", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction);
    expect(progress).toHaveLength(8);
    expect(rows).toHaveLength(3 * scores.length);
    for (const row of rows.slice(0, 2 * scores.length))
      for (const method of ["AnyLoss", "BCE", "SMOTE", "BCE + threshold"])
        expect(row[method], `${row.dataset} ${row.score} ${method}`).toBeGreaterThan(0.3);
    expect(rows.at(-1)?.BCE).toMatch(/^\d\/\d\/\d \([+-]\d\.\d{3}\)$/);
    expect(series.map(({ name }) => name)).toEqual(scores.map(({ id }) => id));
    expect(because).toMatch(/on 2 problems/);
  });

  it("trains each column as if it were alone", async () => {
    const dataset = await host.dataset("glass");
    const problem = problemOf(dataset, glass);
    const replicas = replicasOf(dataset, problem.y, { seeds: [7], count: 2 });
    const rows = problem.y.length;
    const weights = new Float32Array(families.anyloss.length * 2 * rows);
    families.anyloss.forEach((_, j) => {
      replicas.forEach(({ train }, r) => {
        for (const row of train) weights[(2 * j + r) * rows + row] = 1;
      });
    });
    const together = await trainColumns(problem, "anyloss", weights, { steps: 25 });

    const arm = scores.findIndex(({ id }) => id === "G-mean");
    const { train } = replicas[1];
    const own = { x: taken(problem.x, problem.inputs, train), shape: [problem.inputs], classes: 2 };
    const y = Int32Array.from(train, (row) => problem.y[row]);
    const model = linear({ inputs: problem.inputs, outputs: 1 });
    const step = supervised({
      model,
      objective: objectiveOf(model, (z, labels, { key, weights: ones }) => {
        disposeTree([key, ones]);
        return anyLoss(z.reshape([-1]), labels, { metric: "gmean", fromLogits: true });
      }),
      optimizer: sgd(protocol.learningRate),
    });
    const batches = minibatches({ ...own, y }, { size: train.length, seed: 0 });
    const state = await fit({ step, state: step.init(random.key(0)), batches: fullBatches(batches, 25) });
    const [alone] = leavesOf(step.params(state)).filter((leaf) => leaf.ndim === 2);
    const column = 2 * arm + 1;
    const weightOf = (f: number) => together.weights[f * together.columns + column];
    (alone.ref.js() as number[][]).slice(0, problem.inputs).forEach(([w], f) => {
      expect(weightOf(f)).toBeCloseTo(w, 4);
    });
    expect(Math.abs(weightOf(0))).toBeGreaterThan(0.01);
  });

  it("splits stratified: test, inner and validation rows apart, both classes everywhere", async () => {
    const dataset = await host.dataset("glass");
    const { y } = problemOf(dataset, glass);
    expect(y.filter(Boolean)).toHaveLength(29);
    for (const replica of replicasOf(dataset, y, { seeds: [1, 2], count: 5 })) {
      const { train, test, inner, validation, undersampled } = replica;
      expect([...train, ...test].sort((a, b) => a - b)).toEqual([...y.keys()]);
      expect([...inner, ...validation].sort((a, b) => a - b)).toEqual([...train]);
      for (const rows of [train, test, inner, validation]) {
        const positives = rows.filter((row) => y[row] === 1).length;
        expect(Math.abs(positives - (29 / 214) * rows.length)).toBeLessThan(1.5);
      }
      expect(undersampled.every((row) => train.includes(row))).toBe(true);
      expect(undersampled.filter((row) => y[row] === 1).length * 2).toBe(undersampled.length);
    }
  });

  it("refuses a data set that it does not know", async () => {
    const spec: Spec = { dataset: "iris", family: "smote", seeds: [3], count: 1, steps: 20 };
    const expected = /dataset: expected one of satellite, churn, .* got iris/;
    await expect(reproduction.trial(spec, host)).rejects.toThrow(expected);
  });

  it("asks for at least five seeds and the published number of steps at its default scale", () => {
    for (const scale of ["default", "full"] as const) {
      const specs = specsOf({ scale, seeds: null });
      expect(specs).toHaveLength(8 * 4);
      for (const { seeds, steps } of specs) {
        expect(new Set(seeds).size).toBe(5);
        expect(steps).toBe(1000);
      }
    }
    expect(specsOf({ scale: "default", seeds: 7 })[0].seeds).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("the verdict", () => {
  /** Eight problems on which AnyLoss is ahead of BCE by the given difference in a score, once for each problem. */
  const made = (differences: { [score: string]: number[] }): Means =>
    materials.flatMap(({ id: dataset }, i) =>
      scores.map(({ id }) => ({
        dataset,
        positiveRate: 0.1,
        score: id,
        of: { AnyLoss: 0.5 + (differences[id]?.[i] ?? 0), BCE: 0.5 },
      })),
    );
  const ahead = (wins: number) => Array.from({ length: 8 }, (_, i) => (i < wins ? 0.1 : -0.1));

  const verdictOf = ([g, f2, f1]: number[]) =>
    judge(made({ "G-mean": ahead(g), F2: ahead(f2), F1: ahead(f1) })).verdict;
  testVerdicts(verdictOf, {
    "is reproduced where three quarters are won in G-mean and F2, and F1 gains": [[6, 6, 5]],
    "is partly reproduced where they are won in one of them, or F1 does not gain": [
      [6, 6, 4],
      [6, 5, 8],
      [5, 6, 8],
    ],
    "is not reproduced where they are won in neither": [[5, 5, 8]],
  });

  it("counts small differences as ties and a diverged rival as beaten, outside of the mean", () => {
    const means = made({ F1: [0.2, 0.0005, -0.0005, -0.2, 0.1, 0, 0, 0] });
    const counts = { wins: 2, ties: 5, losses: 1 };
    expect(tally(means, "F1", "BCE")).toEqual({ ...counts, gain: expect.closeTo(0.1 / 8, 9) });
    const diverged = means.map((entry) => ({ ...entry, of: { ...entry.of, BCE: null } }));
    expect(tally(diverged, "F1", "BCE")).toEqual({ wins: 8, ties: 0, losses: 0, gain: 0 });
  });

  it("averages replicas, and says nothing of a method that diverged in one", () => {
    const methods = [{ method: "AnyLoss", values: { F1: [0.2, 0.4], F2: [0.5, null] } }];
    const means = meansOf([{ dataset: "glass", positiveRate: 0.1, methods }]);
    expect(means).toHaveLength(scores.length);
    expect(means.find(({ score }) => score === "F1")?.of.AnyLoss).toBeCloseTo(0.3, 9);
    expect(means.find(({ score }) => score === "F2")?.of.AnyLoss).toBeNull();
  });
});
