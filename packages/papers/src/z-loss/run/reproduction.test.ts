import { describe, expect, it } from "vitest";
import type { Choices } from "../../kit/choices.ts";
import { expectEnclosed, smallHost as host, quickRun, testVerdicts } from "../../kit/test-host.fixture.ts";
import tuned from "../tuned.json" with { type: "json" };
import { digitArms, names, rateOf, wordArms, zArms, zLossFor } from "./arms.ts";
import { type Measured, secondsTo } from "./measured.ts";
import { reproduction } from "./reproduction.ts";
import {
  checkpointsOf,
  contextWords,
  digitRates,
  firstDigitRates,
  firstRatesOf,
  ks,
  model,
  rates,
  scales,
} from "./settings.ts";
import { drawn, readCorpus } from "./text.ts";
import type { Checkpoint, WordSpec } from "./trial.ts";
import { judge, slopeFrom } from "./verdict.ts";

describe("the reproduction of z-loss", () => {
  it("runs at the quick scale: every arm measured, a verdict given", async () => {
    const { rows, series, because } = await quickRun(reproduction, { host });
    const { words, digits, speed } = scales.quick;
    const count = (name: string) => rows.filter((row) => row.part === name).length;
    expect(count("words")).toBe(2 * words.length - 1);
    expect(count("digits")).toBe(digits.length);
    expect(count("speed")).toBe(4 * speed.length);
    for (const row of rows.filter((r) => r.part === "words")) {
      expect(row["top-1 error %"]).toMatch(/^\d+\.\d$/);
      expect(row.diverged).toBe(0);
      expect(row.MRR).toBeGreaterThan(0);
    }
    expect(series.length).toBe(words.length + 4);
    expect(because).toMatch(/^Speed: .* Family: .* Softmax: /);
  });

  it("learns: every arm ranks far better after 6,400 positions than before", async () => {
    for (const arm of ["log-softmax", "sampled softmax", "Z-loss a 0.1 b 28"] as const) {
      const result = await reproduction.trial(
        { ...spec, arm, learningRate: rateOf(tuned.choices, names.words(arm)) },
        host,
      );
      const mrr = result.part === "words" ? result.checkpoints?.at(-1)?.mrr : undefined;
      // Knowing nothing gives 0.001; the frequencies of the words alone about 0.12.
      expect(mrr).toBeGreaterThan(0.08);
    }
  });

  it("says that a trial diverged where the exact update refuses the rate", async () => {
    const result = await reproduction.trial({ ...spec, arm: "squared error", learningRate: 1e4 }, host);
    expect(result).toMatchObject({ part: "words", checkpoints: null });
  });

  it("asks for a host with texts", async () => {
    const { text, ...without } = host;
    expect(text).toBeDefined();
    await expect(reproduction.trial(spec, without)).rejects.toThrow("text: expected a host that has texts");
  });

  it("has a chosen rate for every arm inside of what was tried, and checkpoints at whole batches", () => {
    const search = (choice: string, axis: readonly number[], first: readonly number[]) => {
      expect(first, choice).toHaveLength(4);
      return { choice, label: { choice }, axes: { learningRate: axis } };
    };
    const words = wordArms.map((arm) => search(names.words(arm), rates, firstRatesOf(arm)));
    const digits = digitArms.map((arm) => search(names.digits(arm), digitRates, firstDigitRates));
    expectEnclosed(tuned, [...words, ...digits], { score: "score" });
    // Neither the smallest b nor the largest.
    for (const k of ks) expect(zArms.slice(1, -1)).toContain(zLossFor(tuned.choices, k));
    for (const amount of Object.values(scales))
      for (const positions of checkpointsOf(amount, true)) expect(positions % model.batch).toBe(0);
  });
});

const spec: WordSpec = {
  part: "words",
  arm: "Z-loss a 0.1 b 28",
  learningRate: 30,
  seed: 3,
  judge: "test",
  checkpoints: [6400],
  held: 256,
};

