import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normals } from "../../../../test/support/normals.ts";
import type { CandidateSummary, Ranking, RankingEntry, TestedDifference, TrialRecord } from "../results.ts";
import { bayesianCorrelatedTTest, correctedTTest, holm, type RankOptions, rank } from "./index.ts";

const options: RankOptions = {
  metric: "balanced-accuracy",
  higherIsBetter: true,
  baseline: "cross-entropy",
  rope: "auto",
  alpha: 0.05,
  testTrainRatio: 1 / 4,
};

const candidate = (id: string, kind: "loss" | "reference" = "loss", label = id): CandidateSummary => ({
  id,
  label,
  kind,
  formula: "",
  grid: [],
});

const baseline = candidate("cross-entropy", "loss", "Cross-entropy");

const trial = (id: string, seed: number, fold: number, score: number | null): TrialRecord => ({
  candidate: id,
  seed,
  fold,
  status: "ok",
  chosen: null,
  tuning: [],
  epochs: 1,
  score,
  metrics: {},
  curve: [],
  rows: { fit: 1, validation: 1, test: 1 },
  seconds: 0,
});

/** Five folds a seed, in order. */
const trialsOf = (id: string, scores: readonly (number | null)[]): TrialRecord[] =>
  scores.map((score, i) => trial(id, Math.floor(i / 5), i % 5, score));

const diverged = (record: TrialRecord): TrialRecord => ({ ...record, status: "diverged", score: null });

/** Scores of the baseline on ten folds, and noise of two sizes that averages to zero. */
const base = [0.71, 0.74, 0.69, 0.73, 0.72, 0.7, 0.75, 0.71, 0.68, 0.74];
const noise = [1, -2, 0.5, 1.5, -1, 2, -1.5, 0.5, -2, 1];
const shifted = (by: number, spread: number): number[] => base.map((v, i) => v + by + spread * noise[i]!);

const entryOf = (ranking: Ranking, id: string): RankingEntry => {
  const found = ranking.entries.find((entry) => entry.candidate === id);
  if (found === undefined) throw new Error(`no entry ${id}`);
  return found;
};

/** One field of all entries, by candidate. */
const byCandidate = (ranking: Ranking, field: "verdict" | "sentence"): Record<string, string> =>
  Object.fromEntries(ranking.entries.map((entry) => [entry.candidate, entry[field]]));

/** The difference of a loss that was tested. */
function testedOf(ranking: Ranking, id: string): TestedDifference {
  const { difference } = entryOf(ranking, id);
  if (difference === null || difference.p === null) throw new Error(`${id} was not tested`);
  return difference;
}

/** Ranks losses by their scores, beside the baseline. */
function ranked(scores: Record<string, readonly number[]>, changes: Partial<RankOptions> = {}): Ranking {
  return rank(
    [...trialsOf("cross-entropy", base), ...Object.entries(scores).flatMap(([id, s]) => trialsOf(id, s))],
    [baseline, ...Object.keys(scores).map((id) => candidate(id))],
    { ...options, ...changes },
  );
}

