import { describe, expect, it } from "vitest";
import { bundledHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { arms } from "./arms.ts";
import { prepare } from "./data.ts";
import { reportOf } from "./report.ts";
import { reproduction } from "./reproduction.ts";
import { materials, settings } from "./settings.ts";
import type { Spec } from "./trial.ts";
import { choiceName, endsOf, firstRound, tuneLosses } from "./tune.ts";
import { bootstrapRanks, judge, rankLosses } from "./verdict.ts";

const spec = (changes: Partial<Spec> = {}): Spec => ({
  dataset: "letter",
  setting: "uniform 0.3",
  loss: "aldr-kl",
  configuration: { learningRate: 0.1, parameter: 1, weightDecay: 5e-4 },
  seed: 5,
  judge: "test",
  fraction: 0.1,
  regime: "pilot",
  ...changes,
});

describe("the reproduction of ldr", () => {
  it("runs at the quick scale: a row a loss, the histogram of lambda, a verdict", async () => {
    const { rows, series, because, progress } = await quickRun(reproduction);
    expect(progress.at(-1)).toMatchObject({ done: 16, total: 16 });
    expect(rows.length).toBe(5);
    expect(
      rows
        .slice(0, 4)
        .every((row) => Number(row["letter, clean"]) > 0.1 && Number(row["vowel, clean"]) > 0.1),
    ).toBe(true);
    const histograms = ["letter", "vowel"].flatMap((id) =>
      ["corrupted", "clean"].map((kind) => `${id}, uniform 0.3: ${kind} labels`),
    );
    expect(series.map(({ name }) => name)).toEqual(histograms);
    for (const { y } of series) expect(y.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 2);
    expect(because).toMatch(/^Average ranks among 4 losses: /);
  });

  it("counts a diverged training as accuracy 0", async () => {
    const configuration = { learningRate: 1e30, parameter: 0, weightDecay: 5e-4 };
    const result = await reproduction.trial(spec({ loss: "cross-entropy", configuration }), host);
    expect(result).toEqual({ accuracy: 0, doubt: null });
  });

  it("judges tuning on noisy labels that were not trained on, tests on clean ones", async () => {
    const dataset = await host.dataset("letter");
    const setting = settings[2];
    const options = { material: materials[0], setting, seed: 3, fraction: 0.2, regime: "pilot" } as const;
    const test = prepare(dataset, { ...options, judge: "test" });
    const tune = prepare(dataset, { ...options, judge: "tune" });
    expect([test.train.y.length, test.judged.y.length]).toEqual([500, 800]);
    expect([tune.train.y.length, tune.judged.y.length]).toEqual([400, 100]);
    expect([...tune.train.y, ...tune.judged.y]).toEqual([...test.train.y]);
    expect(test.flipped.filter(Boolean).length / 500).toBeGreaterThan(0.45);
    const long = prepare(dataset, { ...options, regime: "long", judge: "test" });
    expect([long.train.y.length, long.judged.y.length]).toEqual([1000, 800]);
  });

  it("trains a deeper network for longer at the full scale", async () => {
    const own = { dataset: "vowel", loss: "cross-entropy" };
    const [pilot, long] = await Promise.all(
      (["pilot", "long"] as const).map((regime) => reproduction.trial(spec({ ...own, regime }), host)),
    );
    expect(long).not.toEqual(pilot);
  });

  it("tries every loss equally often, and stops at no end of a grid beyond which there is more", () => {
    for (const arm of arms)
      expect(new Set(firstRound(arm).map((c) => JSON.stringify(c))).size, arm.id).toBe(30);
    for (const { id: dataset } of materials)
      for (const { id: setting } of settings)
        for (const arm of arms) {
          const { id: loss, axes } = arm;
          const name = choiceName({ dataset, setting, loss });
          const choice = tuned.choices[name as keyof typeof tuned.choices];
          for (const [column, { values, beyond = [] }] of Object.entries(axes))
            expect([...values, ...beyond], name).toContain(choice[column as keyof typeof axes]);
          expect(endsOf(arm, choice), name).toEqual([]);
        }
  });
});

describe("tuning", () => {
  it("takes the best two pairs of the first round to all decays, on other seeds, and the best of those beyond the ends", async () => {
    const tried: Spec[] = [];
    // The best pair is 3 and 1; with a decay it is best without.
    const scoreOf = ({ configuration: c, loss }: Spec) =>
      (loss === "sce" ? -Math.abs(c.parameter - 0.5) : loss === "ldr-kl" ? -Math.log10(c.parameter) : 0) -
      Math.abs(Math.log10(c.learningRate / 0.3)) -
      c.weightDecay;
    const trials = async function* (specs: readonly Spec[]) {
      tried.push(...specs);
      for (const [index, one] of specs.entries())
        yield { index, result: { accuracy: 10 + scoreOf(one), doubt: null } };
    };
    const tuning = tuneLosses({ scale: "quick", trials }, ["vowel"]);
    const seen: number[] = [];
    let step = await tuning.next();
    for (; !step.done; step = await tuning.next()) {
      seen.push(step.value.done);
      // Beyond the ends of rates, and of the parameters of LDR-KL and ALDR-KL.
      expect(step.value.total).toBe(8 * (30 + (8 + 2) * 3) + 4 * 2 * 3);
    }
    expect(seen).toEqual(seen.map((_, i) => i + 1));
    const own = tried.filter(({ loss, setting }) => loss === "sce" && setting === "clean");
    expect(new Set(own.slice(0, 30).map(({ seed }) => seed))).toEqual(new Set([1001]));
    expect(new Set(own.slice(30).map(({ seed }) => seed))).toEqual(new Set([1002, 1003, 1004]));
    expect(step.value.choices["vowel/clean/sce"]).toMatchObject({
      learningRate: 0.3,
      parameter: 0.5,
      weightDecay: 0,
    });
    expect(step.value.choices["vowel/clean/sce"]).not.toHaveProperty("round");
    const atEnds = step.value.atEnds!;
    expect(atEnds).toContain("vowel/clean/ldr-kl: parameter 0.001");
    expect(atEnds.filter((end) => end.includes("sce"))).toEqual([]);
    const sce = arms.find(({ id }) => id === "sce")!;
    expect(endsOf(sce, { learningRate: 30, parameter: 1, weightDecay: 0.05 })).toEqual([
      "learningRate",
      "weightDecay",
    ]);
  });
});

describe("the verdict", () => {
  const losses = ["cross-entropy", "sce", "ldr-kl", "aldr-kl", "mae"];

  /** One setting of a data set for each list of accuracies, which are those of each of four seeds but for what is added. */
  const standing = (accuracies: number[][], added: (loss: number, seed: number) => number = () => 0) => ({
    losses,
    settings: accuracies.map((row, i) => ({
      dataset: i % 2 === 0 ? "letter" : "vowel",
      accuracies: row.map((value, loss) => [0, 1, 2, 3].map((seed) => value + added(loss, seed))),
    })),
  });
  const verdictOf = (made: ReturnType<typeof standing>) =>
    judge(rankLosses(made), bootstrapRanks(made)).verdict;

  testVerdicts(verdictOf, {
    "is reproduced where both are at the top and ALDR-KL never falls below rank 4": [
      standing([[0.8, 0.81, 0.9, 0.91, 0.1]]),
      // SCE ahead of both by half a rank only.
      standing([
        [0.7, 0.9, 0.8, 0.75, 0.1],
        [0.7, 0.8, 0.9, 0.95, 0.1],
      ]),
    ],
    "is partly reproduced where one is at the top, or ALDR-KL collapses once": [
      standing([[0.8, 0.95, 0.9, 0.7, 0.1]]),
      standing([...Array(2).fill([0.8, 0.7, 0.9, 0.95, 0.1]), [0.8, 0.7, 0.9, 0.1, 0.2]]),
      // Whether ALDR-KL is at the top, too, depends on the seeds.
      standing([[0.8, 0.9, 0.95, 0.9, 0.1]], (loss, seed) => (loss === 3 ? 0.02 * (seed - 1.5) : 0)),
    ],
    "is not reproduced where two others are clearly ahead of both": [standing([[0.9, 0.95, 0.8, 0.7, 0.1]])],
    "is undecided where neither is at the top for certain, and the seeds could say either of one": [
      standing([[0.9, 0.95, 0.9, 0.7, 0.1]], (loss, seed) => (loss === 2 ? 0.02 * (seed - 1.5) : 0)),
    ],
  });

  it("resamples seeds for all losses alike: what all gain of a seed decides nothing", () => {
    const made = standing([[0.8, 0.95, 0.9, 0.7, 0.1]], (_, seed) => 0.3 * seed);
    const ranks = rankLosses(made);
    for (const resampled of bootstrapRanks(made).slice(0, 50)) expect(resampled).toEqual(ranks);
  });

  it("averages ranks over settings, ties sharing theirs", () => {
    const ranks = rankLosses({
      losses: ["a", "b", "c"],
      settings: [
        {
          dataset: "letter",
          accuracies: [
            [0.4, 0.6],
            [0.5, 0.5],
            [0.1, 0.1],
          ],
        },
        {
          dataset: "letter",
          accuracies: [
            [0.9, 0.9],
            [0, 0.2],
            [0.2, 0.2],
          ],
        },
      ],
    });
    expect(ranks).toEqual([
      { loss: "a", average: 1.25, worst: 1.5 },
      { loss: "b", average: 2.25, worst: 3 },
      { loss: "c", average: 2.5, worst: 3 },
    ]);
  });
});

describe("the report", () => {
  it("pairs differences to cross-entropy by seed and averages the AUC of lambda over seeds", () => {
    const cells: [loss: string, seed: number, accuracy: number, auc?: number][] = [
      ["cross-entropy", 0, 0.5],
      ["cross-entropy", 1, 0.7],
      ["ldr-kl", 0, 0.6],
      ["ldr-kl", 1, 0.8],
      ["aldr-kl", 0, 0.55, 0.6],
      ["aldr-kl", 1, 0.85, 0.7],
    ];
    const doubt = (auc: number) => ({ auc, corrupted: [1, ...Array(24).fill(0)], clean: Array(25).fill(2) });
    const trials = cells.map(([loss, seed, accuracy, auc]) => {
      return {
        spec: spec({ loss, seed }),
        result: { accuracy, doubt: auc === undefined ? null : doubt(auc) },
      };
    });
    const { rows } = reportOf(trials);
    expect(rows.map((row) => row["letter, uniform 0.3"])).toEqual([0.7, 0.7, 0.6, 0.65]);
    expect(rows[0]).toMatchObject({
      "average rank": 1.5,
      "mean minus cross-entropy": 0.1,
      "sd over seeds": 0,
    });
    expect(rows.slice(0, 3).map((row) => [row["95 % from"], row["95 % to"]])).toEqual([
      [1, 2],
      [1, 2],
      [3, 3],
    ]);
    expect(rows[1]).toMatchObject({ "mean minus cross-entropy": 0.1, "sd over seeds": 0.0707 });
  });
});
