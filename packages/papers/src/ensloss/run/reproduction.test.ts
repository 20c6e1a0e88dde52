import type { Dataset } from "@minimand/compare";
import { describe, expect, it } from "vitest";
import type { Labelled } from "../../kit/rows.ts";
import { bundledHost, madeUpImages, quickRun, quickTune, testVerdicts } from "../../kit/test-host.fixture.ts";
import { columnsAtEnds } from "../../kit/tune-grid.ts";
import type { TrialHost } from "../../reproduction.ts";
import tuned from "../tuned.json" with { type: "json" };
import { type Loss, losses } from "./arms.ts";
import { byGroups, prepare } from "./data.ts";
import { molecules } from "./molecules.ts";
import { countRows } from "./report.ts";
import { reproduction } from "./reproduction.ts";
import { cells, learningRates, scales } from "./settings.ts";
import type { TailResult } from "./tail-study.ts";
import type { CellResult, CellSpec } from "./trial.ts";
import {
  type CellOutcome,
  type Comparison,
  comparisons,
  judge,
  type Pooled,
  pooled,
  tailSummary,
} from "./verdict.ts";

const host: TrialHost = {
  ...bundledHost,
  /** Images of two pixels, which say the class and the row. */
  images: async (name) =>
    madeUpImages({ count: name === "fashion-train" ? 10_000 : 400, height: 1, width: 2 }, (row, place) => {
      const number = Math.floor(row / 10);
      return place === 0 ? 10 * (number % 25) + (row % 10) : Math.floor(number / 25);
    }),
};

const found = (id: string) => cells.find((cell) => cell.id === id)!;

describe("the reproduction of EnsLoss", () => {
  it("runs at its quick scale and reports rows, curves and a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction, { host });
    const accuracies = rows.filter((row) => "cell" in row);
    expect(accuracies.map((row) => row.loss)).toEqual([...losses]);
    for (const row of accuracies) expect(row["train accuracy"]).toBeGreaterThan(0.5);
    expect(rows.filter((row) => "tail study" in row)).toHaveLength(4);
    expect(series.every(({ y }) => y.every(Number.isFinite))).toBe(true);
    expect(because).toMatch(/of 3 comparisons/);
  });

  it("tunes one learning rate a data set, trying every loss equally often", async () => {
    const { rows, choices } = await quickTune(reproduction, { host });
    expect(rows.map((row) => row["learning rate"])).toEqual(learningRates);
    // At the largest rates some diverge, which counts as 0.
    for (const row of rows.slice(0, 4)) for (const loss of losses) expect(row[loss]).toBeGreaterThan(0);
    const best = rows.reduce((a, b) => (Number(b.mean) > Number(a.mean) ? b : a));
    expect(choices.sonar["learning rate"]).toBe(best["learning rate"]);
  });

  it("gives the same result for the same spec, and the same start to all losses", async () => {
    const spec = (loss: Loss, learningRate: number): CellSpec => ({
      kind: "cell",
      cell: "sonar, 3 hidden layers",
      loss,
      learningRate,
      epochs: 3,
      seed: 5,
      judge: "test",
    });
    const once = await reproduction.trial(spec("EnsLoss", 0.05), host);
    expect(await reproduction.trial(spec("EnsLoss", 0.05), host)).toEqual(once);
    const still = await reproduction.trial(spec("EnsLoss", 0), host);
    expect(still).not.toEqual(once);
    for (const loss of losses) expect(await reproduction.trial(spec(loss, 0), host)).toEqual(still);
  });
});