describe("verdicts", () => {
  const ranking = ranked({
    good: shifted(0.03, 0.004),
    bad: shifted(-0.03, 0.004),
    twin: shifted(0.0005, 0.002),
    tiny: shifted(0.002, 0.0005),
    vague: shifted(0.01, 0.02),
  });

  test("tell clear improvements, losses, practical equality and doubt apart", () => {
    expect(byCandidate(ranking, "verdict")).toEqual({
      ...{ "cross-entropy": "baseline", good: "better", bad: "worse" },
      ...{ twin: "same", tiny: "same", vague: "undecided" },
    });
  });

  test("call a significant difference of no practical size the same", () => {
    const { difference } = entryOf(ranking, "tiny");
    expect(difference?.pHolm).toBeLessThan(0.01);
    expect(difference?.pSame).toBeGreaterThan(0.95);
  });

  test("put candidates from the best to the worst mean, the baseline among them", () => {
    expect(ranking.entries.map(({ candidate: id }) => id)).toEqual([
      "good",
      "vague",
      "tiny",
      "twin",
      "cross-entropy",
      "bad",
    ]);
  });

  test("rest on the corrected test, Holm over the losses and the posterior with rho of one fold in five", () => {
    const ids = ["good", "bad", "twin", "tiny", "vague"];
    const tests = ids.map((id) => correctedTTest(entryOf(ranking, id).difference!.values, 1 / 4));
    const adjusted = holm(tests.map(({ p }) => p));
    ids.forEach((id, i) => {
      const { difference } = entryOf(ranking, id);
      const { mean, low, high, p } = tests[i]!;
      expect(difference).toMatchObject({ mean, low, high, p, pHolm: adjusted[i] });
      expect(difference).toMatchObject(bayesianCorrelatedTTest(difference!.values, 0.2, 0.01, true));
    });
  });

  test("say the same in words", () => {
    const sentences = Object.fromEntries(ranking.entries.map((e) => [e.candidate, e.sentence]));
    expect(sentences).toEqual({
      "cross-entropy": "The baseline: balanced accuracy 0.717 (standard deviation 0.0231) over 10 folds.",
      good: expect.stringMatching(
        /^3\.0 points of balanced accuracy better than cross-entropy \(95 % interval 2\.\d to 3\.\d, p < 0\.001 after Holm\)\.$/,
      ),
      bad: expect.stringMatching(
        /^3\.0 points of balanced accuracy worse than cross-entropy \(95 % interval 2\.\d to 3\.\d, p < 0\.001 after Holm\)\.$/,
      ),
      twin: "Practically the same as cross-entropy: the difference is within 1.0 points with probability > 0.99.",
      tiny: "Practically the same as cross-entropy: the difference is within 1.0 points with probability > 0.99.",
      vague:
        "Not distinguishable from cross-entropy: 1.0 points of balanced accuracy better on average " +
        "(95 % interval -3.0 to 5.0, p = 1 after Holm).",
    });
    expect(ranking.summary).toBe(
      "One of 5 losses is distinguishably better than cross-entropy on these data: good.",
    );
  });
});

describe("summaries", () => {
  test("no loss better is a perfectly good answer, with the counts of the rest", () => {
    const { summary } = ranked({
      twin: shifted(0, 0.002),
      vague: shifted(0.01, 0.02),
      bad: shifted(-0.1, 0.01),
    });
    expect(summary).toBe(
      "No loss is distinguishably better than cross-entropy on these data (of 3: 1 practically the same, 1 worse, 1 undecided).",
    );
  });

  test("several better losses are named from the best on", () => {
    expect(
      ranked({ a: shifted(0.03, 0.004), b: shifted(0.05, 0.004), twin: shifted(0, 0.002) }).summary,
    ).toBe("Two of 3 losses are distinguishably better than cross-entropy on these data: b, a.");
  });

  test("without another loss, or without a result of the baseline, there is nothing to compare", () => {
    expect(ranked({}).summary).toBe(
      "No other loss than cross-entropy was run, so there is nothing to compare.",
    );
    const failed = trialsOf("cross-entropy", base).map((trial) => diverged(trial));
    const none = rank([...failed, ...trialsOf("a", base)], [baseline, candidate("a")], options);
    expect(none.summary).toBe(
      "The baseline, cross-entropy, has no result, so nothing can be compared with it.",
    );
    expect(entryOf(none, "a")).toMatchObject({ verdict: "undecided", difference: null });
  });

  test("without a trial of the baseline or of a reference there is no ranking", () => {
    const majority = { ...candidate("majority"), kind: "reference" } as const;
    const refusal = (id: string, trials: TrialRecord[]) =>
      expect(() => rank(trials, [baseline, candidate("a"), majority], options)).toThrow(
        new RangeError(`trials: expected some of the ${id}, got none`),
      );
    refusal("baseline cross-entropy", [...trialsOf("a", base), ...trialsOf("majority", base)]);
    refusal("reference majority", [...trialsOf("a", base), ...trialsOf("cross-entropy", base)]);
  });
});

