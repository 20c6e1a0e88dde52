import { metricById } from "minimand/metrics";
import { describe, expect, it } from "vitest";
import { quick } from "../../../../test/support/datasets.ts";
import { liveBuffers } from "../../../../test/support/leaks.ts";
import { pairsOf, pairsText } from "../../../../test/support/pairs.ts";
import type { Dataset, Feature } from "../data/dataset.ts";
import { entriesOf } from "../data/pairs/entries.ts";
import { chooseCandidates } from "../plan/choose.ts";
import type { PredictedTrial, Settings } from "../results.ts";
import { predictionKept } from "./kept-predictions.ts";
import { makeTrialRunner } from "./run-trial.ts";

const settings: Settings = {
  ...quick,
  target: "preference",
  task: "preference",
  model: "linear",
  hidden: [],
  folds: 3,
  maxEpochs: 15,
  batchSize: 64,
};
const losses = chooseCandidates({ ...settings, losses: "auto" }, "preference").map(({ id }) => id);

async function run(
  dataset: Dataset,
  candidates: readonly string[],
  options: Partial<Settings> = {},
  folds = [0],
): Promise<Map<string, PredictedTrial>> {
  const runner = makeTrialRunner(dataset, { ...settings, ...options });
  const records = new Map<string, PredictedTrial>();
  for (const fold of folds)
    for (const candidate of candidates)
      records.set(
        `${candidate}${fold === 0 ? "" : ` ${fold}`}`,
        (await runner.run({ candidate, seed: 0, fold }))[0],
      );
  runner.dispose();
  return records;
}

const known = (epsilon: number): Settings["flipRate"] => ({
  from: "known",
  epsilon,
  lower: null,
  upper: null,
});

/** The same pairs with the second response first. */
function turned(dataset: Dataset): Dataset {
  const order = entriesOf(
    dataset,
    Int32Array.from({ length: dataset.rows }, (_, row) => row),
  ).map((i) => i ^ 1);
  return {
    ...dataset,
    labels: dataset.labels.map((label) => 1 - label),
    features: dataset.features.map((feature): Feature => {
      if (feature.kind !== "numeric") throw new Error("expected numbers");
      return { ...feature, values: Float64Array.from(order, (entry) => feature.values[entry]) };
    }),
  };
}

