import { startEngine } from "minimand/start";
import { describe, expect, it } from "vitest";
import { csv, datasetOf, quick, twoInputs } from "../../../../../test/support/datasets.ts";
import { asyncLeakOf } from "../../../../../test/support/leaks.ts";
import { truthOf } from "../../judge/decision/truth.ts";
import { quantizationReport } from "../../judge/quantization-report.ts";
import { chooseCandidates } from "../../plan/choose.ts";
import { planQuantised, planTrials, type TrialHost } from "../../plan/trials.ts";
import type { PredictedTrial, Settings } from "../../results.ts";
import { predictionKept } from "../kept-predictions.ts";
import { makeTrialRunner } from "../run-trial.ts";

await startEngine();
const settings: Settings = { ...quick, target: "y", losses: ["focal"], references: [], folds: 3 };
const { rows, a, b } = twoInputs(60);
const classes = await datasetOf(csv({ a, b, y: rows.map((i) => (a[i] > b[i] ? "yes" : "no")) }));
const numbers = await datasetOf(csv({ a, b, y: rows.map((i) => a[i] - 2 * b[i] + 100) }), {
  task: "regression",
});
const widths = [8, 2];
const sizes = widths.map((bits) => ({
  bits,
  layerBits: [8, bits, 8],
  bytes: 100 * bits,
  file: null,
  fileBytes: null,
}));

/** The trials of a candidate on all folds, and those that quantise its networks; once for each data set. */
const known = new Map<typeof classes, ReturnType<typeof run>>();
function trialsOf(dataset: typeof classes, candidate: string): ReturnType<typeof run> {
  const trials = known.get(dataset) ?? run(dataset, candidate);
  known.set(dataset, trials);
  return trials;
}

async function run(dataset: typeof classes, candidate: string) {
  const runner = makeTrialRunner(dataset, settings);
  const own: PredictedTrial[] = [];
  const quantised: PredictedTrial[] = [];
  for (const fold of [0, 1, 2]) {
    const [trial] = await runner.run({ candidate, seed: 0, fold });
    const quantise = { widths, configuration: trial.chosen! };
    own.push(trial);
    quantised.push(...(await runner.run({ candidate, seed: 0, fold, quantise })));
  }
  runner.dispose();
  return { own, quantised };
}

describe.each([
  ["classes", classes, "focal", "balanced-accuracy"],
  ["numbers", numbers, "squared", "rmse"],
] as const)("trials that quantise networks for %s", (_, dataset, candidate, metric) => {
  it("test the very network of the trial in float, and each width fine-tuned and rounded", async () => {
    const { own, quantised } = await trialsOf(dataset, candidate);
    expect(quantised.slice(0, 5).map((trial) => trial.candidate)).toEqual([
      ...["float", "8 bits", "8 bits, rounded", "2 bits", "2 bits, rounded"],
    ]);
    const float = quantised.filter((trial) => trial.candidate === "float");
    expect(float.map(({ predictions }) => predictions)).toEqual(own.map(({ predictions }) => predictions));
    const report = quantizationReport(quantised, truthOf(dataset), {
      candidate,
      ranking: { metric, rope: 0.01 },
      later: false,
      activationBits: 8,
      float: { bytes: 1000, fileBytes: null },
      widths: sizes,
    });
    expect(report).toMatchObject({ seeds: [0], folds: 3, float: { bytes: 1000, fileBytes: null } });
    const [eight, two] = report.widths;
    for (const { difference, mean } of report.widths) {
      expect(difference!.mean).toBeCloseTo(mean! - report.float.mean!, 9);
      expect(difference!.low).toBeLessThanOrEqual(difference!.mean);
      expect(difference!.high).toBeGreaterThanOrEqual(difference!.mean);
    }
    const outputs = (name: string): number[] =>
      quantised
        .filter((trial) => trial.candidate === name)
        .flatMap((trial) => {
          const { predictions, predicted } = predictionKept(trial.predictions!).prediction;
          return metric === "rmse" ? [...predictions] : [...predicted];
        });
    const [rounded, original] = [outputs("2 bits, rounded"), outputs("float")];
    const change =
      metric === "rmse"
        ? Math.hypot(...rounded.map((v, i) => v - original[i])) / Math.sqrt(rounded.length)
        : rounded.filter((k, i) => k !== original[i]).length / rounded.length;
    expect(two.rounded.change).toBeCloseTo(change, 9);
    expect(eight.rounded.change).toBeLessThan(two.rounded.change!);
    expect(two.change).toBeLessThan(two.rounded.change!);
  });
});