describe("readCorpus", () => {
  const corpus = readCorpus("The cat .\nA cat sat\n\nthe Dog .\n");

  it("numbers words by falling frequency, whatever their case, and keeps contexts within sentences", () => {
    expect(corpus.words).toBe(6);
    // the 0, cat 1, . 2, a 3, sat 4, dog 5
    expect([...corpus.targets]).toEqual([0, 1, 2, 3, 1, 4, 0, 5, 2]);
    const start = contextWords + 1;
    expect([...corpus.contexts.subarray(0, 9)]).toEqual([start, start, start, start, start, 0, start, 0, 1]);
    expect([...corpus.contexts.subarray(9, 12)]).toEqual([start, start, start]);
  });

  it("gives whole documents to training, tuning and testing", () => {
    const many = readCorpus(Array.from({ length: 10 }, (_, i) => `w${i} x`).join("\n\n"));
    expect([many.train.length, many.tune.length, many.test.length]).toEqual([16, 2, 2]);
    expect(many.tune[0]).toBe(16);
  });

  it("draws positions without repetition, as many as there are", () => {
    const all = Int32Array.from(corpus.targets, (_, i) => i);
    expect([...drawn(all, 100, () => 0.5)].sort()).toEqual([...all]);
    expect(new Set(drawn(all, 3, () => 0.5)).size).toBe(3);
  });
});

describe("the verdict", () => {
  const choices: Choices = Object.fromEntries(ks.map((k) => [names.zLoss(k), { arm: "Z-loss a 0.1 b 28" }]));
  /** Two seeds that differ a little, judged at 100 and 200 positions. */
  const runs = (accuracy: number, mrr: number, pace: number, ends = [100, 200]) =>
    [0, 0.002].map((shift) =>
      ends.map((positions): Checkpoint => {
        const top = ks.map(() => accuracy + shift);
        return { positions, seconds: pace * positions, top, mrr };
      }),
    );
  interface Changes {
    taylor?: number;
    softmax?: number;
    softmaxMrr?: number;
    dense?: number;
    slope?: number;
  }
  const measured = ({
    taylor = 0.2,
    softmax = 0.3,
    softmaxMrr = 0.2,
    dense = 100,
    slope = 1.2,
  }: Changes): Measured => ({
    classes: 1000,
    words: {
      "log-softmax": runs(softmax, softmaxMrr, 1, [100]),
      "Z-loss a 0.1 b 28": runs(0.32, 0.25, 0.01),
      "log-Taylor softmax": runs(taylor, 0.1, 0.01),
    },
    digits: {},
    speed: {
      "factored Z-loss": { 10000: 1, 200000: slope },
      "dense log-softmax": { 200000: dense },
      "hierarchical softmax": { 200000: 5 },
    },
  });

  testVerdicts((changes: Changes) => judge(measured(changes), choices).verdict, {
    "is reproduced where all three parts are shown": [{}],
    "is partly reproduced where the lead in the family, or that over softmax, is missing": [
      { taylor: 0.33 },
      { softmax: 0.4 },
      { softmaxMrr: 0.3 },
    ],
    "is not reproduced where the speed, or both others, are missing": [
      { dense: 9 },
      { slope: 4 },
      { taylor: 0.33, softmax: 0.4 },
    ],
  });

  it("names what is open", () => {
    expect(judge(measured({ taylor: 0.33 }), choices).because).toContain(
      "does not lead log-Taylor softmax at k = 1",
    );
    expect(judge(measured({ softmaxMrr: 0.3 }), choices).because).toContain("no Z-loss reaches");
  });

  it("measures slopes and the time to a score between two checkpoints", () => {
    expect(slopeFrom(10, { 1: 50, 10: 1, 100: 10, 1000: 100 })).toBeCloseTo(1, 12);
    expect(slopeFrom(10, { 10: 1 })).toBeNaN();
    const run: Checkpoint[] = [
      { positions: 1, seconds: 1, top: [], mrr: 0.1 },
      { positions: 2, seconds: 3, top: [], mrr: 0.3 },
    ];
    expect(secondsTo([run], 0.2)).toBeCloseTo(2, 12);
    expect(secondsTo([run], 0.05)).toBe(1);
    expect(secondsTo([run], 0.4)).toBeNull();
  });

  it("refuses choices that were never made", () => {
    expect(() => judge(measured({}), {})).toThrow("choices: expected a Z-loss for top-1, got undefined");
  });
});
