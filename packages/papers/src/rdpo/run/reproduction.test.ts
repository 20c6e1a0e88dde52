import { describe, expect, it } from "vitest";
import { smallHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import { banditTrial } from "./bandit-trial.ts";
import { rewardOfBest } from "./best-of.ts";
import { reproduction } from "./reproduction.ts";
import { wordRewards } from "./reward-model.ts";
import { scales } from "./settings.ts";
import { rewardAt } from "./text-runs.ts";
import { type BanditCell, type Evidence, judge } from "./verdict.ts";

describe("the reproduction of rdpo", () => {
  it("runs at the quick scale: every loss measured, the same without flips, a verdict given", async () => {
    const { rows, series, because } = await quickRun(reproduction, { host });
    const { bandit, text } = scales.quick;
    const cells = bandit.counts.length * bandit.epsilons.length;
    expect(rows.filter((row) => "bandit" in row)).toHaveLength(4 * cells);
    const trained = rows.filter((row) => "loss" in row);
    expect(trained).toHaveLength(text.runs.flatMap(({ arms }) => arms).length);
    for (const row of trained) expect(Number(row.KL)).toBeGreaterThan(0);
    const clean = trained.filter(({ epsilon }) => epsilon === 0);
    expect(new Set(clean.map(({ loss, ...numbers }) => JSON.stringify(numbers))).size).toBe(1);
    const noisy = trained.filter(({ epsilon }) => epsilon !== 0);
    expect(new Set(noisy.map(({ KL }) => KL)).size).toBe(noisy.length);
    expect(series.length).toBeGreaterThan(10);
    expect(because).toMatch(
      /^\(i\) fails: no slopes, which need several numbers of pairs from 2000 on\. \(ii\) .*\(iii\) .*\(iv\) .*\(v\) holds\. At the divergence where DPO ends/,
    );
  });
});

describe("a bandit", () => {
  it("is learned by rDPO from many noisy pairs, and not by DPO; some few pairs have no minimum", () => {
    const { fits, unheld } = banditTrial({
      part: "bandit",
      seed: 1001,
      counts: [500, 8000],
      epsilons: [0.4],
    });
    const of = (loss: string, count: number) => fits.find((fit) => fit.loss === loss && fit.count === count)!;
    expect(of("robust", 8000).error).toBeLessThan(0.7 * of("dpo", 8000).error);
    expect(of("robust", 8000).gap).toBeLessThan(0.3 * of("dpo", 8000).gap);
    expect(of("conservative", 8000).error).toBeGreaterThan(of("dpo", 8000).error);
    for (const { gap } of fits) expect(gap).toBeGreaterThan(0);
    const seeds = Array.from({ length: 6 }, (_, i) => 1001 + i);
    const some = seeds.map((seed) => banditTrial({ part: "bandit", seed, counts: [500], epsilons: [0.4] }));
    const bounded = some.map((bandit) => bandit.fits.find(({ loss }) => loss === "robust")!.bounded);
    expect(new Set(bounded)).toEqual(new Set([true, false]));
    // Without a minimum the error grows with the radius.
    const { unheld: free } = some[bounded.indexOf(false)];
    const errors = free.filter(({ loss }) => loss === "robust").map(({ error }) => error);
    expect(errors[errors.length - 1]).toBeGreaterThan(10 * errors[1]);
    expect(unheld.map(({ loss }) => loss)).toContain("dpo");
  });
});

describe("the reward at a divergence", () => {
  const path = [
    { kl: 0, reward: 0.1 },
    { kl: 2, reward: 0.3 },
    { kl: 1.5, reward: 0.9 },
  ];

  it("lies on straight lines between checkpoints, where it is first reached, and else at the end", () => {
    expect([0, 0.5, 2, 3].map((kl) => rewardAt(path, kl))).toEqual([0.1, expect.closeTo(0.15, 12), 0.3, 0.9]);
  });
});

describe("a model of rewards", () => {
  // Word 2 against word 3; two labels of five are the wrong way round, and word 4 is on both sides.
  const pairs = Array.from({ length: 30 }, (_, i) => {
    const [chosen, rejected] = i % 5 < 2 ? [3, 2] : [2, 3];
    return { prompt: [1], chosen: [chosen, 4], rejected: [rejected, 4] };
  });
  const fitted = (epsilon: number) =>
    wordRewards({ pairs, vocabulary: 5, epsilon, steps: 250, seed: 1 }, host);

  it("prefers what is chosen more often, the more the more of it is taken for flips", async () => {
    const [plain, robust] = [await fitted(0), await fitted(0.3)];
    for (const [nothing, start, good, bad, shared] of [plain, robust]) {
      expect([nothing, start, shared]).toEqual([0, 0, 0]);
      expect(bad).toBeCloseTo(-good, 5);
    }
    // Three to two is a difference of log 1.5.
    expect(Math.abs(plain[2] - plain[3] - Math.log(1.5))).toBeLessThan(0.05);
    expect(robust[2]).toBeGreaterThan(1.5 * plain[2]);
  });
});

describe("the best of some completions", () => {
  it("is what words are worth most in", () => {
    const candidates = { each: 2, drawn: [[2], [3], [4], [2]] };
    const valences = [0, 0, 1, -1, 2];
    const best = 0.5 * (1 / 4 + 2 / Math.sqrt(19));
    expect(rewardOfBest(candidates, valences, valences)).toBeCloseTo(best, 12);
    expect(rewardOfBest(candidates, [0, 0, 0, 5, 0], valences)).toBeCloseTo(
      0.5 * (-1 / 4 + 2 / Math.sqrt(19)),
      12,
    );
  });
});

describe("the verdict", () => {
  interface Changes {
    slope?: number;
    plateau?: number;
    spread?: number;
    gaps?: [number, number, number];
    rdpo?: number[];
    dpo?: number[];
    same?: boolean;
  }
  const evidence = ({
    slope = -0.5,
    plateau = 1,
    spread = 1,
    gaps = [0.1, 0.2, 0.3],
    rdpo = [0.5, 0.52],
    dpo = [0.3, 0.31],
    same = true,
  }: Changes): Evidence => {
    const cells = [0.1, 0.4].flatMap((epsilon) =>
      [500, 2000, 8000].map((count): BanditCell => {
        const scale = epsilon === 0.4 ? spread : 1;
        const [r, d, c] = gaps;
        return {
          epsilon,
          count,
          error: {
            rdpo: ((scale * 1) / (1 - 2 * epsilon)) * count ** slope,
            dpo: 1,
            cdpo: count === 8000 ? plateau : 1,
          },
          gap: { rdpo: r, dpo: d, cdpo: c },
        };
      }),
    );
    const rewards = { rdpo, dpo, cdpo: [0.2, 0.2] };
    return { features: 8, cells, rewards, same, equal: { kl: [5, 5], dpo, rdpo: [0.32, 0.3] } };
  };

  testVerdicts((changes: Changes) => judge(evidence(changes)).verdict, {
    "is reproduced where all five parts are shown": [{}],
    "is partly reproduced where only the bandit shows, or only text": [
      { rdpo: [0.3, 0.5] },
      { same: false },
      { slope: -0.65 },
      { plateau: 1.2 },
      { spread: 2.1 },
      { gaps: [0.2, 0.1, 0.3] },
      { gaps: [0.1, 0.3, 0.2] },
    ],
    "is not reproduced where DPO's reward isn't above cDPO's, or nothing shows": [
      { dpo: [0.1, 0.15] },
      { spread: 2.1, same: false },
    ],
  });

  it("says what is left of the gain at equal divergence, and which cells are out of order", () => {
    const { because } = judge(evidence({ gaps: [0.3, 0.2, 0.1] }));
    expect(because).toContain(
      "(iii) fails, at epsilon 0.1, n 2000; epsilon 0.1, n 8000; epsilon 0.4, n 2000",
    );
    expect(because).toContain("(5.0 nats) rDPO's reward is 0.31 and DPO's 0.30");
    expect(because).toMatch(/: the gain is mostly one of scale\.$/);
    const { because: other } = judge({
      ...evidence({}),
      equal: { kl: [5, 5], dpo: [0.3, 0.3], rdpo: [0.5, 0.5] },
    });
    expect(other).toMatch(/: the gain is not mostly one of scale\.$/);
  });
});