describe("trials of pairs", () => {
  it("find a linear reward through flips: the rate again, accuracies near the ceiling, arms that tie", async () => {
    const { text, agreement } = pairsText({ pairs: 1200, flips: 0.2, scale: 12 });
    const records = await run(await pairsOf(text), ["no-preference", ...losses], { maxEpochs: 40 });
    expect(losses).toEqual(["bradley-terry", "preference-hinge", "ipo", "cdpo", "rdpo", "noise-aware"]);
    expect(records.get("no-preference")?.score).toBeCloseTo(Math.log(2), 12);
    const baseline = records.get("bradley-terry")!;
    expect(agreement).toBeGreaterThan(0.75);
    for (const id of losses) {
      const { status, score, metrics, preference, tuning } = records.get(id)!;
      expect(status, id).toBe("ok");
      expect(metrics.accuracy, id).toBeGreaterThan(agreement - 0.06);
      expect(Math.abs(score! - baseline.score!), id).toBeLessThan(0.03);
      expect(Object.keys(metrics), id).toEqual(["log-loss", "accuracy", "brier", "ece"]);
      expect(preference, id).toMatchObject({ identifiable: true, flipRate: baseline.preference!.flipRate });
      expect(preference!.temperature, id).toBeGreaterThan(0);
      // All are tuned with equal effort: two rates, at most one beyond, another setting.
      expect([3, 4], id).toContain(tuning.length);
    }
    const { flipRate, assumed } = baseline.preference!;
    expect(Math.abs(flipRate - 0.2)).toBeLessThan(0.06);
    // Losses are given the lower end of its interval.
    expect(assumed).toBeLessThan(flipRate - 0.005);
    expect(assumed).toBeGreaterThan(0.08);
  });

  it("are the same whichever response of a pair is called the first", async () => {
    const dataset = await pairsOf(pairsText({ pairs: 240, flips: 0.1, scale: 12 }).text);
    const own = ["bradley-terry", "ipo"];
    const [one, other] = [await run(dataset, own), await run(turned(dataset), own)];
    for (const id of own) {
      expect(other.get(id)!.score, id).toBeCloseTo(one.get(id)!.score!, 4);
      expect(other.get(id)!.metrics.accuracy, id).toBeCloseTo(one.get(id)!.metrics.accuracy!, 10);
      expect(other.get(id)!.preference!.flipRate, id).toBeCloseTo(one.get(id)!.preference!.flipRate, 4);
    }
  });

  it("estimate the flip rate of a fold from other pairs than those that it is tested on", async () => {
    const dataset = await pairsOf(pairsText({ pairs: 300, flips: 0.1, scale: 12 }).text);
    const own = ["bradley-terry"];
    const records = await run(dataset, own, {}, [0, 1]);
    const rates = [...records.values()].map(({ preference }) => preference!.flipRate);
    expect(rates[0]).not.toBe(rates[1]);
    // The labels of the first test part turned: its rate stays, the score and the other rate don't.
    const tested = predictionKept(records.get("bradley-terry")!.predictions!).ids;
    const labels = dataset.labels.slice();
    for (const row of tested) labels[row] = 1 - labels[row];
    const other = await run({ ...dataset, labels }, own, {}, [0, 1]);
    expect(other.get("bradley-terry")!.preference).toEqual(records.get("bradley-terry")!.preference);
    expect(other.get("bradley-terry")!.score).toBeGreaterThan(records.get("bradley-terry")!.score! + 0.1);
    expect(other.get("bradley-terry 1")!.preference!.flipRate).not.toBe(rates[1]);
  });

  it("take a rate that is given; with one of 0 the losses that know it are Bradley-Terry", async () => {
    const dataset = await pairsOf(pairsText({ pairs: 150, flips: 0, scale: 3 }).text);
    const own = ["bradley-terry", "cdpo", "rdpo", "noise-aware"];
    const records = await run(dataset, own, { flipRate: known(0), configurations: 1 });
    const { score } = records.get("bradley-terry")!;
    for (const id of own) {
      expect(records.get(id)!.score, id).toBeCloseTo(score!, 3);
      expect(records.get(id)!.preference, id).toMatchObject({ flipRate: 0, assumed: 0, identifiable: true });
    }
    const flipped = await run(dataset, ["rdpo"], { flipRate: known(0.25) });
    expect(flipped.get("rdpo")!.preference).toMatchObject({ flipRate: 0.25, assumed: 0.25 });
  });

  it("go on where the rate can't be told, judged as if there were no flips", async () => {
    const dataset = await pairsOf(pairsText({ pairs: 45, flips: 0.3, scale: 0.1 }).text);
    const records = await run(dataset, ["bradley-terry", "rdpo"]);
    for (const record of records.values()) {
      expect(record.status).toBe("ok");
      expect(record.preference).toMatchObject({ flipRate: 0, assumed: 0.1, identifiable: false });
    }
  });

  it("choose by the metric that is asked for, and leave nothing behind", async () => {
    const dataset = await pairsOf(pairsText({ pairs: 90, flips: 0.1, scale: 6 }).text);
    const before = liveBuffers();
    const records = await run(dataset, ["rdpo"], { metric: "accuracy", model: "mlp", hidden: [4] });
    expect(liveBuffers()).toBe(before);
    const { score, metrics, tuning, chosen } = records.get("rdpo")!;
    expect(score).toBe(metrics.accuracy);
    const best = tuning.reduce((a, b) => (b.validation! > a.validation! ? b : a));
    expect(chosen).toEqual(best.configuration);
    expect(metricById("accuracy").higherIsBetter).toBe(true);
  });
});