describe("divergence, references and partial runs", () => {
  test("a loss that diverged on any fold is ranked last and not tested, however good the rest is", () => {
    const [first, ...rest] = trialsOf("wild", shifted(0.2, 0.001));
    const ranking = rank(
      [
        ...trialsOf("cross-entropy", base),
        diverged(first!),
        ...rest,
        ...trialsOf("bad", shifted(-0.1, 0.01)),
      ],
      [candidate("wild"), baseline, candidate("bad")],
      options,
    );
    expect(ranking.entries.map((e) => e.candidate)).toEqual(["cross-entropy", "bad", "wild"]);
    expect(entryOf(ranking, "wild")).toMatchObject({
      verdict: "diverged",
      diverged: 1,
      n: 9,
      difference: null,
      sentence: "Diverged in 1 of 10 trials, so it is ranked last and not tested.",
    });
    // Alone in the family: Holm does not count the diverged one.
    const { difference } = entryOf(ranking, "bad");
    expect(difference?.pHolm).toBe(difference?.p);
  });

  test("a loss that diverged everywhere has no mean and comes after one that diverged once", () => {
    const [first, ...rest] = trialsOf("wild", base);
    const ranking = rank(
      [
        ...trialsOf("cross-entropy", base),
        ...trialsOf("gone", base).map(diverged),
        diverged(first!),
        ...rest,
      ],
      [baseline, candidate("gone"), candidate("wild")],
      options,
    );
    expect(ranking.entries.map((e) => e.candidate)).toEqual(["cross-entropy", "wild", "gone"]);
    expect(entryOf(ranking, "gone")).toMatchObject({ mean: null, sd: null, n: 0, diverged: 10 });
    expect(entryOf(ranking, "gone").sentence).toMatch(/^Diverged in 10 of 10 trials/);
  });

  test("references come after all, keep their difference, and do not weigh on the losses", () => {
    const scores = { vague: shifted(0.01, 0.02) };
    const trials = [
      ...trialsOf("cross-entropy", base),
      ...trialsOf("vague", scores.vague),
      ...trialsOf("tuned", shifted(0.04, 0.002)),
    ];
    const ranking = rank(trials, [candidate("tuned", "reference"), baseline, candidate("vague")], options);
    const tuned = entryOf(ranking, "tuned");
    expect(ranking.entries.at(-1)).toBe(tuned);
    expect(tuned.verdict).toBe("reference");
    expect(tuned.difference?.pHolm).toBe(tuned.difference?.p);
    expect(tuned.sentence).toMatch(
      /^4\.0 points of balanced accuracy better than cross-entropy \(.*, p < 0\.001\); shown beside the losses, not ranked\.$/,
    );
    expect(entryOf(ranking, "vague")).toEqual(entryOf(ranked(scores), "vague"));
    expect(ranking.summary).toMatch(/^No loss is .* \(of 1: 1 undecided\)\.$/);
  });

  test("pairs are the folds both have, in order, whatever the order of the trials", () => {
    const trials = [
      trial("a", 1, 0, 0.9),
      trial("a", 0, 3, 0.8),
      trial("a", 0, 1, null),
      trial("a", 0, 0, 0.7),
      trial("cross-entropy", 0, 3, 0.5),
      trial("cross-entropy", 0, 0, 0.5),
      trial("cross-entropy", 1, 0, 0.5),
      trial("cross-entropy", 0, 1, 0.5),
      trial("cross-entropy", 1, 1, 0.5),
    ];
    const entry = entryOf(rank(trials, [baseline, candidate("a")], options), "a");
    expect(entry.difference?.pairs).toEqual([
      { seed: 0, fold: 0 },
      { seed: 0, fold: 3 },
      { seed: 1, fold: 0 },
    ]);
    expect(entry.difference?.values.map((v) => Number(v.toFixed(9)))).toEqual([0.2, 0.3, 0.4]);
    expect(entry).toMatchObject({ n: 3, diverged: 0 });
    expect(entry.sentence).toContain("better on average on 3 of 5 folds (95 % interval");
  });

  test("one common fold is not tested, and a loss that has not run has no mean", () => {
    const trials = [...trialsOf("cross-entropy", base), trial("once", 0, 0, 0.9)];
    const ranking = rank(trials, [baseline, candidate("never"), candidate("once")], options);
    expect(ranking.entries.map((e) => e.candidate)).toEqual(["once", "cross-entropy", "never"]);
    for (const id of ["once", "never"]) {
      expect(entryOf(ranking, id)).toMatchObject({
        verdict: "undecided",
        difference: null,
        sentence: "Fewer than two folds in common with cross-entropy: not tested.",
      });
    }
  });

  test("equal scores are the same, and a constant difference on two folds proves nothing", () => {
    expect(entryOf(ranked({ copy: base }), "copy").verdict).toBe("same");
    const two = [0.5, 0.6];
    const trials = [...trialsOf("cross-entropy", two), ...trialsOf("lucky", [0.75, 0.85])];
    expect(entryOf(rank(trials, [baseline, candidate("lucky")], options), "lucky").verdict).toBe("undecided");
  });
});

