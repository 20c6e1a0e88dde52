import { describe, expect, it } from "vitest";
import { correctedTTest } from "../../judge/ranking/corrected-t-test.ts";
import type { Prepared } from "../../plan/prepared.ts";
import type { PredictedTrial } from "../../results.ts";
import type { Finished } from "../../run/team.ts";
import { liveRankings } from "./live-ranking.ts";

/** The row of a candidate that has these scores on its first folds, of five. */
function rowOf(metric: string, scores: readonly number[]) {
  const task = metric === "rmse" ? "regression" : "binary";
  const live = liveRankings({
    subjects: [{ dataset: { task } }],
    settings: { metric, folds: 5, seeds: 1, test: null },
    summaries: [{ id: "focal", label: "Focal", kind: "loss" }],
  } as unknown as Prepared);
  const records = scores.map(
    (score, fold) => ({ candidate: "focal", seed: 0, fold, score, status: "ok" }) as PredictedTrial,
  );
  live.add({ trial: { subject: 0 }, records } as Finished);
  return live.of(0).rows[0];
}

describe("the interval of a candidate while trials run", () => {
  it("comes with the third fold", () => {
    expect(rowOf("balanced-accuracy", [0.6])).toMatchObject({ mean: 0.6, low: null, high: null });
    expect(rowOf("balanced-accuracy", [0.5, 0.7])).toMatchObject({ mean: 0.6, low: null, high: null });
    const { mean, low, high } = rowOf("balanced-accuracy", [0.58, 0.6, 0.62]);
    // Each fold is tested on a quarter of what it was trained on.
    expect({ mean, low, high }).toEqual({
      mean: expect.closeTo(0.6, 12),
      low: correctedTTest([0.58, 0.6, 0.62], 1 / 4).low,
      high: correctedTTest([0.58, 0.6, 0.62], 1 / 4).high,
    });
  });

  it("ends where the metric does", () => {
    expect(rowOf("balanced-accuracy", [0.1, 0.5, 0.9])).toMatchObject({ low: 0, high: 1 });
    expect(rowOf("mcc", [-0.9, 0, 0.9])).toMatchObject({ low: -1, high: 1 });
    const { low, high } = rowOf("rmse", [1, 2, 9]);
    expect([low, high]).toEqual([0, correctedTTest([1, 2, 9], 1 / 4).high]);
  });
});
