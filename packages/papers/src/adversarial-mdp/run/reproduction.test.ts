import { describe, expect, it } from "vitest";
import { bundledHost, quickRun, quickTune, testVerdicts } from "../../kit/test-host.fixture.ts";
import { columnsAtEnds } from "../../kit/tune-grid.ts";
import type { Reproduction } from "../../reproduction.ts";
import { seedsOfRun, takenSeeds } from "../../run-seeds.ts";
import tuned from "../tuned.json" with { type: "json" };
import { shownArms, tunedArms } from "./arms.ts";
import { bootstrap } from "./bootstrap.ts";
import { learningTrial } from "./learning.ts";
import { type LemmaResult, lemmaTrial } from "./lemmas.ts";
import { reproduction } from "./reproduction.ts";
import { firstSeed, grids } from "./settings.ts";
import { compareEnds, type Ends, type Judged, judge } from "./verdict.ts";

describe("the reproduction of adversarial-mdp", () => {
  it("is measured on seeds that nothing before the rule's last form had", async () => {
    const host = { ...bundledHost, scale: "default", seeds: null, firstSeed: null } as const;
    const used = await seedsOfRun(reproduction as Reproduction<unknown, unknown>, host);
    expect(used[0]).toBe(firstSeed);
    expect(takenSeeds(reproduction as Reproduction<unknown, unknown>, used)).toBeNull();
  });

  it("runs at its quick scale and reports rows, curves with bands and a verdict", async () => {
    const { rows, series, because } = await quickRun(reproduction);
    expect(rows.filter((row) => "lemma" in row)).toHaveLength(10);
    expect(rows.filter((row) => "linear bandit" in row)).toHaveLength(shownArms.bandit.length);
    expect(rows.filter((row) => "linear MDP" in row)).toHaveLength(shownArms.mdp.length);
    expect(rows.filter((row) => "trap" in row)).toHaveLength(shownArms.trap.length);
    expect(rows.filter((row) => "combination lock" in row)).toHaveLength(2 * tunedArms.lock.length + 1);
    const curves = series.filter(({ yLabel }) => yLabel.startsWith("regret"));
    for (const { y } of curves) {
      expect(y.filter(Number.isNaN)).toHaveLength(2);
      const length = (y.length - 2) / 3;
      for (let i = 0; i < length; i++) {
        expect(y[length + 1 + i]).toBeLessThanOrEqual(y[i]);
        expect(y[2 * length + 2 + i]).toBeGreaterThanOrEqual(y[i]);
      }
    }
    expect(because).toMatch(/^Lemmas hold/);
    expect(because).toMatch(/a need for protection (shows|does not show)/);
  });

  it("gives every arm of a study the same grid on seeds of its own", async () => {
    const { rows, choices } = await quickTune(reproduction);
    for (const study of ["bandit", "phases", "mdp", "lock"] as const) {
      const counts = tunedArms[study].map(
        (arm) => rows.filter((row) => row.study === study && row.arm === arm).length,
      );
      expect(new Set(counts).size).toBe(1);
      for (const arm of tunedArms[study]) {
        const own = rows.filter((row) => row.study === study && row.arm === arm);
        expect(choices[`${study} ${arm}`].regret).toBe(Math.min(...own.map(({ regret }) => Number(regret))));
      }
    }
    expect(Number(choices["lock luo with bonus"].bonusScale)).toBeGreaterThan(0);
    expect(choices["lock luo without bonus"].bonusScale).toBe(0);
  });

  it("has committed choices inside of their grids; bounds are no bonus, and in the lock a scale at which the regulariser is nothing", () => {
    // At the largest scale the regulariser makes no difference any more.
    const largest = grids.lock.etaScale.at(-1)!;
    const limit = tuned.rows.filter(
      (row) => row.study === "lock" && row.etaScale === largest && row.bonusScale === 0,
    );
    const [barrier, hedge] = ["barrier", "unprotected"].map(
      (id) => limit.find(({ arm }) => arm === id)?.regret,
    );
    expect(barrier).toBe(hedge);
    for (const study of ["bandit", "phases", "mdp", "lock"] as const) {
      const own = Object.entries(tuned.choices).filter(([, choice]) => choice.study === study);
      expect(own.length).toBeGreaterThanOrEqual(tunedArms[study].length);
      const { etaScale, bonusScale } = grids[study];
      const grid = etaScale.flatMap((eta) =>
        bonusScale.map((bonus) => ({ etaScale: eta, bonusScale: bonus })),
      );
      for (const [name, choice] of own) {
        const ends = columnsAtEnds(grid, choice).filter(
          ([column]) => choice[column as "etaScale"] !== largest,
        );
        expect(ends, name).toEqual([]);
      }
    }
  });

  it("has the same result for the same spec, and one environment for all arms", () => {
    const choice = { etaScale: 10, bonusScale: 0 };
    const spec = { kind: "learning", study: "mdp", episodes: 40, seed: 5, ...choice } as const;
    const once = learningTrial({ ...spec, arm: "barrier" });
    expect(learningTrial({ ...spec, arm: "barrier" })).toEqual(once);
    expect(learningTrial({ ...spec, arm: "reduced" })).not.toEqual(once);
    const still = (arm: string) => learningTrial({ ...spec, arm, etaScale: 1e-9 }).meanLoss;
    expect(still("luo")).toBeCloseTo(still("uniform"), 6);
    expect(still("barrier")).toBeCloseTo(still("uniform"), 6);
  });
});