describe("where all seeds are tested on the same rows", () => {
  const seeds = (id: string, scores: readonly number[]): TrialRecord[] =>
    scores.map((score, seed) => trial(id, seed, 0, score));
  const loss = [0.74, 0.75, 0.76];
  const ranking = rank(
    [
      ...seeds("cross-entropy", [0.7, 0.71, 0.72]),
      ...seeds("far", loss),
      ...seeds("tuned", loss),
      diverged(trial("wild", 0, 0, null)),
      trial("late", 2, 0, 0.7),
    ],
    [baseline, candidate("far"), candidate("tuned", "reference"), candidate("wild"), candidate("late")],
    { ...options, testTrainRatio: null },
  );

  test("there are differences and no claims, however clear it looks", () => {
    for (const id of ["far", "tuned"]) {
      const { difference } = entryOf(ranking, id);
      expect(difference?.mean).toBeCloseTo(0.04, 10);
      expect(difference?.values).toHaveLength(3);
      for (const claim of ["low", "high", "p", "pHolm", "pBetter", "pSame", "pWorse"] as const)
        expect(difference?.[claim]).toBe(null);
    }
    expect(ranking.entries.map(({ candidate: id, verdict }) => [id, verdict])).toEqual([
      ["far", "undecided"],
      ["cross-entropy", "baseline"],
      ["late", "undecided"],
      ["wild", "diverged"],
      ["tuned", "reference"],
    ]);
  });

  test("words speak of seeds, and one sentence says why there is no verdict", () => {
    expect(byCandidate(ranking, "sentence")).toEqual({
      "cross-entropy": "The baseline: balanced accuracy 0.71 (standard deviation 0.01) over 3 seeds.",
      far: "4.0 points of balanced accuracy better than cross-entropy on the test file; no verdict.",
      late: "2.0 points of balanced accuracy worse than cross-entropy on 1 of 3 seeds on the test file; no verdict.",
      wild: "Diverged in 1 of 1 trials, so it is ranked last and not tested.",
      tuned:
        "4.0 points of balanced accuracy better than cross-entropy; shown beside the losses, not ranked.",
    });
    expect(ranking.summary).toBe(
      "No verdict against cross-entropy: every seed is tested on the same rows, so the seeds can't tell how the differences would be on other rows.",
    );
  });
});

describe("metrics where lower is better", () => {
  const errors = { metric: "rmse", higherIsBetter: false } as const;

  test("a negative difference is the improvement, and the sentence says so", () => {
    const ranking = ranked({ good: shifted(-0.03, 0.004), bad: shifted(0.03, 0.004) }, errors);
    const good = entryOf(ranking, "good");
    expect(good.verdict).toBe("better");
    expect(good.difference?.mean).toBeCloseTo(-0.03, 10);
    expect(good.difference?.pBetter).toBeGreaterThan(0.999);
    expect(good.sentence).toMatch(
      /^RMSE 0\.03 better than cross-entropy \(95 % interval 0\.02\d* to 0\.03\d*, p < 0\.001 after Holm\)\.$/,
    );
    expect(entryOf(ranking, "bad").verdict).toBe("worse");
    expect(ranking.entries.map((e) => e.candidate)).toEqual(["good", "cross-entropy", "bad"]);
  });

  test("the region of RMSE and MAE is one per cent of the baseline, of the others 0.01, or as asked", () => {
    expect(ranked({}, errors).rope).toBeCloseTo(0.00717, 10);
    expect(ranked({}, { ...errors, metric: "mae" }).rope).toBeCloseTo(0.00717, 10);
    expect(ranked({}, { ...errors, metric: "log-loss" }).rope).toBe(0.01);
    expect(ranked({}).rope).toBe(0.01);
    expect(ranked({}, { rope: 0.1 }).rope).toBe(0.1);
  });
});

