import { random } from "@jax-js/jax";
import { anyLoss, fit, minibatches, objectiveOf, sgd, supervised } from "minimand";
import { disposeTree, leavesOf } from "minimand/engine";
import { linear } from "minimand/models";
import { describe, expect, it } from "vitest";
import { taken } from "../../kit/rows.ts";
import { deviation } from "../../kit/statistics.ts";
import { bundledHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import { fullBatches } from "../../kit/train-network.ts";
import { families, tunable } from "./arms.ts";
import { trainColumns } from "./columns.ts";
import { problemOf, replicasOf } from "./data.ts";
import { reproduction, specsOf } from "./reproduction.ts";
import { materials, protocols, scores } from "./settings.ts";
import type { Spec } from "./trial.ts";
import { compare, judge, meanScore, type Outcome, outcomesOf, tally } from "./verdict.ts";

const glass = materials.filter(({ id }) => id === "glass")[0];

describe("the reproduction of AnyLoss", () => {
  it("runs at its quick scale and reports every data set in every score", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction);
    expect(progress).toHaveLength(10);
    expect(rows).toHaveLength(3 * scores.length + 2 * 2 * 2);
    for (const row of rows.slice(0, 2 * scores.length))
      for (const method of ["AnyLoss", "BCE", "SMOTE", "tuned BCE"])
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
    const together = await trainColumns(problem, "anyloss", weights, { model: "line", steps: 25 });

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
      optimizer: sgd(protocols.line.learningRate),
    });
    const batches = minibatches({ ...own, y }, { size: train.length, seed: 0 });
    const state = await fit({ step, state: step.init(random.key(0)), batches: fullBatches(batches, 25) });
    const [alone] = leavesOf(step.params(state)).filter((leaf) => leaf.ndim === 2);
    const column = 2 * arm + 1;
    const rowsOf = alone.ref.js() as number[][];
    const [bias] = leavesOf(step.params(state)).filter((leaf) => leaf.ndim === 1);
    const [shift] = bias.ref.js() as number[];
    const z = together(column, problem);
    const spread = z.map((value, row) => {
      const own = rowsOf
        .slice(0, problem.inputs)
        .reduce((sum, [w], f) => sum + w * problem.x[row * problem.inputs + f], shift);
      expect(value).toBeCloseTo(own, 3);
      return Math.abs(value);
    });
    expect(Math.max(...spread)).toBeGreaterThan(0.1);
  });

  it("trains each network of the full scale as if it were alone, and more than a line comes of it", async () => {
    // Positive where both inputs have the same sign.
    const rows = 80;
    const x = Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(7.7 * i + (i % 2) * 3));
    const y = Int32Array.from({ length: rows }, (_, row) => Number(x[2 * row] * x[2 * row + 1] > 0));
    const problem = { x, inputs: 2, y };
    const arms = families.baselines.length;
    const half = Float32Array.from({ length: 2 * rows * arms }, (_, i) =>
      Number(i % (2 * rows) < rows || i % 2 === 0),
    );
    const all = half.map(() => 1);
    const options = { model: "network", steps: 300 } as const;
    const [one, other] = [
      await trainColumns(problem, "baselines", all, options),
      await trainColumns(problem, "baselines", half, options),
    ];
    const accuracy = one(0, problem).filter((z, row) => Number(z > 0) === y[row]).length / rows;
    expect(accuracy).toBeGreaterThan(0.85);
    expect(one(0, problem)).not.toEqual(one(1, problem));
    // The second replica of an arm has fewer rows there; the first one is unchanged.
    one(0, problem).forEach((z, row) => {
      expect(other(0, problem)[row]).toBeCloseTo(z, 4);
    });
    expect(Math.abs(other(1, problem)[0] - one(1, problem)[0])).toBeGreaterThan(0.01);
  });

  it("splits stratified: test and training rows apart, the latter in five parts, both classes everywhere", async () => {
    const dataset = await host.dataset("glass");
    const { y } = problemOf(dataset, glass);
    expect(y.filter(Boolean)).toHaveLength(29);
    for (const { train, test, parts, undersampled } of replicasOf(dataset, y, { seeds: [1, 2], count: 5 })) {
      const sorted = (...rows: Int32Array[]) => rows.flatMap((some) => [...some]).sort((a, b) => a - b);
      expect(sorted(train, test)).toEqual([...y.keys()]);
      expect(sorted(...parts)).toEqual([...train]);
      for (const rows of [train, test, ...parts]) {
        const positives = rows.filter((row) => y[row] === 1).length;
        expect(Math.abs(positives - (29 / 214) * rows.length)).toBeLessThan(1.5);
      }
      expect(undersampled.every((row) => train.includes(row))).toBe(true);
      expect(undersampled.filter((row) => y[row] === 1).length * 2).toBe(undersampled.length);
    }
  });

  it("lets the tuned rival choose on rows that its models have not seen", async () => {
    const dataset = await host.dataset("glass");
    const { y } = problemOf(dataset, glass);
    const [replica] = replicasOf(dataset, y, { seeds: [1], count: 1 });
    for (const { from } of tunable)
      replica.parts.forEach((part, i) => {
        const { method, rows } = families.crossEntropies[from + i];
        expect(method).toBeNull();
        const seen = new Set(rows(replica));
        expect(part.some((row) => seen.has(row)) || replica.test.some((row) => seen.has(row))).toBe(false);
        expect(seen.size + part.length).toBe(replica.train.length);
      });
    const spec: Spec = {
      dataset: "glass",
      family: "crossEntropies",
      seeds: [1],
      count: 2,
      model: "line",
      steps: 100,
    };
    const { methods } = await reproduction.trial(spec, host);
    expect(methods.map(({ method }) => method)).toEqual(["BCE", "weighted BCE", "tuned BCE"]);
    // Where 9 in 10 are negative, a threshold for F2 finds more of the others than 0 does.
    const f2 = methods.map(({ values }) => values.F2.reduce((a, b) => a! + b!, 0)!);
    expect(f2[2]).toBeGreaterThan(f2[0]);
  });

  it("refuses a data set that it does not know", async () => {
    const spec: Spec = { dataset: "iris", family: "smote", seeds: [3], count: 1, model: "line", steps: 20 };
    const expected = /dataset: expected one of satellite, churn, .* got iris/;
    await expect(reproduction.trial(spec, host)).rejects.toThrow(expected);
  });

  it("runs all folds of five seeds, the published number of steps at its default scale, networks at the full one", () => {
    for (const [scale, model] of [
      ["default", "line"],
      ["full", "network"],
    ] as const) {
      const specs = specsOf({ scale, seeds: null });
      expect(specs).toHaveLength(8 * 5);
      for (const spec of specs) {
        expect(new Set(spec.seeds).size).toBe(5);
        expect(spec).toMatchObject({ model, count: 5, steps: model === "line" ? 1000 : 500 });
      }
    }
    expect(specsOf({ scale: "default", seeds: 7 })[0].seeds).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("the verdict", () => {
  /** Ten replicas of eight problems, on which AnyLoss is ahead of both rivals by a difference with some spread. */
  const made = (differences: { [score: string]: { [rival: string]: number[] } }): Outcome[] =>
    materials.flatMap(({ id: dataset }, i) =>
      scores.map(({ id }) => ({
        dataset,
        positiveRate: 0.1,
        score: id,
        of: Object.fromEntries(
          ["AnyLoss", "BCE", "tuned BCE"].map((method) => [
            method,
            Array.from({ length: 10 }, (_, r) =>
              method === "AnyLoss" ? 0.5 : 0.5 - (differences[id]?.[method]?.[i] ?? 0) + 0.01 * Math.sin(r),
            ),
          ]),
        ),
      })),
    );
  /** Clearly better on some, clearly worse on others, of eight. */
  const ahead = (better: number, worse = 0) =>
    Array.from({ length: 8 }, (_, i) => (i < better ? 0.1 : i < better + worse ? -0.1 : 0));
  const both = (bce: number[], tuned: number[]) => ({
    "G-mean": { BCE: bce, "tuned BCE": tuned },
    F2: { BCE: bce, "tuned BCE": tuned },
  });
  const verdictOf = (differences: Parameters<typeof made>[0]) => judge(made(differences)).verdict;

  testVerdicts(verdictOf, {
    "is reproduced where half of the problems are won against BCE, and two against the tuned one": [
      both(ahead(4, 1), ahead(2, 1)),
    ],
    "is partly reproduced where it is won against one of them alone": [
      both(ahead(4, 1), ahead(1)),
      both(ahead(4, 1), ahead(2, 2)),
      both(ahead(4, 2), ahead(2)),
      both(ahead(3), ahead(3)),
      { ...both(ahead(4), ahead(2)), F2: { BCE: ahead(4), "tuned BCE": ahead(1) } },
    ],
    "is not reproduced where it is won in neither": [both(ahead(3), ahead(1)), {}],
  });

  it("tells the verdict of the first rule, by means alone", () => {
    const small = Array.from({ length: 8 }, (_, i) => (i < 6 ? 0.003 : -0.003));
    const f1 = { F1: { BCE: ahead(1) } };
    // Too small for the test, but enough for the first rule.
    const { verdict, because } = judge(made({ ...both(small, small), ...f1 }));
    expect(verdict).toBe("not reproduced");
    expect(because).toMatch(/By the first rule, .*: reproduced\.$/);
  });

  it("counts what its test finds, and what diverged as beaten, outside of the mean", () => {
    const outcomes = made({ F1: { BCE: [0.2, 0.0005, -0.0005, -0.2, 0.1, 0, 0, 0] } });
    const counts = tally(outcomes, "F1", "BCE");
    expect(counts).toMatchObject({ better: 2, same: 5, worse: 1 });
    const noise = [...Array(10).keys()].reduce((sum, r) => sum + 0.01 * Math.sin(r), 0) / 10;
    expect(counts.gain).toBeCloseTo(0.1 / 8 - noise, 9);
    const without = (method: string) =>
      outcomes.map((one) => ({ ...one, of: { ...one.of, [method]: [null, 0.5] } }));
    expect(tally(without("BCE"), "F1", "BCE")).toEqual({ better: 8, same: 0, worse: 0, gain: 0 });
    expect(tally(without("AnyLoss"), "F1", "BCE")).toEqual({ better: 0, same: 0, worse: 8, gain: 0 });
  });

  it("corrects for folds that overlap: the interval is wider than that of independent ones", () => {
    const [outcome] = made({ F1: { BCE: ahead(1) } }).filter(({ score }) => score === "F1");
    const { gain } = compare(outcome, "BCE");
    const gains = outcome.of.BCE.map((value) => 0.5 - value!);
    // sqrt(1/10 + 1/4) in place of sqrt(1/10).
    const half = 2.2622 * Math.sqrt(0.35) * deviation(gains);
    expect(gain!.high - gain!.mean).toBeCloseTo(half, 5);
  });

  it("takes the mean of replicas, and none of a method that diverged in one", () => {
    const methods = [{ method: "AnyLoss", values: { F1: [0.2, 0.4], F2: [0.5, null] } }];
    const outcomes = outcomesOf([{ dataset: "glass", positiveRate: 0.1, methods }]);
    expect(outcomes).toHaveLength(scores.length);
    const meanIn = (id: string) => meanScore(outcomes.find(({ score }) => score === id)!, "AnyLoss");
    expect(meanIn("F1")).toBeCloseTo(0.3, 9);
    expect(meanIn("F2")).toBeNull();
  });
});
