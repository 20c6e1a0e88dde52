import { describe, expect, it, vi } from "vitest";
import { csv, datasetOf } from "../../../../test/support/datasets.ts";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { chooseModel } from "../model/choose.ts";
import type { Candidate } from "../plan/candidate.ts";
import type { Grid } from "../plan/grid.ts";
import { chooseCandidates, defaultSettings, summarise } from "../plan/index.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { reportDataset } from "../run/assemble.ts";
import { makeTrialRunner } from "./run-trial.ts";

// No learning rate of the real grid makes a loss diverge on such data; these do, for all losses or for some.
const rates = vi.hoisted(() => ({ of: (): number[] => [1e30] }));
vi.mock("../plan/grid.ts", async (original) => ({
  ...(await original<typeof import("../plan/grid.ts")>()),
  gridOf: ({ settings: [parameters = {}] }: Pick<Candidate, "settings">): Grid => ({
    rates: rates.of(),
    beyond: null,
    settings: [parameters],
  }),
}));

const settings: Settings = {
  ...defaultSettings,
  target: "y",
  folds: 2,
  seeds: 1,
  maxEpochs: 4,
  hidden: [4],
  batchSize: 8,
  losses: ["hinge"],
};
const x = Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
const dataset = await datasetOf(csv({ x, y: x.map((v, i) => (v > 0 || i === 3 ? "yes" : "no")) }));
const run = (candidate: string, fold = 0): Promise<PredictedTrial[]> => {
  const runner = makeTrialRunner(dataset, settings);
  return runner.run({ candidate, seed: 0, fold }).finally(() => runner.dispose());
};

describe("a trial that diverges", () => {
  it("is a record without a choice and without a score", async () => {
    rates.of = () => [1e30, 1e35];
    const [record, ...others] = await run("focal");
    expect(others).toEqual([]);
    expect(record).toMatchObject({ status: "diverged", chosen: null, score: null, metrics: {}, curve: [] });
    expect(record.tuning.map((t) => t.validation)).toEqual([null, null]);
    expect(record.rows.test).toBe(20);
  });

  it("takes the tuned threshold with it, so that its repeat is still whole", async () => {
    rates.of = () => [1e30];
    const records = await run("cross-entropy");
    expect(records.map((r) => [r.candidate, r.status, r.score])).toEqual([
      ["cross-entropy", "diverged", null],
      ["cross-entropy-threshold", "diverged", null],
    ]);
  });

  it("is never chosen in tuning where another configuration finishes", async () => {
    rates.of = () => [1e30, 0.01, 1e30];
    const [record] = await run("focal");
    expect(record).toMatchObject({ status: "ok", chosen: { learningRate: 0.01 } });
    expect(record.tuning.map((t) => t.validation === null)).toEqual([true, false, true]);
  });

  it("is shown as diverged, ranked last and not tested", async () => {
    const candidates = summarise(chooseCandidates(settings, "binary"), "binary", settings);
    const trials: PredictedTrial[] = [];
    for (const { id } of candidates.filter(
      (c) => !["cross-entropy-threshold", "chosen-by-validation", "ensemble"].includes(c.id),
    )) {
      rates.of = () => (id === "hinge" ? [1e30] : [0.01]);
      for (const fold of [0, 1]) trials.push(...(await run(id, fold)));
    }
    const source = { name: "a", source: "a", sha256: "", testTable: null };
    const report = reportDataset(dataset, source, settings, candidates, trials);
    expect(report.seeds.complete).toEqual([0]);
    const losses = report.ranking.entries.filter((e) => e.verdict !== "reference");
    expect(losses.at(-1)).toMatchObject({
      candidate: "hinge",
      verdict: "diverged",
      diverged: 2,
      n: 0,
      difference: null,
    });
    expect(report.model?.candidate).toBe("cross-entropy");
  });

  it("of the baseline in every configuration leaves no model to keep", async () => {
    const candidates = summarise(chooseCandidates(settings, "binary"), "binary", settings);
    const trials: PredictedTrial[] = [];
    for (const { id } of candidates.filter(
      (c) => !["cross-entropy-threshold", "chosen-by-validation", "ensemble"].includes(c.id),
    )) {
      rates.of = () => [1e30];
      for (const fold of [0, 1]) trials.push(...(await run(id, fold)));
    }
    const source = { name: "a", source: "a", sha256: "", testTable: null };
    const report = reportDataset(dataset, source, settings, candidates, trials);
    expect(report.seeds.complete).toEqual([0]);
    expect(report.model).toBeNull();
    expect(chooseModel(trials, report.ranking)).toBeNull();
  });

  it("is one whose outputs overflow on a test row far away from those of training", async () => {
    rates.of = () => [1e34];
    const far = await datasetOf(
      csv({ x: x.map((v, i) => (i === 4 ? 1e9 : v)), y: x.map((_, i) => "ab"[i % 2]) }),
    );
    // One step: weight decay at such a rate overflows in the next.
    const given: Settings = { ...settings, model: "linear", maxEpochs: 1, batchSize: 64 };
    const runner = makeTrialRunner(far, given);
    const trial = (fold: number): Promise<PredictedTrial[]> =>
      runner.run({ candidate: "hinge", seed: 0, fold });
    const records = (await Promise.all([trial(0), trial(1)])).flat();
    const overflown = records.filter((r) => r.status === "diverged" && r.chosen !== null);
    expect(overflown).toHaveLength(1);
    expect(overflown[0]).toMatchObject({ score: null, metrics: {}, chosen: { learningRate: 1e34 } });
    const before = liveBuffers();
    await trial(overflown[0].fold);
    expect(liveBuffers()).toBe(before);
    runner.dispose();
  });

  it("leaves no buffer behind, and neither does a configuration that is overtaken", async () => {
    rates.of = () => [1e30, 1e-6, 0.1];
    const runner = makeTrialRunner(dataset, settings);
    const once = (): Promise<PredictedTrial[]> => runner.run({ candidate: "focal", seed: 0, fold: 0 });
    const [{ chosen }] = await once();
    expect(chosen?.learningRate).toBe(0.1);
    await once();
    const before = liveBuffers();
    for (let i = 0; i < 3; i++) await once();
    expect(liveBuffers()).toBe(before);
    runner.dispose();
  });
});
