import { describe, expect, it } from "vitest";
import { expectOnGrids, bundledHost as host, quickRun, testVerdicts } from "../kit/test-host.fixture.ts";
import { arms } from "./arms.ts";
import { prepare } from "./data.ts";
import { reportOf } from "./report.ts";
import { reproduction } from "./reproduction.ts";
import { materials, settings } from "./settings.ts";
import type { Spec } from "./trial.ts";
import tuned from "./tuned.json" with { type: "json" };
import { judge, rankLosses } from "./verdict.ts";

const spec = (changes: Partial<Spec> = {}): Spec => ({
  dataset: "letter",
  setting: "uniform 0.3",
  loss: "aldr-kl",
  configuration: { learningRate: 0.1, parameter: 1, weightDecay: 5e-4 },
  seed: 5,
  judge: "test",
  fraction: 0.1,
  ...changes,
});

describe("the reproduction of ldr", () => {
  it("runs at the quick scale: a row a loss, the histogram of lambda, a verdict, a word about the missing set", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction);
    expect(progress[0].message).toMatch(/^vowel: left out, the data set is not here \(/);
    expect(progress.at(-1)).toMatchObject({ done: 8, total: 8 });
    expect(rows.length).toBe(5);
    expect(rows.slice(0, 4).every((row) => Number(row["letter, clean"]) > 0.1)).toBe(true);
    const histograms = ["corrupted", "clean"].map((kind) => `letter, uniform 0.3: ${kind} labels`);
    expect(series.map(({ name }) => name)).toEqual(histograms);
    for (const { y } of series) expect(y.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
    expect(because).toMatch(/^Average ranks among 4 losses: /);
  });

  it("counts a diverged training as accuracy 0", async () => {
    const configuration = { learningRate: 1e30, parameter: 0, weightDecay: 5e-4 };
    const result = await reproduction.trial(spec({ loss: "cross-entropy", configuration }), host);
    expect(result).toEqual({ accuracy: 0, doubt: null });
  });

  it("judges tuning on noisy labels that were not trained on, tests on clean ones", async () => {
    const dataset = await host.dataset("letter");
    const setting = settings[2];
    const options = { material: materials[0], setting, seed: 3, fraction: 0.2 };
    const test = prepare(dataset, { ...options, judge: "test" });
    const tune = prepare(dataset, { ...options, judge: "tune" });
    expect([test.train.y.length, test.judged.y.length]).toEqual([500, 800]);
    expect([tune.train.y.length, tune.judged.y.length]).toEqual([400, 100]);
    expect([...tune.train.y, ...tune.judged.y]).toEqual([...test.train.y]);
    expect(test.flipped.filter(Boolean).length / 500).toBeGreaterThan(0.45);
  });

  it("has eighteen configurations for every loss, and tuned choices that are on those grids", () => {
    const namesOf = (loss: string) => settings.map(({ id }) => `letter/${id}/${loss}`);
    expectOnGrids(tuned.choices, arms, 18, namesOf);
  });
});

describe("the verdict", () => {
  const losses = ["cross-entropy", "sce", "ldr-kl", "aldr-kl", "mae"];

  testVerdicts((accuracies: number[][]) => judge(rankLosses({ losses, accuracies })).verdict, {
    "is reproduced where both are at the top and ALDR-KL never falls below rank 4": [
      [[0.8, 0.81, 0.9, 0.91, 0.1]],
      // SCE ahead of both by half a rank only.
      [
        [0.7, 0.9, 0.8, 0.75, 0.1],
        [0.7, 0.8, 0.9, 0.95, 0.1],
      ],
    ],
    "is partly reproduced where one is at the top, or ALDR-KL collapses once": [
      [[0.8, 0.95, 0.9, 0.7, 0.1]],
      [...Array(2).fill([0.8, 0.7, 0.9, 0.95, 0.1]), [0.8, 0.7, 0.9, 0.1, 0.2]],
    ],
    "is not reproduced where two others are clearly ahead of both": [[[0.9, 0.95, 0.8, 0.7, 0.1]]],
  });

  it("averages ranks over settings, ties sharing theirs", () => {
    const ranks = rankLosses({
      losses: ["a", "b", "c"],
      accuracies: [
        [0.5, 0.5, 0.1],
        [0.9, 0.1, 0.2],
      ],
    });
    expect(ranks).toEqual([
      { loss: "a", average: 1.25, worst: 1.5 },
      { loss: "b", average: 2.25, worst: 3 },
      { loss: "c", average: 2.5, worst: 3 },
    ]);
  });
});

describe("the report", () => {
  it("pairs differences to cross-entropy by seed and averages the AUC of lambda over seeds", () => {
    const cells: [loss: string, seed: number, accuracy: number, auc?: number][] = [
      ["cross-entropy", 0, 0.5],
      ["cross-entropy", 1, 0.7],
      ["ldr-kl", 0, 0.6],
      ["ldr-kl", 1, 0.8],
      ["aldr-kl", 0, 0.55, 0.6],
      ["aldr-kl", 1, 0.85, 0.7],
    ];
    const doubt = (auc: number) => ({ auc, corrupted: [1, ...Array(24).fill(0)], clean: Array(25).fill(2) });
    const trials = cells.map(([loss, seed, accuracy, auc]) => {
      return {
        spec: spec({ loss, seed }),
        result: { accuracy, doubt: auc === undefined ? null : doubt(auc) },
      };
    });
    const { rows } = reportOf(trials);
    expect(rows.map((row) => row["letter, uniform 0.3"])).toEqual([0.7, 0.7, 0.6, 0.65]);
    expect(rows[0]).toMatchObject({
      "average rank": 1.5,
      "mean minus cross-entropy": 0.1,
      "sd over seeds": 0,
    });
    expect(rows[1]).toMatchObject({ "mean minus cross-entropy": 0.1, "sd over seeds": 0.0707 });
  });
});