describe("the data of a cell", () => {
  it("holds 600 images of two classes to train on and 1400 others to judge by, the same rows for every loss", async () => {
    const { train, judged } = await prepare(found("pullover/coat, 3 hidden layers"), 1, "test", host);
    expect([train.y.length, judged.y.length, train.shape]).toEqual([600, 1400, [2]]);
    const pixel = (x: number) => Math.round((x * 0.353 + 0.286) * 255);
    const rowsIn = (x: Float32Array) =>
      Array.from({ length: x.length / 2 }, (_, i) => pixel(x[2 * i + 1]) * 256 + pixel(x[2 * i]));
    train.y.forEach((label, i) => {
      expect(pixel(train.x[2 * i]) % 10).toBe(label === 1 ? 4 : 2);
    });
    const trained = new Set(rowsIn(train.x));
    const testRows = 80;
    expect(trained.size).toBe(600);
    expect(
      rowsIn(judged.x)
        .slice(testRows)
        .some((row) => trained.has(row)),
    ).toBe(false);
    const again = await prepare(found("pullover/coat, 3 hidden layers"), 1, "test", host);
    expect(again.train.x).toEqual(train.x);
    const other = await prepare(found("pullover/coat, 3 hidden layers"), 2, "test", host);
    expect(other.train.x).not.toEqual(train.x);
  });

  it("judges the tuning by a fifth of the training rows and never by test rows", async () => {
    const cell = found("sonar, 3 hidden layers");
    const test = await prepare(cell, 3, "test", host);
    const tuning = await prepare(cell, 3, "tune", host);
    expect([test.train.y.length, test.judged.y.length]).toEqual([146, 62]);
    expect(tuning.train.y.length + tuning.judged.y.length).toBe(146);
    expect([...tuning.train.y, ...tuning.judged.y].sort()).toEqual([...test.train.y].sort());
  });

  it("never has a molecule of musk1 on both sides, and counts 47 musks among 92", async () => {
    const { labels } = await host.dataset("musk1");
    expect(molecules).toHaveLength(labels.length);
    const kinds = Map.groupBy(labels.keys(), (row) => molecules[row]);
    expect(kinds.size).toBe(92);
    for (const rows of kinds.values()) expect(new Set(rows.map((row) => labels[row])).size).toBe(1);
    expect([...kinds.values()].filter(([row]) => labels[row] === 1)).toHaveLength(47);

    const cell = found("musk1, 3 hidden layers");
    // A table whose inputs say the molecule.
    const dataset = await host.dataset("musk1");
    const values = Float64Array.from(molecules);
    const telling = {
      ...dataset,
      features: dataset.features.map((feature) => ({ ...feature, values })) as Dataset["features"],
    };
    const moleculesIn = ({ x, shape }: Labelled) => new Set(x.filter((_, i) => i % shape[0] === 0));
    for (const judge of ["test", "tune"] as const) {
      const { train, judged } = await prepare(cell, 4, judge, { ...host, dataset: async () => telling });
      const both = moleculesIn(train).size + moleculesIn(judged).size;
      expect(moleculesIn(train).intersection(moleculesIn(judged)).size).toBe(0);
      if (judge === "test") expect(both).toBe(92);
      expect(train.y.length / (train.y.length + judged.y.length)).toBeGreaterThan(
        judge === "test" ? 0.68 : 0.75,
      );
    }
    const shuffled = Int32Array.from(labels.keys(), (i) => (i * 199) % labels.length);
    const { train, judged } = byGroups(shuffled, molecules, 333);
    const names = (rows: Int32Array) => new Set(Array.from(rows, (row) => molecules[row]));
    expect(names(train).intersection(names(judged)).size).toBe(0);
    expect([...train, ...judged].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(train.length).toBeGreaterThan(325);
    expect(train.length).toBeLessThanOrEqual(333);
  });

  it("is of four depths at the full scale, and its learning rate no end of what was tried", () => {
    const grid = learningRates.map((rate) => ({ "learning rate": rate }));
    for (const { dataset } of scales.full.cells) {
      const choice = tuned.choices[dataset as keyof typeof tuned.choices];
      expect(columnsAtEnds(grid, { "learning rate": choice["learning rate"] }), dataset).toEqual([]);
    }
    expect(new Set(scales.full.cells.map(({ depth }) => depth))).toEqual(new Set([1, 3, 5, 8]));
    for (const { id } of [...scales.default.cells, ...scales.full.cells]) expect(found(id)).toBeDefined();
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
  });

  it("trains the deepest cell of the full scale", async () => {
    const spec: CellSpec = {
      kind: "cell",
      cell: "sonar, 8 hidden layers of 128",
      loss: "EnsLoss",
      learningRate: 0.1,
      epochs: 6,
      seed: 5,
      judge: "test",
    };
    const result = (await reproduction.trial(spec, host)) as CellResult;
    expect(result.diverged).toBe(false);
    expect(result.trainAccuracy).toBeGreaterThan(0.6);
  });
});

describe("the verdict", () => {
  const trial = (accuracy: number): CellResult => ({
    accuracy,
    trainAccuracy: 1,
    curve: [],
    diverged: false,
  });
  const outcome = (by: Record<Loss, number[]>): CellOutcome => ({
    cell: "made up",
    dataset: "made up",
    ratio: 0.5,
    byLoss: Object.fromEntries(losses.map((l) => [l, by[l].map(trial)])) as CellOutcome["byLoss"],
  });
  /** The risk and accuracy at a tenth of the way's steps and at its end. */
  const path = (...ends: [step: number, risk: number, accuracy: number][]): TailResult => ({
    path: ends.map(([step, risk, accuracy]) => ({ step, risk, accuracy })),
  });
  const tails = [
    tailSummary("log hinge", [path([10, -2.5, 0.97], [40, -3.2, 0.972])]),
    tailSummary("inverse hinge", [path([10, -0.8, 0.98], [40, -0.9, 0.98])]),
  ];
  const comparison = (verdict: Comparison["verdict"], mean: number, loss: Loss = "hinge"): Comparison => ({
    cell: "made up",
    loss,
    mean,
    low: mean - 0.001,
    high: mean + 0.001,
    p: 0.01,
    plain: 0.001,
    verdict,
  });

  it("pairs EnsLoss with every loss split by split", () => {
    const accuracies = {
      EnsLoss: [0.9, 0.8, 0.7, 0.85],
      logistic: [0.88, 0.77, 0.68, 0.82],
      hinge: [0.9, 0.82, 0.66, 0.86],
      exponential: [0.95, 0.86, 0.75, 0.91],
      focal: [0.9, 0.8, 0.7, 0.85],
    };
    const made = comparisons(outcome(accuracies));
    expect(made.map(({ loss, verdict }) => [loss, verdict])).toEqual([
      ["logistic", "better"],
      ["hinge", "no difference"],
      ["exponential", "worse"],
      ["focal", "no difference"],
    ]);
    expect(made[0].mean).toBeCloseTo(0.025, 10);
    // Differences 0.02, 0.03, 0.02, 0.03: t = 0.025 / (0.005774 / 2) = 8.66, two-sided p for 3 degrees of freedom.
    expect(made[0].plain).toBeCloseTo(0.00325, 4);
    // Test rows are half of the training rows: t = 0.025 / (0.005774 sqrt(1/4 + 1/2)) = 5.
    expect(made[0].p).toBeCloseTo(0.01539, 4);
    const counts = countRows(made);
    expect(counts[0]).toMatchObject({
      "EnsLoss against": "logistic",
      better: 1,
      "no difference": 0,
      worse: 0,
    });
  });

  it("pools the splits of a data set before it takes their variance, and data sets as independent", () => {
    const cell = (dataset: string, ratio: number, gains: number[]): CellOutcome => ({
      ...outcome({
        EnsLoss: gains.map((gain) => 0.8 + gain),
        logistic: gains.map(() => 0.8),
        hinge: gains.map(() => 0.8),
        exponential: gains.map(() => 0.8),
        focal: gains.map(() => 0.1),
      }),
      dataset,
      ratio,
    });
    const [gains, others] = [
      [0.01, 0.03, 0.01, 0.03],
      [0.02, 0.02, 0.04, 0.04],
    ];
    const once = pooled([cell("a", 0.5, gains)]);
    expect(once.mean).toBeCloseTo(0.02, 9);
    // 3.1824 sqrt((1/4 + 1/2) s^2), s = 0.011547.
    expect(once.high - once.mean).toBeCloseTo(3.18245 * 0.01, 5);
    const twice = pooled([cell("a", 0.5, gains), cell("a", 0.5, gains)]);
    expect(twice.high).toBeCloseTo(once.high, 9);
    const two = pooled([cell("a", 0.5, gains), cell("b", 0.5, others)]);
    expect(two.mean).toBeCloseTo(0.025, 9);
    expect(two.high - two.mean).toBeCloseTo((3.18245 * 0.01) / Math.SQRT2, 5);
  });

  const better = Array.from({ length: 3 }, () => comparison("better", 0.01));
  const worse = comparison("worse", -0.02);
  const focal = Array.from({ length: 4 }, () => comparison("worse", -0.2, "focal"));
  /** The log hinge's study with another end. */
  const ending = (...end: [number, number, number]) => [
    tailSummary("log hinge", [path([10, -2.5, 0.97], end)]),
    tails[1],
  ];

  const clear: Pooled = { mean: 0.01, low: 0.002, high: 0.018 };

  type Evidence = [comparisons: Comparison[], study?: typeof tails, pooled?: Pooled];
  const same = (count: number) => Array.from({ length: count }, () => comparison("no difference", 0));
  const eighteen = (some: Comparison[]) => [...some, ...same(18 - some.length)];
  const verdictOf = ([all, study = tails, mean = clear]: Evidence) =>
    judge(
      [
        ...eighteen(all.filter(({ loss }) => loss !== "focal")),
        ...all.filter(({ loss }) => loss === "focal"),
      ],
      mean,
      study,
    ).verdict;

  testVerdicts(verdictOf, {
    "is reproduced where 3 are better, at most 1 worse, the mean is positive, and the tail's failure shows": [
      [[...better, worse]],
      [better, ending(40, -3.2, 0.972)],
      // The focal loss is not counted.
      [[...better, ...focal]],
    ],
    "is partly reproduced where 2 are worse, only 2 better, or the tail study is missing": [
      [[...better, worse, comparison("worse", -0.001)]],
      [better.slice(1)],
      [[...better, worse], []],
    ],
    "is partly reproduced where the log hinge's risk does not fall on, or its accuracy moves": [
      [better, ending(40, -2.6, 0.972)],
      [better, ending(40, -3.2, 0.99)],
    ],
    "is undecided where the interval of the mean difference has 0 in it": [
      [better, tails, { mean: 0.01, low: -0.002, high: 0.022 }],
    ],
    "is not reproduced where the mean difference is negative": [
      [better, tails, { mean: -0.01, low: -0.02, high: 0.001 }],
    ],
  });

  it("takes the fall over the last three quarters", () => {
    expect(tails[0].fall).toBeCloseTo(0.7, 10);
  });
});