describe("quantizationReport", () => {
  it("says nothing of intervals where later rows are tested on, and nothing at all of what diverged", async () => {
    const { quantised } = await trialsOf(classes, "focal");
    const parts = {
      candidate: "focal",
      ranking: { metric: "accuracy", rope: 0.01 },
      activationBits: 8,
      float: { bytes: 1000, fileBytes: null },
      widths: sizes,
    };
    const broken = quantised.map(
      (trial): PredictedTrial =>
        trial.candidate === "2 bits" && trial.fold === 1
          ? { ...trial, status: "diverged", predictions: null }
          : trial,
    );
    const { widths } = quantizationReport(broken, truthOf(classes), { ...parts, later: true });
    expect(widths[0].difference).toEqual({ mean: expect.any(Number), low: null, high: null });
    expect(widths[1]).toMatchObject({ mean: null, difference: null, change: null });
    const none = quantizationReport([], truthOf(classes), { ...parts, later: false });
    expect(none).toMatchObject({ seeds: [], folds: 0, float: { mean: null } });
  });
});

describe("planQuantised", () => {
  const host: TrialHost = {
    versions: { minimand: "1.0.0" },
    engine: { name: "wasm", version: "1", threads: 1 },
  };
  const subject = {
    dataset: { task: "binary", classes: ["no", "yes"] } as const,
    sha256: "00",
    testSha256: null,
    teacherSha256: null,
    unlabeledSha256: null,
  };
  const candidates = chooseCandidates(settings, "binary");
  const configuration = { learningRate: 0.01, parameters: {} };
  const plan = (widths: number[], learningRate = 0.01) =>
    planQuantised(settings, candidates, [subject as never, subject as never], host, {
      widths,
      chosen: [
        null,
        {
          candidate: "focal",
          networks: [{ seed: 1, fold: 2, configuration: { ...configuration, learningRate } }],
        },
      ],
    });

  it("plans one trial for each network, whose key is that of its trial and what is quantised", () => {
    const [trial, ...others] = plan([8, 2]);
    expect(others).toEqual([]);
    expect(trial).toMatchObject({
      subject: 1,
      spec: { candidate: "focal", seed: 1, fold: 2, quantise: { widths: [8, 2], configuration } },
    });
    const usual = planTrials(settings, candidates, [subject as never], host).find(
      ({ spec }) => spec.candidate === "focal",
    )!;
    const { quantise, ...key } = trial.key;
    expect(key).toEqual({ ...usual.key, spec: { candidate: "focal", seed: 1, fold: 2 } });
    expect("quantise" in usual.key).toBe(false);
    const keys = [trial, plan([2])[0], plan([8, 2], 0.1)[0]].map((one) => JSON.stringify(one.key));
    expect(new Set(keys).size).toBe(3);
  });
});

describe("a runner that quantises", () => {
  it.each([
    ["what it was asked for", [2], undefined],
    ["a width that there isn't", [2, 9], "bits: expected an integer >= 2 and <= 8, got 9"],
  ])("leaves nothing alive after %s", async (_, widths, refusal) => {
    const leak = await asyncLeakOf(async () => {
      const runner = makeTrialRunner(classes, { ...settings, hidden: [4] });
      const configuration = { learningRate: 0.01, parameters: {} };
      const ran = runner.run({
        candidate: "cross-entropy",
        seed: 0,
        fold: 0,
        quantise: { widths, configuration },
      });
      if (refusal === undefined) await ran;
      else await expect(ran).rejects.toThrow(refusal);
      runner.dispose();
    }, 2);
    expect(leak).toBe(0);
  });
});
