import { describe, expect, it } from "vitest";
import { mean } from "../../kit/statistics.ts";
import { arms } from "./arms.ts";
import { problemOf, worlds } from "./bandit.ts";
import { banditPolicies } from "./bandit-policies.ts";
import { textEvidence, textRows } from "./text-report.ts";
import type { Judged, TextResult } from "./text-trial.ts";

const policyOf = (id: string) => banditPolicies.find((one) => one.id === id)!.policyOf;

describe("logs of a bandit", () => {
  it.each(worlds)("choose as often as Bradley and Terry have it: %s", (world) => {
    const { reward, data } = problemOf(world, 4000, 3);
    const gaps = data.context.map((x, i) => reward[x][data.chosen[i]] - reward[x][data.rejected[i]]);
    const expected = mean(gaps.map((gap) => 1 / (1 + Math.exp(-Math.abs(gap)))));
    expect(expected).toBeGreaterThan(0.6);
    expect(Math.abs(mean(gaps.map((gap) => Number(gap > 0))) - expected)).toBeLessThan(0.03);
  });
});

describe("policies of a bandit", () => {
  const problem = problemOf("partial coverage", 60, 4);
  const { context, chosen, rejected } = problem.data;

  it("on seen actions take those that were rejected, too", () => {
    const seen = policyOf("seen")(problem);
    context.forEach((x, i) => {
      expect(seen[x][chosen[i]]).toBeGreaterThan(0);
      expect(seen[x][rejected[i]]).toBeGreaterThan(0);
    });
  });

  it("of much pessimism are near what was chosen", () => {
    const [wary, bold] = ["rpo 2", "rpo 0.001"].map((id) => policyOf(id)(problem));
    const base = policyOf("chosen")(problem);
    const distance = (policy: number[][]): number =>
      mean(policy.map((row, x) => row.reduce((sum, p, a) => sum + Math.abs(p - base[x][a]), 0) / 2));
    expect(distance(wary)).toBeLessThan(0.4);
    expect(distance(bold)).toBeGreaterThan(1.5 * distance(wary));
  });
});

describe("the report of made-up texts", () => {
  const judged = (step: number, kl: number, reward: number, chosenLogRatio: number): Judged => ({
    step,
    pairs: { accuracy: 0.7, margin: 1, chosenLogRatio },
    humanLogRatio: -2,
    samples: { rewards: { whole: reward, half: 0.1 }, kl, perplexity: 50, distinct2: 0.5 },
  });
  /** Policies whose rewards rise from 0 in a straight line; RPO's to half of DPO's divergence. */
  const result = (reward: number): TextResult => ({
    part: "text",
    loss: 5,
    humanReward: 0.3,
    first: judged(0, 0, 0, 0),
    found: [
      { arm: "dpo", judged: [judged(9, 4, reward, -20)], cooler: 1 },
      { arm: "rpo 0.1", judged: [judged(9, 2, 3 * reward, -2)], cooler: 1 },
      { arm: "rpo 1", judged: [judged(9, 2, reward, 1)], cooler: 1 },
    ],
  });
  const texts = { whole: [result(1), result(2)], half: [result(1), result(2)] };
  const labelOf = (id: string) => arms.find((arm) => arm.id === id)!.label;

  it("has rewards on straight lines at equal divergences, and none beyond the last", () => {
    const rows = textRows(texts).filter((row) => "at a divergence of" in row);
    const there = (id: string, kl: number) =>
      rows.find((row) => row.policy === labelOf(id) && row["at a divergence of"] === kl)!["reward there"];
    expect([0.5, 1, 2, 4, 8].map((kl) => there("dpo", kl))).toEqual([0.188, 0.375, 0.75, 1.5, null]);
    expect([1, 2, 4].map((kl) => there("rpo 0.1", kl))).toEqual([2.25, 4.5, null]);
  });

  it("gives the rule log-ratios of the whole lexicon, and gains over DPO of half of it", () => {
    const { ratios, gains } = textEvidence({ ...texts, whole: [result(1)] });
    expect(ratios).toEqual({ dpo: [-20], rpo: [[-2], [1]] });
    expect(gains.map(({ eta, gain }) => [eta, gain.mean])).toEqual([
      [0.1, 3],
      [1, 0],
    ]);
  });
});
