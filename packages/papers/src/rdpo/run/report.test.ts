import { describe, expect, it } from "vitest";
import { arms, estimators } from "./arms.ts";
import type { BanditResult } from "./bandit-trial.ts";
import { reportOf } from "./report.ts";
import { judgedAt, world } from "./settings.ts";
import type { Checkpoint, Run, TextResult } from "./text-trial.ts";

/** Errors and gaps of a bandit, in the order in which the theory has them. */
const sizes = { dpo: 2, conservative: 3, robust: 1, "noise-aware": 1.5 } as const;

function bandit(): BanditResult {
  const fits = [0.1, 0.4].flatMap((epsilon) =>
    [2000, 8000].flatMap((count) =>
      estimators.map(({ loss }) => ({
        epsilon,
        count,
        loss,
        bounded: true,
        gap: sizes[loss] / 10,
        // The robust loss's falls with the pairs, the others' stay.
        error: loss === "robust" ? 3 / ((1 - 2 * epsilon) * Math.sqrt(count / world.features)) : sizes[loss],
      })),
    ),
  );
  return { part: "bandit", fits, unheld: [] };
}

const ends = { dpo: 0.5, cdpo: 0.4, rdpo: 0.9 } as const;

function text(seed: number): TextResult {
  const at = (reward: number, kl: number): Checkpoint => ({
    steps: kl,
    reward,
    kl,
    distinct2: 0.5,
    accuracy: 0.7,
    margin: 1,
    chosenLogRatio: -1,
  });
  // In straight lines from the start: rDPO goes twice as far.
  const run = (arm: keyof typeof ends, epsilon: number): Run => {
    const reward = epsilon === 0 ? 0.6 : ends[arm] + 0.01 * seed;
    return { arm, epsilon, cold: 1, checkpoints: [at(reward, arm === "rdpo" && epsilon > 0 ? 8 : 4)] };
  };
  return {
    part: "text",
    start: { ...at(0.1, 0), loss: 5, cold: 0.2 },
    runs: [judgedAt, 0].flatMap((epsilon) =>
      (["dpo", "cdpo", "rdpo"] as const).map((arm) => run(arm, epsilon)),
    ),
    best: [
      { epsilon: judgedAt, plain: 0.3, robust: 0.35 },
      { epsilon: 0, plain: 0.5, robust: 0.5 },
    ],
    bestOfAll: 1.5,
  };
}

describe("the report of made-up trials", () => {
  const { rows, verdict } = reportOf([bandit(), bandit()], [text(0), text(1)]);
  const labelOf = (id: string) => arms.find((arm) => arm.id === id)!.label;

  it("scales errors by the noise and the pairs: a straight fall is one number", () => {
    const robust = rows.filter((row) => row.bandit === "rDPO");
    expect(robust).toHaveLength(4);
    for (const row of robust) expect(row["error (1 - 2 epsilon) sqrt(n / d)"]).toBeCloseTo(3, 2);
  });

  it("has every loss under its name", () => {
    const of = (bandit: string) => rows.find((row) => row.bandit === bandit)!;
    expect(["DPO", "cDPO", "rDPO"].map((name) => of(name).gap)).toEqual([0.2, 0.3, 0.1]);
    const best = rows.filter((row) => "best by" in row);
    expect(best.map((row) => [row["best by"], row.reward])).toEqual([
      ...[
        ["reward model", 0.3],
        ["robust reward model", 0.35],
      ],
      ...[
        ["reward model", 0.5],
        ["robust reward model", 0.5],
      ],
      ["the reward itself", 1.5],
    ]);
    // Gaps and rewards in the order of the claim, losses alike without flips.
    expect(verdict).toBe("reproduced");
  });

  it("tells leads over DPO, at the end and where DPO ends", () => {
    const of = (id: string) => rows.find((row) => row.loss === labelOf(id) && row.epsilon === judgedAt)!;
    expect(of("rdpo")["minus DPO"]).toBeCloseTo(0.4, 3);
    expect(of("cdpo")["minus DPO"]).toBeCloseTo(-0.1, 3);
    // Half way from 0.1 to 0.905, less 0.505.
    expect(of("rdpo")["minus DPO at its KL"]).toBeCloseTo((0.1 + 0.905) / 2 - 0.505, 3);
    expect(of("dpo")["minus DPO at its KL"]).toBe(0);
  });
});