describe("the lemmas", () => {
  it("hold, and show Hedge's failure", () => {
    const found = lemmaTrial({ kind: "lemmas", sequences: 100, seed: 1 });
    expect(found.violations).toBe(0);
    expect(found.worstRatio).toBeGreaterThan(0.01);
    expect(found.hedge.regret).toBeGreaterThan(4 * found.hedge.bound);
    expect(found.leastReduced).toBeGreaterThanOrEqual(found.leastM - 1e-9);
    expect(found.leastPlain).toBeLessThan(1.5 * found.leastReduced);
    expect(found.meanDistance).toBeLessThan(4);
  });
});

describe("the verdict", () => {
  const lemmas: LemmaResult = {
    sequences: 10,
    violations: 0,
    worstRatio: 0.5,
    hedge: { regret: 990, bound: 200 },
    meanDistance: 1,
    leastPlain: -9,
    leastReduced: -1,
    leastM: -1,
    belowM: 0,
    momentRatio: 0.5,
  };
  const episodes = [100, 400, 1600];
  /** Regret `factor K^slope` with a little noise by seed. */
  const ends = (slope: number, factor: number): Ends => ({
    episodes,
    regrets: episodes.map((k) => [0.97, 1, 1.01, 1.02].map((noise) => noise * factor * k ** slope)),
  });
  const study = (luo: Ends, barrier: Ends, reduced: Ends, unprotected = barrier, small = barrier) => {
    const both = { "barrier-small": small, "unprotected-small": unprotected };
    return new Map(Object.entries({ luo, barrier, reduced, unprotected, ...both }));
  };
  const good = study(ends(0.8, 1), ends(0.65, 1), ends(0.6, 1), ends(0.5, 1));
  const flat = study(ends(0.8, 1), ends(0.79, 1), ends(0.6, 1));
  const equal = study(ends(0.8, 1), ends(0.8, 0.9), ends(0.6, 1));

  const all: Judged = { lemmas, bandit: good, mdp: good, trap: good };

  testVerdicts((changes: Partial<Judged>) => judge({ ...all, ...changes }).verdict, {
    "is reproduced where lemmas, rates and the MDP show": [{}],
    "is partly reproduced where one of the latter does": [{ bandit: flat }, { mdp: equal }],
    "is not reproduced where neither does, or a lemma fails": [
      { bandit: flat, mdp: equal },
      { lemmas: { ...lemmas, violations: 1 } },
    ],
  });

  it("is told for the registered arm in the place of the log barrier, too, and not changed by it", () => {
    const [slow, fast] = [ends(0.8, 1), ends(0.6, 1)];
    const mdp = study(slow, slow, fast, fast, fast);
    const found = judge({ ...all, mdp });
    expect(found.verdict).toBe("partly reproduced");
    expect(found.because).toMatch(
      /hundredth of gamma .* the MDP holds, and the verdict would be reproduced\./,
    );
    const worse = judge({ ...all, bandit: study(slow, fast, fast, fast, slow) });
    expect(worse.verdict).toBe("reproduced");
    expect(worse.because).toMatch(/hundredth of gamma .* rates fail, .* would be partly reproduced\./);
  });

  it("has no rate where a mean regret is not positive", () => {
    const regrets = [Array(4).fill(1), [-1, -1, 0, 1], Array(4).fill(-9)];
    const negative: Ends = { episodes, regrets };
    const bandit = study(ends(0.8, 1), negative, ends(0.6, 1));
    expect(compareEnds(negative, ends(0.8, 1)).slope).toBeNull();
    expect(judge({ ...all, bandit }).verdict).toBe("partly reproduced");
  });

  it("says whether a need for protection shows", () => {
    expect(judge(all).because).toContain("does not show");
    const worse = study(ends(0.8, 1), ends(0.65, 1), ends(0.6, 1), ends(0.9, 1));
    expect(judge({ ...all, bandit: worse }).because).toContain("a need for protection shows");
  });

  it("rests on slopes and intervals that are right", () => {
    const { gain, gainInterval, ratio } = compareEnds(ends(0.6, 1), ends(0.8, 1));
    expect(gain).toBeCloseTo(0.2, 9);
    expect(gainInterval![0]).toBeLessThanOrEqual(gain! + 1e-9);
    expect(ratio).toBeCloseTo(1600 ** -0.2, 9);
    const values = Array.from({ length: 40 }, (_, i) => i);
    const [low, high] = bootstrap(40, (drawn) => drawn.reduce((s, i) => s + values[i] / 40, 0))!;
    // 19.5 and two standard errors of 1.83.
    expect(low).toBeGreaterThan(14.5);
    expect(low).toBeLessThan(17);
    expect(high).toBeGreaterThan(22);
    expect(high).toBeLessThan(24.5);
  });
});
