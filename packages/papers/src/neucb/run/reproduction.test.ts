import { describe, expect, it } from "vitest";
import { chosen } from "../../kit/choices.ts";
import {
  bundledHost,
  expectEnclosed,
  madeUpImages,
  quickRun,
  testVerdicts,
} from "../../kit/test-host.fixture.ts";
import { neighboursOf } from "../../kit/tune-lattice.ts";
import type { TrialHost } from "../../reproduction.ts";
import tuned from "../tuned.json" with { type: "json" };
import { armOf, arms, columns, tunedArms } from "./arms.ts";
import { environmentOf } from "./data.ts";
import { lattices, reproduction } from "./reproduction.ts";
import { tasksAt } from "./settings.ts";
import type { BanditResult, BanditSpec } from "./trial.ts";
import { type Evidence, judge } from "./verdict.ts";

/** Noise, and the number of the image in bits, which halving keeps. */
const pictures = madeUpImages({ count: 6000, height: 28, width: 28 }, (image, at) =>
  at < 26 ? 250 * ((image >> (at >> 1)) & 1) : ((784 * image + at) * 7919) % 251,
);
const host: TrialHost = { ...bundledHost, images: () => Promise.resolve(pictures) };

const spec: BanditSpec = {
  part: "bandit",
  task: "digits",
  arm: "fast",
  seed: 7,
  rounds: 80,
  judge: "test",
  costFactor: 1,
  hidden: [100],
  configuration: { learningRate: 2, explore: 100 },
};
const timeless = async (of: BanditSpec): Promise<Partial<BanditResult>> => {
  const { milliseconds: _, ...rest } = (await reproduction.trial(of, host)) as BanditResult;
  return rest;
};

describe("the reproduction of neucb", () => {
  it("runs at the quick scale: a row a bandit and task, curves with bands, a verdict by its two parts", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction, { host, seeds: 1 });
    expect(progress).toHaveLength(30);
    expect(rows.filter(({ task }) => task === "digits").map(({ bandit }) => bandit)).toEqual(
      arms.map(({ label }) => label),
    );
    expect(rows.filter(({ task }) => task === "MNIST").length).toBe(tunedArms.length);
    expect(rows.filter((row) => "perturbation by signs against" in row).length).toBe(4);
    expect(rows.filter((row) => "costs times" in row).length).toBe(3);
    expect(rows.filter((row) => "regression alone" in row).length).toBe(2);
    for (const { y, low = [], high = [] } of series) {
      expect(low.length).toBe(y.length);
      y.forEach((value, k) => {
        expect(low[k]).toBeLessThanOrEqual(value);
        expect(high[k]).toBeGreaterThanOrEqual(value);
      });
    }
    expect(because).toMatch(/^digits: NeuFastCB \d+.*\(\(ii\) \w+\); minus .*\. MNIST: .* By the first rule/);
  });

  it("ends its curve at the regret of all rounds", async () => {
    const { curve, regret } = await timeless(spec);
    expect(curve?.at(-1)).toBe(regret);
  });

  it("counts what is left as lost where training diverges", async () => {
    const configuration = { learningRate: 1e9, explore: 100 };
    expect(await timeless({ ...spec, arm: "square-none", configuration })).toMatchObject({ diverged: true });
  });

  it("tunes on images that no measured run sees", async () => {
    const rows = async (judge: "test" | "tune", seed: number): Promise<Set<string>> => {
      const environment = await environmentOf({ task: "mnist", judge, seed, rounds: 500 }, host);
      return new Set(Array.from({ length: 500 }, (_, t) => String(environment.context(t).features)));
    };
    const [test, tune] = [await rows("test", 1), await rows("tune", 2)];
    expect([test.size, tune.size, test.union(tune).size]).toEqual([500, 500, 1000]);
  });

  it("has choices for every arm and task of every scale", () => {
    for (const { id, chosenOn } of [...tasksAt("default"), ...tasksAt("full")])
      for (const arm of arms) {
        const { learningRate } = chosen(tuned.choices, `${chosenOn}, ${armOf(arm.id).choice}`, columns);
        expect(learningRate, `${id}, ${arm.id}`).toBeGreaterThan(0);
      }
  });

  it("begins its tuning inside its lists, so that there are neighbours on either side", () => {
    for (const { choice, axes, start } of lattices("default"))
      expect(neighboursOf({ axes }, start), choice).toHaveLength(2 * Object.keys(axes).length);
  });

  it("has choices at no end of their lists, with every neighbour tried and none better", () => {
    expectEnclosed(
      tuned,
      lattices("default"),
      { score: "regret", best: "least" },
      (name, value) => name === "explore" && value === 0,
    );
  });

  it("has deeper networks and letters of 26 classes at the full scale", async () => {
    const own = tasksAt("full");
    expect(own.filter(({ counted }) => counted).map(({ id }) => id)).toEqual(["digits", "mnist", "letter"]);
    const { regret } = (await timeless({ ...spec, task: "letter", hidden: [20, 20] })) as BanditResult;
    // At random 25 of 26 rounds are lost.
    expect(regret).toBeGreaterThan(30);
    expect(regret).toBeLessThanOrEqual(80);
  });
});

describe("the verdict", () => {
  const evidence: Evidence = {
    task: "a",
    fast: [90, 95, 100],
    square: [100, 105, 110],
    greedy: [{ label: "greedy", regrets: [120, 126, 130] }],
    rivals: [
      { label: "greedy", regrets: [120, 126, 130] },
      { label: "ucb", regrets: [115, 120, 126] },
    ],
    variants: [{ label: "ours", regrets: [91, 94, 99] }],
  };
  const ofTasks = (all: Partial<Evidence>[]) => judge(all.map((e) => ({ ...evidence, ...e })));

  testVerdicts((all: Partial<Evidence>[]) => ofTasks(all).verdict, {
    "is reproduced where the order and the lead over the best baseline show on every task": [[{}, {}]],
    "is partly reproduced where one task shows both, or all show the lead": [
      [{}, { fast: [200, 200, 200] }],
      [{ square: [80, 80, 80] }, { square: [80, 80, 80] }],
    ],
    "is not reproduced where a baseline ties, or nothing ran": [
      [{ fast: [95, 120, 140] }, { fast: [95, 120, 140] }],
      [],
    ],
  });

  it("names the best rival, and beside it the best with our variants, by which the first rule went", () => {
    const { because } = ofTasks([{}]);
    expect(because).toContain("rivals, ucb with 120: -25 +- 0 ((ii) holds)");
    expect(because).toContain("predict costs, ours with 95: +0 +- 1.");
    expect(because).toMatch(/first rule, with our variants among the rivals: not reproduced\.$/);
  });

  it("finds no lead on one seed", () => {
    const rival = { label: "ucb", regrets: [115] };
    const one = { fast: [90], square: [100], greedy: [rival], rivals: [rival], variants: [] };
    const { verdict, because } = ofTasks([one]);
    expect(verdict).toBe("not reproduced");
    expect(because).toContain("-25 (one seed, no error) ((ii) fails)");
  });
});
