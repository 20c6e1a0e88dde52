import { describe, expect, it } from "vitest";
import { mean } from "../../kit/statistics.ts";
import { quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import { problemOf, qualityOf, worlds } from "./bandit.ts";
import { banditPolicies } from "./bandit-policies.ts";
import { reproduction } from "./reproduction.ts";
import { bandit, scales } from "./settings.ts";
import { matchedAt } from "./text-report.ts";
import { type Evidence, judge } from "./verdict.ts";

const estimate = (value: number, error = 0.01) => ({ mean: value, error, n: 40 });

describe("the reproduction of rpo", () => {
  it("runs at the quick scale: rows of policies of the bandit and of the text, curves of both", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction);
    const { banditSeeds, textSeeds, sizes, text } = scales.quick;
    expect(progress).toHaveLength(banditSeeds + 2 * textSeeds);
    const having = (column: string) => rows.filter((row) => column in row);
    expect(having("bandit")).toHaveLength(worlds.length * sizes.length * banditPolicies.length);
    // The first model, and what it is trained to; people, too.
    expect(having("pairs right, %")).toHaveLength(2 * (1 + text.arms.length));
    expect(having("words of")).toHaveLength(2 * (2 + text.arms.length));
    expect(having("at a divergence of")).toHaveLength(2 * matchedAt.length * text.arms.length);
    for (const row of rows) {
      if (row.policy === "first model")
        expect([row["chosen log-ratio"], row.margin, row["human log-ratio"]]).toEqual([0, 0, 0]);
      if (row["words of"] === "first model") expect(row.divergence).toBe(0);
    }
    const rewards = series.filter(({ yLabel }) => yLabel.startsWith("true reward"));
    expect(rewards).toHaveLength(2 * textSeeds * text.arms.length);
    for (const { x, y } of rewards) {
      expect(x[0]).toBe(0);
      expect(y[0]).toBe(rewards[0].y[0]);
    }
    expect(because).toMatch(/^\(i\) (holds|fails): .* \(ii\) (holds|fails): .* \(iii\) (holds|fails): /);
  });

  it.each(worlds)("has logs that offer six of the better actions alone: %s", (world) => {
    const { reward, offered, data, features } = problemOf(world, 200, 5);
    data.context.forEach((x, i) => {
      expect(offered[x]).toContain(data.chosen[i]);
      expect(offered[x]).toContain(data.rejected[i]);
      expect(data.chosen[i]).not.toBe(data.rejected[i]);
    });
    const risk = features.map((rows, x) =>
      rows.map((row, a) => {
        const hidden = row.slice(-bandit.hidden);
        expect(hidden.every((v) => v === 0)).toBe(world === "partial coverage" && offered[x].includes(a));
        return hidden;
      }),
    );
    expect(risk).toHaveLength(bandit.contexts);
    for (const [x, row] of reward.entries())
      expect(mean(offered[x].map((a) => row[a]))).toBeGreaterThan(mean(row));
    expect(problemOf(world, 50, 5).data.chosen).toEqual(data.chosen.slice(0, 50));
    expect(problemOf(world, 50, 6).data.chosen).not.toEqual(data.chosen.slice(0, 50));
  });

  it("values policies by their true reward, and what they take beyond the logs", () => {
    const problem = problemOf("partial coverage", 100, 7);
    const of = (id: string) =>
      qualityOf(problem, banditPolicies.find((one) => one.id === id)!.policyOf(problem));
    const [best, uniform] = [of("best"), of("uniform")];
    expect(best.value).toBeCloseTo(mean(problem.reward.map((row) => Math.max(...row))), 12);
    expect(uniform.value).toBeCloseTo(mean(problem.reward.flat()), 12);
    expect(uniform.outside).toBeCloseTo(14 / 20, 12);
    expect(uniform.chosenLogRatio).toBeCloseTo(0, 12);
    expect(of("chosen").outside).toBe(0);
    expect(of("seen").outside).toBe(0);
    expect(of("rpo 2").chosenLogRatio).toBeGreaterThan(of("rpo 0.005").chosenLogRatio!);
  });
});

describe("the verdict", () => {
  const policy = (value: number, outside: number, error?: number) => ({
    value: estimate(value, error),
    outside,
  });
  const partly: Evidence["bandit"] = {
    dpo: policy(1.4, 0.4),
    rpo: [policy(2.1, 0.01), policy(2, 0.01)],
    lastUseful: 2,
    tooLarge: 1.4,
    chosen: 1.3,
  };
  const evidence: Evidence = {
    bandit: partly,
    covered: { dpo: 2.8, rpo: [2.7, 2.6] },
    ratios: {
      dpo: [-100, -90],
      rpo: [
        [-5, -4],
        [2, -1],
      ],
    },
    gains: [
      { eta: 0.1, gain: estimate(-0.1) },
      { eta: 1, gain: estimate(0.1) },
    ],
  };
  const none = [{ eta: 1, gain: estimate(0.1, 0.06) }];

  testVerdicts((changes: Partial<Evidence>) => judge({ ...evidence, ...changes }).verdict, {
    "is reproduced where all parts show": [{}],
    "is partly reproduced where the true reward is no better": [{ gains: none }, { gains: [] }],
    "is not reproduced where the gain on the bandit is small, uncertain, or off the support": [
      { bandit: { ...partly, rpo: [policy(1.7, 0.01)] } },
      { bandit: { ...partly, rpo: [policy(2.1, 0.01, 0.5)] } },
      { bandit: { ...partly, rpo: [policy(2.1, 0.06)] } },
      { bandit: { ...partly, rpo: [] } },
      { bandit: { ...partly, dpo: policy(1.4, 0.2) } },
      { bandit: { ...partly, tooLarge: 1.7 } },
    ],
    "is not reproduced where the chosen log-ratio falls by a quarter of DPO's, or DPO's doesn't": [
      { ratios: { dpo: [-100, -90], rpo: [[-5, -30]] } },
      { ratios: { dpo: [-100, 1], rpo: [[-5, -4]] } },
      { ratios: { dpo: [], rpo: [[], []] } },
    ],
  });

  it("says that DPO is better with all actions covered", () => {
    expect(judge(evidence).because).toContain("actions covered DPO is better: 2.800, RPO 2.700, 2.600.");
    const wins = { ...evidence, covered: { dpo: 2.6, rpo: [2.7, 2.5] } };
    expect(judge(wins).because).toContain("actions covered DPO isn't better: 2.600, RPO 2.700");
  });
});
