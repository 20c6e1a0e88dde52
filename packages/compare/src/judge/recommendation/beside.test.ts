import { describe, expect, it } from "vitest";
import type { PredictedTrial, Ranking } from "../../results.ts";
import { keepPrediction } from "../../train/kept-predictions.ts";
import { advantageOf, besideBest, besideTrivial } from "./beside.ts";

const rows = 300;
const labels = Int32Array.from({ length: rows }, (_, i) => (i * 7 + (i >> 3)) % 2);
const truth = { labels, targets: [], groups: null };
const judged = { metric: "accuracy", higherIsBetter: true, rope: 0.01 };

/** Right but for one row in this many; with no predictions where it diverged. */
const trialsOf = (candidate: string, wrongEvery: number, seeds = [0], diverged = false): PredictedTrial[] =>
  seeds.flatMap((seed) =>
    [0, 1, 2].map((fold): PredictedTrial => {
      const ids = Int32Array.from({ length: rows / 3 }, (_, i) => 3 * i + fold);
      const predicted = ids.map((id) => ((id + seed) % wrongEvery === 0 ? 1 - labels[id] : labels[id]));
      const probabilities = Float64Array.from({ length: 2 * ids.length }, (_, i) =>
        predicted[i >> 1] === i % 2 ? 0.8 : 0.2,
      );
      return {
        candidate,
        seed,
        fold,
        chosen: null,
        tuning: [],
        epochs: 1,
        score: 0.5,
        metrics: {},
        curve: [],
        status: diverged ? "diverged" : "ok",
        rows: { fit: 1, validation: 1, test: 1 },
        seconds: 1,
        predictions: diverged
          ? null
          : keepPrediction(ids, { probabilities, predicted, predictions: new Float64Array(0) }),
      };
    }),
  );

describe("advantageOf", () => {
  const trials = [...trialsOf("trees", 50), ...trialsOf("focal", 4, [0, 1, 2])];

  it("is the difference of two candidates on the seeds that both have, either way", () => {
    const ahead = advantageOf(trials, truth, { candidate: "trees", to: "focal" }, judged)!;
    expect(ahead.mean).toBeCloseTo(75 / 300 - 6 / 300);
    expect(ahead.low).toBeGreaterThan(0.1);
    const behind = advantageOf(trials, truth, { candidate: "focal", to: "trees" }, judged)!;
    expect(behind.mean).toBeCloseTo(-ahead.mean);
    expect(behind.high).toBeCloseTo(-ahead.low);
  });

  it("is turned where lower is better", () => {
    const error = { metric: "log-loss", higherIsBetter: false, rope: 0 };
    expect(advantageOf(trials, truth, { candidate: "trees", to: "focal" }, error)!.mean).toBeGreaterThan(0);
  });

  it("is nothing where a fit diverged or there is nothing in common", () => {
    const pair = { candidate: "bad", to: "focal" };
    const bad = (...more: PredictedTrial[]) => advantageOf([...trials, ...more], truth, pair, judged);
    expect(bad(...trialsOf("bad", 5, [0], true))).toBeNull();
    expect(bad(...trialsOf("bad", 5, [1]))).toBeNull();
    expect(bad(...trialsOf("bad", 5))).not.toBeNull();
  });
});

describe("besideBest", () => {
  const ranking = {
    ...judged,
    baseline: "focal",
    alpha: 0.05,
    summary: "",
    entries: [{ candidate: "focal", verdict: "better", mean: 0.75 }],
  } as unknown as Ranking;
  const widthOn = (seeds: number[]): number => {
    const trials = [
      ...trialsOf("gradient-boosted-trees", 5, seeds),
      ...trialsOf("linear-model", 50),
      ...trialsOf("focal", 4, [0, 1, 2]),
    ];
    const [trees, linear] = besideBest(trials, truth, ranking);
    expect([trees.candidate, linear.candidate]).toEqual(["gradient-boosted-trees", "linear-model"]);
    return trees.high - trees.low;
  };

  it("has the ensemble, where there is one", () => {
    const trials = [...trialsOf("focal", 4), ...trialsOf("ensemble", 20)];
    const [only, ...more] = besideBest(trials, truth, ranking);
    expect(only).toMatchObject({ candidate: "ensemble", to: "focal" });
    expect(more).toEqual([]);
  });

  it("takes all seeds that a reference has: what fits differ by goes as they grow", () => {
    expect(widthOn([0, 1, 2])).toBeLessThan(0.8 * widthOn([0]));
  });
});

describe("besideTrivial", () => {
  const ranking = {
    ...judged,
    baseline: "cross-entropy",
    alpha: 0.05,
    summary: "",
    entries: [
      { candidate: "focal", verdict: "undecided", mean: 0.9 },
      { candidate: "cross-entropy", verdict: "baseline", mean: 0.7 },
    ],
  } as unknown as Ranking;

  const pair = { candidate: "cross-entropy", to: "majority-class" };

  it("has baseline, first loss and the references that are models, positive where they are ahead", () => {
    const trials = [
      ...["cross-entropy", "focal", "linear-model"].flatMap((id, i) => trialsOf(id, [2, 20, 3][i])),
      ...trialsOf("majority-class", 2),
    ];
    const found = besideTrivial(trials, truth, ranking, pair);
    expect(found.map(({ candidate }) => candidate)).toEqual(["cross-entropy", "focal", "linear-model"]);
    expect(found.map(({ to }) => to)).toEqual(Array(3).fill("majority-class"));
    expect(found[0]).toMatchObject({ mean: 0, low: 0 });
    expect(found[1].low).toBeGreaterThan(0.3);
    expect(besideTrivial(trials.slice(0, 9), truth, ranking, pair)).toEqual([]);
  });
});