describe("invariances", () => {
  const scores = fc.array(
    fc.integer({ min: 400, max: 600 }).map((v) => v / 1000),
    {
      minLength: 10,
      maxLength: 10,
    },
  );

  test("negating the scores and the direction changes nothing but signs", () => {
    fc.assert(
      fc.property(scores, scores, (a, b) => {
        const up = ranked({ a, b }, { rope: 0.01 });
        const negative = (values: readonly number[]): number[] => values.map((v) => -v);
        const down = rank(
          [
            ...trialsOf("cross-entropy", negative(base)),
            ...trialsOf("a", negative(a)),
            ...trialsOf("b", negative(b)),
          ],
          [baseline, candidate("a"), candidate("b")],
          { ...options, rope: 0.01, higherIsBetter: false },
        );
        expect(down.entries.map((e) => [e.candidate, e.verdict])).toEqual(
          up.entries.map((e) => [e.candidate, e.verdict]),
        );
        expect(testedOf(down, "a").pBetter).toBeCloseTo(testedOf(up, "a").pBetter, 10);
      }),
      { numRuns: 40 },
    );
  });

  test("turning only the direction swaps better and worse", () => {
    fc.assert(
      fc.property(scores, (a) => {
        const up = testedOf(ranked({ a }), "a");
        const down = testedOf(ranked({ a }, { higherIsBetter: false }), "a");
        expect(down.pBetter).toBeCloseTo(up.pWorse, 12);
        expect(down.pWorse).toBeCloseTo(up.pBetter, 12);
        expect(down.mean).toBe(up.mean);
      }),
      { numRuns: 40 },
    );
  });

  test("adding a constant to all scores of a fold changes no difference", () => {
    const shifts = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(scores, shifts, (a, by) => {
        const plus = (values: readonly number[]): number[] => values.map((v, i) => v + by[i]! / 1000);
        const moved = rank(
          [...trialsOf("cross-entropy", plus(base)), ...trialsOf("a", plus(a))],
          [baseline, candidate("a")],
          options,
        );
        const before = testedOf(ranked({ a }), "a");
        const after = testedOf(moved, "a");
        expect(after.mean).toBeCloseTo(before.mean, 10);
        expect(after.p).toBeCloseTo(before.p, 6);
        expect(after.pSame).toBeCloseTo(before.pSame, 6);
      }),
      { numRuns: 40 },
    );
  });

  test("where no loss differs, one is called better or worse in about one run of twenty at most", () => {
    const normal = normals(3);
    const runs = 300;
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const draws: Record<string, number[]> = {};
      for (let j = 0; j < 8; j++) {
        const common = Math.sqrt(0.2) * normal();
        draws[`loss-${j}`] = base.map((v) => v + 0.05 * (common + Math.sqrt(0.8) * normal()));
      }
      const verdicts = ranked(draws).entries.map((e) => e.verdict);
      if (verdicts.includes("better") || verdicts.includes("worse")) alarms += 1;
    }
    // Three standard errors above alpha.
    expect(alarms / runs).toBeLessThan(0.05 + 0.038);
    expect(alarms).toBeGreaterThan(0);
  });
});

test("refuses an unknown baseline, strangers among the trials, doubles and bad settings", () => {
  const trials = trialsOf("cross-entropy", base);
  expect(() => rank(trials, [baseline, candidate("a")], { ...options, baseline: "hinge" })).toThrow(
    new RangeError("baseline: expected one of the losses cross-entropy, a, got hinge"),
  );
  const reference = [candidate("cross-entropy", "reference")];
  expect(() => rank(trials, reference, options)).toThrow(/^baseline: /);
  expect(() => rank([...trials, trial("b", 0, 0, 1)], [baseline], options)).toThrow(
    new RangeError("trials: expected only candidates cross-entropy, got b"),
  );
  expect(() => rank([...trials, trial("cross-entropy", 1, 2, 1)], [baseline], options)).toThrow(
    new RangeError("trials: expected one trial a fold, got two of cross-entropy on seed 1, fold 2"),
  );
  expect(() => ranked({}, { alpha: 0 })).toThrow(
    new RangeError("alpha: expected a number > 0 and < 1, got 0"),
  );
  expect(() => ranked({}, { rope: -1 })).toThrow(/^rope: expected a finite number >= 0, got -1$/);
  expect(() => ranked({}, { testTrainRatio: Number.NaN })).toThrow(/^testTrainRatio: .*got NaN$/);
});
