import { randomSource } from "minimand/engine";
import { describe, expect, test } from "vitest";
import type {
  CandidateSummary,
  PredictedTrial,
  Ranking,
  RankingEntry,
  TestedDifference,
} from "../../results.ts";
import { keepPrediction, predictionKept } from "../../train/kept-predictions.ts";
import type { Truth } from "../decision/truth.ts";
import { type RankOptions, rank, scoreShown, unequalSeeds, verdictWord } from "./index.ts";

const options: RankOptions = {
  metric: "accuracy",
  higherIsBetter: true,
  baseline: "cross-entropy",
  rope: "auto",
  alpha: 0.05,
  testedOn: "folds",
};
const candidate = (id: string, kind: "loss" | "reference" = "loss", label = id): CandidateSummary => ({
  id,
  label,
  kind,
  formula: "",
  grid: [],
});
const baseline = candidate("cross-entropy", "loss", "Cross-entropy");

const [rows, k] = [1000, 5];
const truth: Truth = {
  labels: Int32Array.from({ length: rows }, (_, i) => i % 2),
  targets: [],
  groups: null,
};
const none = {
  probabilities: new Float64Array(0),
  predicted: new Int32Array(0),
  predictions: new Float64Array(0),
};

/** Trials of a candidate that is right on a share of the rows: the same ones on every seed, but for a few. */
function trialsOf(
  id: string,
  share: number,
  given: { seeds?: number; noise?: number; own?: number; of?: Truth } = {},
): PredictedTrial[] {
  const { seeds = 6, noise = 0.02, own = 0, of = truth } = given;
  // How hard a row is, for all candidates alike, and for one of its own.
  const hardness = randomSource(1);
  const difference = randomSource(own + 2);
  const hard = Float64Array.from({ length: rows }, () => (1 - noise) * hardness() + noise * difference());
  const bound = hard.toSorted()[Math.round(share * (rows - 1))];
  return Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) => {
    const chance = randomSource(1000 * (own + 1) + seed);
    const right = hard.map((h) => Number(h + 0.01 * (chance() - 0.5) <= bound));
    return Array.from({ length: k }, (_, fold): PredictedTrial => {
      const ids = Int32Array.from({ length: rows / k }, (_, i) => k * i + ((fold + seed) % k));
      const predicted = ids.map((row) => (right[row] === 1 ? of.labels[row] : 1 - of.labels[row]));
      const probabilities = Float64Array.from({ length: 2 * ids.length }, (_, i) =>
        predicted[i >> 1] === i % 2 ? 0.9 : 0.1,
      );
      const score = ids.reduce((sum, row) => sum + right[row] / ids.length, 0);
      return {
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
        rows: { fit: 1, validation: 1, test: ids.length },
        seconds: 0,
        predictions: keepPrediction(ids, { ...none, probabilities, predicted }),
      };
    });
  });
}

const diverged = (trial: PredictedTrial): PredictedTrial => ({
  ...trial,
  status: "diverged",
  score: null,
  predictions: null,
});

const entryOf = (ranking: Ranking, id: string): RankingEntry => {
  const found = ranking.entries.find((entry) => entry.candidate === id);
  if (found === undefined) throw new Error(`no entry ${id}`);
  return found;
};
const byCandidate = (ranking: Ranking, field: "verdict" | "sentence"): Record<string, string> =>
  Object.fromEntries(ranking.entries.map((entry) => [entry.candidate, entry[field]]));
function testedOf(ranking: Ranking, id: string): TestedDifference {
  const { difference } = entryOf(ranking, id);
  if (difference === null || difference.p === null) throw new Error(`${id} was not tested`);
  return difference;
}

/** Ranks candidates by their trials, with a baseline that is right on 7 rows of 10. */
function ranked(
  trials: Record<string, PredictedTrial[]>,
  changes: Partial<RankOptions> = {},
  given: Truth = truth,
): Ranking {
  return rank(
    [...trialsOf("cross-entropy", 0.7), ...Object.values(trials).flat()],
    [baseline, ...Object.keys(trials).map((id) => candidate(id))],
    given,
    { ...options, ...changes },
  );
}

describe("verdicts", () => {
  const ranking = ranked({
    good: trialsOf("good", 0.76, { own: 1 }),
    "not looked at": trialsOf("not looked at", 0.755, { own: 2, seeds: 1 }),
    bad: trialsOf("bad", 0.64, { own: 3 }),
    "bad, too": trialsOf("bad, too", 0.62, { own: 4, seeds: 1 }),
    twin: trialsOf("twin", 0.7, { own: 5, noise: 0 }),
    vague: trialsOf("vague", 0.71, { own: 6, noise: 0.5 }),
  });

  test("tell improvements, losses, practical equality, doubt and lack of interest apart", () => {
    expect(byCandidate(ranking, "verdict")).toEqual({
      "cross-entropy": "baseline",
      good: "better",
      bad: "worse",
      "bad, too": "worse",
      twin: "same",
      vague: "undecided",
      "not looked at": "not pursued",
    });
  });

  test("go from the best to the worst difference, with the seeds that each is judged on", () => {
    expect(ranking.entries.map(({ candidate: id, seeds, n }) => [id, seeds, n])).toEqual(
      [
        ["good", 6, 30],
        ["not looked at", 1, 5],
        ["vague", 6, 30],
        ["twin", 6, 30],
        ["cross-entropy", 6, 30],
        ["bad", 6, 30],
        ["bad, too", 1, 5],
      ].toSorted((a, b) => order(b[0] as string) - order(a[0] as string)),
    );
    function order(id: string): number {
      return id === "cross-entropy" ? 0 : entryOf(ranking, id).difference!.mean;
    }
  });

  test("give mean, interval and probabilities in one direction, and what the variance consists of", () => {
    const { mean, low, high, p, pAdjusted, pBetter, pSame, pWorse, variance, df } = testedOf(ranking, "good");
    expect(mean).toBeCloseTo(0.06, 2);
    expect(low).toBeLessThan(mean);
    expect(high - mean).toBeCloseTo(mean - low, 12);
    expect(p).toBeLessThanOrEqual(pAdjusted);
    expect(testedOf(ranking, "vague").pAdjusted).toBeGreaterThan(testedOf(ranking, "vague").p);
    expect(pBetter + pSame + pWorse).toBeCloseTo(1, 9);
    expect(variance.rows).toBeGreaterThan(variance.fits);
    expect(df).toBeGreaterThan(10);
    expect(entryOf(ranking, "good").mean! - entryOf(ranking, "cross-entropy").mean!).toBeCloseTo(mean, 12);
  });

  test("say the same in words", () => {
    expect(byCandidate(ranking, "sentence")).toEqual({
      "cross-entropy": expect.stringMatching(
        /^The baseline: accuracy 0\.\d+ \(standard deviation 0\.0\d+\) over 30 folds\.$/,
      ),
      good: expect.stringMatching(
        /^\d\.\d points of accuracy better than cross-entropy \(95 % interval of the difference \d\.\d to \d\.\d, p < 0\.001 adjusted for 6\)\.$/,
      ),
      bad: expect.stringMatching(
        /^\d\.\d points of accuracy worse than cross-entropy \(95 % interval of the difference -\d\.\d to -\d\.\d, .*\)\.$/,
      ),
      "bad, too": expect.stringMatching(/^\d\.\d points of accuracy worse than cross-entropy \(95 % .*\)\.$/),
      twin: "Practically the same as cross-entropy: the difference is within 1.0 points with probability > 0.99.",
      vague: expect.stringMatching(
        /^Not significantly different from cross-entropy: .* on average \(95 % interval of the difference .*\)\.$/,
      ),
      "not looked at": expect.stringMatching(
        /^Not among the finalists: \d\.\d points of accuracy better on the first seed \(95 % .*\)\.$/,
      ),
    });
    expect(ranking.summary).toBe(
      "One of 6 losses is significantly better than cross-entropy on these data: good.",
    );
  });

  test("are none too many where nothing is better", () => {
    const { summary } = ranked({
      a: trialsOf("a", 0.7, { noise: 0, own: 1 }),
      b: trialsOf("b", 0.6, { own: 2 }),
      c: trialsOf("c", 0.71, { noise: 0.5, own: 3, seeds: 1 }),
    });
    expect(summary).toBe(
      "No loss is significantly better than cross-entropy on these data (of 3 losses: 1 practically the same, 1 worse, 1 not pursued).",
    );
  });
});

describe("a verdict changes", () => {
  const trials = { a: trialsOf("a", 0.72, { own: 1, noise: 0.2 }) };
  const verdictAt = (changes: Partial<RankOptions>) => entryOf(ranked(trials, changes), "a").verdict;

  test.each(["better", "worse"])(
    "to %s where the adjusted p-value of both directions is below alpha",
    (verdict) => {
      const higherIsBetter = verdict === "better";
      const { pAdjusted } = testedOf(ranked(trials, { higherIsBetter }), "a");
      expect(pAdjusted).toBeGreaterThan(0.001);
      expect(pAdjusted).toBeLessThan(0.5);
      expect(verdictAt({ higherIsBetter, alpha: pAdjusted })).toBe("undecided");
      expect(verdictAt({ higherIsBetter, alpha: 1.000001 * pAdjusted })).toBe(verdict);
    },
  );

  test("to the same where the rope has a probability of 0.95", () => {
    const probability = (rope: number) => testedOf(ranked(trials, { rope }), "a").pSame;
    let [narrow, wide] = [0, 0.1];
    while (probability(wide) - probability(narrow) > 0.002) {
      const rope = (narrow + wide) / 2;
      if (probability(rope) >= 0.95) wide = rope;
      else narrow = rope;
    }
    expect(probability(wide)).toBeCloseTo(0.95, 2);
    expect([verdictAt({ rope: narrow, alpha: 1e-9 }), verdictAt({ rope: wide, alpha: 1e-9 })]).toEqual([
      "undecided",
      "same",
    ]);
  });

  test("at a rope of 0.01 of a score, unless another is given", () => {
    expect(ranked(trials).rope).toBe(0.01);
    expect(ranked(trials, { rope: 0.02 }).rope).toBe(0.02);
  });
});

describe("words for verdicts", () => {
  const wordsOf = ({ entries }: Ranking) => entries.map((entry) => verdictWord(entry, entries));

  test("say of a single seed that nobody looked further, not that somebody chose not to", () => {
    const ranking = rank(
      [
        ...trialsOf("cross-entropy", 0.7, { seeds: 1 }),
        ...trialsOf("a", 0.72, { own: 1, seeds: 1 }),
        ...trialsOf("b", 0.715, { own: 2, seeds: 1 }),
      ],
      [baseline, candidate("a"), candidate("b")],
      truth,
      options,
    );
    expect(entryOf(ranking, "a").verdict).toBe("not pursued");
    expect(wordsOf(ranking)).toEqual(["one seed", "one seed", "baseline"]);
    expect(ranking.summary).toContain(
      "(of 2 losses: all trained on one seed only, too few to call them better)",
    );
    expect(entryOf(ranking, "a").sentence).toMatch(
      /^Trained on one seed only, too few to call it better: \d\.\d points of accuracy better \(95 % /,
    );
    const some = ranked({ a: trialsOf("a", 0.6, { own: 2 }), b: trialsOf("b", 0.71, { own: 3, seeds: 1 }) });
    expect(wordsOf(some)).toContain("not pursued");
  });

  test("say where nothing could be tested that nothing was", () => {
    const later = rank(
      [...trialsOf("cross-entropy", 0.7), ...trialsOf("a", 0.8, { own: 1 })],
      [baseline, candidate("a")],
      truth,
      { ...options, testedOn: "later rows" },
    );
    expect(wordsOf(later)).toEqual(["not tested", "baseline"]);
  });
});

describe("divergence, references and partial runs", () => {
  test("a loss that diverged on any fold is ranked last and not tested, and the family stays as large", () => {
    const [first, ...rest] = trialsOf("wild", 0.95, { own: 1 });
    const good = trialsOf("good", 0.71, { own: 2, noise: 0.1 });
    const ranking = ranked({ wild: [diverged(first), ...rest], good });
    expect(ranking.entries.at(-1)).toMatchObject({
      candidate: "wild",
      verdict: "diverged",
      diverged: 1,
      n: 29,
      difference: null,
      sentence: "Diverged in 1 of 30 trials, so it is ranked last and not tested.",
    });
    expect(testedOf(ranking, "good").pAdjusted).toBeGreaterThan(testedOf(ranked({ good }), "good").pAdjusted);
  });

  test("a loss of which trials could not be had is ranked as if they diverged, and says which of both it is", () => {
    const gone = (trial: PredictedTrial) => ({ ...diverged(trial), unavailable: "no memory left" });
    const [first, second, ...rest] = trialsOf("lost", 0.95, { own: 1 });
    const mixed = [first, second, ...rest].map((trial) => ({ ...trial, candidate: "mixed" }));
    const ranking = ranked({
      lost: [gone(first), gone(second), ...rest],
      mixed: [gone(mixed[0]), diverged(mixed[1]), ...mixed.slice(2)],
    });
    expect(entryOf(ranking, "lost")).toMatchObject({
      verdict: "diverged",
      diverged: 2,
      unavailable: 2,
      n: 28,
      difference: null,
      sentence: "Lacks 2 of 30 trials, which are not available, so it is ranked last and not tested.",
    });
    expect(entryOf(ranking, "mixed")).toMatchObject({ verdict: "diverged", diverged: 2, unavailable: 1 });
    expect(entryOf(ranking, "mixed").sentence).toBe(
      "Diverged in 1 of 30 trials and lacks 1, which is not available, so it is ranked last and not tested.",
    );
    expect(ranking.summary).toContain("(of 2 losses: 1 not available, 1 without result)");
    expect(entryOf(ranking, "cross-entropy")).not.toHaveProperty("unavailable");
  });

  test("a baseline that lacks a fold of the first seed says so; of a later seed it costs that seed", () => {
    const own = trialsOf("cross-entropy", 0.7);
    const all = (lost: PredictedTrial) => [
      ...own.map((trial) => (trial === lost ? { ...diverged(trial), unavailable: "killed" } : trial)),
      ...trialsOf("a", 0.76, { own: 1 }).filter(({ seed }) => lost.seed > 0 || seed === 0),
    ];
    const [early, late] = [0, 1].map((seed) => own.find((trial) => trial.seed === seed)!);
    const without = rank(all(early), [baseline, candidate("a")], truth, options);
    expect(without.summary).toBe(
      "The baseline, cross-entropy, lacks 1 of 30 trials, which is not available, so no loss can be compared with it.",
    );
    expect(entryOf(without, "a")).toMatchObject({ verdict: "undecided", difference: null });
    const whole = rank(all(late), [baseline, candidate("a")], truth, options);
    expect(entryOf(whole, "a")).toMatchObject({ verdict: "better" });
    expect(entryOf(whole, "cross-entropy").sentence).toMatch(
      / over 29 folds\. It lacks 1 of 30 trials, which is not available\.$/,
    );
  });

  test("references come after all, keep their own p, and do not weigh on the losses", () => {
    const trials = { vague: trialsOf("vague", 0.71, { noise: 0.5, own: 1 }) };
    const all = [
      ...trialsOf("cross-entropy", 0.7),
      ...trials.vague,
      ...trialsOf("tuned", 0.78, { own: 2, seeds: 1 }),
    ];
    const ranking = rank(
      all,
      [candidate("tuned", "reference"), baseline, candidate("vague")],
      truth,
      options,
    );
    const tuned = entryOf(ranking, "tuned");
    expect(ranking.entries.at(-1)).toBe(tuned);
    expect(tuned.verdict).toBe("reference");
    expect(tuned.difference?.pAdjusted).toBe(tuned.difference?.p);
    expect(tuned.sentence).toMatch(
      /^\d\.\d points of accuracy better than cross-entropy \(.*, p < 0\.001\); shown with the losses, not ranked\.$/,
    );
    expect(entryOf(ranking, "vague")).toEqual(entryOf(ranked(trials), "vague"));
  });

  test("does not depend on the order of the trials", () => {
    const all = [...trialsOf("cross-entropy", 0.7), ...trialsOf("a", 0.72, { own: 1 })];
    const candidates = [baseline, candidate("a")];
    const [forward, backward] = [all, all.toReversed()].map(
      (trials) => entryOf(rank(trials, candidates, truth, options), "a").difference,
    );
    expect(backward).toEqual(forward);
  });

  test("without a result of the baseline there is nothing to compare", () => {
    const failed = trialsOf("cross-entropy", 0.7).map(diverged);
    const ranking = rank([...failed, ...trialsOf("a", 0.7)], [baseline, candidate("a")], truth, options);
    expect(ranking.summary).toBe(
      "The baseline, cross-entropy, has no result, so nothing can be compared with it.",
    );
    expect(entryOf(ranking, "a")).toMatchObject({ verdict: "undecided", difference: null });
    expect(rank(trialsOf("cross-entropy", 0.7), [baseline], truth, options).summary).toBe(
      "No other loss than cross-entropy was run, so there is nothing to compare.",
    );
  });

  test("without a trial of the baseline or of a reference there is no ranking", () => {
    const majority = candidate("majority", "reference");
    const refusal = (id: string, trials: PredictedTrial[]) =>
      expect(() => rank(trials, [baseline, candidate("a"), majority], truth, options)).toThrow(
        new RangeError(`trials: expected some of the ${id}, got none`),
      );
    refusal("baseline cross-entropy", [...trialsOf("a", 0.7), ...trialsOf("majority", 0.5)]);
    refusal("reference majority", [...trialsOf("a", 0.7), ...trialsOf("cross-entropy", 0.7)]);
  });

  test("two folds tell too little for any verdict", () => {
    const two = (trials: PredictedTrial[]) => trials.filter(({ seed, fold }) => seed === 0 && fold < 2);
    const ranking = rank(
      [...two(trialsOf("cross-entropy", 0.7)), ...two(trialsOf("a", 0.9, { own: 1 }))],
      [baseline, candidate("a")],
      truth,
      options,
    );
    expect(entryOf(ranking, "a")).toMatchObject({ verdict: "undecided", difference: { p: null, low: null } });
    expect(entryOf(ranking, "a").sentence).toMatch(/^\d+\.\d points of accuracy better .*; not tested\.$/);
  });
});

describe("groups", () => {
  test("of rows that go right and wrong together tell less than single rows", () => {
    const grouped = trialsOf("a", 0.73, { own: 1 });
    // Rows on which the two differ come together, by tens.
    const decided = (trials: PredictedTrial[]): Map<number, number> =>
      new Map(
        trials
          .filter(({ seed }) => seed === 0)
          .flatMap(({ predictions }) => {
            const { ids, prediction } = predictionKept(predictions!);
            return Array.from(ids, (id, i) => [id, prediction.predicted[i]] as const);
          }),
      );
    const [own, base] = [grouped, trialsOf("cross-entropy", 0.7)].map(decided);
    const order = [...own.keys()].sort(
      (a, b) => Number(own.get(a) === base.get(a)) - Number(own.get(b) === base.get(b)),
    );
    const groups = new Int32Array(rows);
    order.forEach((row, i) => {
      groups[row] = Math.floor(i / 10);
    });
    const alone = testedOf(ranked({ a: grouped }), "a");
    const together = testedOf(ranked({ a: grouped }, {}, { ...truth, groups }), "a");
    expect(together.mean).toBe(alone.mean);
    expect(together.variance.rows).toBeGreaterThan(2 * alone.variance.rows);
  });
});

describe("one file that all seeds are tested on", () => {
  const onFile = (trials: PredictedTrial[], seeds: number): PredictedTrial[] =>
    Array.from({ length: seeds }, (_, seed) => {
      // All rows of a seed in a single trial.
      const own = trials.filter((trial) => trial.seed === seed);
      return { ...own[0], fold: 0, predictions: joined(own) };
    });
  function joined(trials: PredictedTrial[]) {
    const bytes = (text: string) => Buffer.from(text, "base64");
    const join = (name: "rows" | "predicted" | "logProbabilities") =>
      Buffer.concat(trials.map(({ predictions }) => bytes(predictions![name]!))).toString("base64");
    return { rows: join("rows"), predicted: join("predicted"), logProbabilities: join("logProbabilities") };
  }
  const ranking = rank(
    [
      ...onFile(trialsOf("cross-entropy", 0.7), 6),
      ...onFile(trialsOf("good", 0.77, { own: 1 }), 6),
      ...onFile(trialsOf("once", 0.8, { own: 2 }), 1),
    ],
    [baseline, candidate("good"), candidate("once")],
    truth,
    { ...options, testedOn: "file" },
  );

  test("tests finalists, and shows of the others what they reached once", () => {
    expect(byCandidate(ranking, "verdict")).toEqual({
      once: "not pursued",
      good: "better",
      "cross-entropy": "baseline",
    });
    expect(entryOf(ranking, "once").difference).toMatchObject({ p: null, low: null });
    expect(testedOf(ranking, "good").low).toBeGreaterThan(0);
  });

  test("claims nothing on later rows", () => {
    const later = rank(
      [...trialsOf("cross-entropy", 0.7), ...trialsOf("good", 0.8, { own: 1 })],
      [baseline, candidate("good")],
      truth,
      { ...options, testedOn: "later rows" },
    );
    expect(entryOf(later, "good")).toMatchObject({ verdict: "undecided", difference: { p: null } });
    expect(later.summary).toMatch(/^No verdict against cross-entropy: /);
  });
});

describe("metrics where lower is better", () => {
  const numbers: Truth = {
    labels: [],
    targets: Float64Array.from({ length: rows }, (_, i) => i % 17),
    groups: null,
  };
  /** Predictions with an error of a size. */
  const regress = (id: string, size: number, own = 0): PredictedTrial[] =>
    trialsOf(id, 0.5).map((trial): PredictedTrial => {
      const noise = randomSource(trial.seed * 31 + trial.fold + 977 * own);
      const ids = new Int32Array(new Uint8Array(Buffer.from(trial.predictions!.rows, "base64")).buffer);
      const predictions = Float64Array.from(ids, (row) => numbers.targets[row] + size * (noise() - 0.5));
      return { ...trial, score: size, predictions: keepPrediction(ids, { ...none, predictions }) };
    });
  const ranking = rank(
    [...regress("cross-entropy", 2), ...regress("good", 1.5, 1), ...regress("bad", 2.6, 2)],
    [baseline, candidate("good"), candidate("bad")],
    numbers,
    { ...options, metric: "rmse", higherIsBetter: false },
  );

  test("a negative difference is the improvement, and the sentence says so", () => {
    const good = testedOf(ranking, "good");
    expect(entryOf(ranking, "good").verdict).toBe("better");
    expect(good.mean).toBeLessThan(0);
    expect(good.low).toBeLessThan(good.high);
    expect(good.high).toBeLessThan(0);
    expect(good.pBetter).toBeGreaterThan(0.99);
    expect(entryOf(ranking, "bad").verdict).toBe("worse");
    expect(entryOf(ranking, "good").sentence).toMatch(
      /^RMSE 0\.1\d* better than cross-entropy \(95 % interval of the difference -0\.1\d* to -0\.1\d*, p < 0\.001 adjusted for 2\)\.$/,
    );
    expect(ranking.entries.map(({ candidate: id }) => id)).toEqual(["good", "cross-entropy", "bad"]);
  });

  test("the region of practical equivalence is 1 % of the baseline's", () => {
    expect(ranking.rope).toBeCloseTo(0.01 * entryOf(ranking, "cross-entropy").mean!, 12);
  });
});

describe("what makes no sense", () => {
  const trials = trialsOf("cross-entropy", 0.7);
  test.each<[Partial<RankOptions>, RegExp]>([
    [{ baseline: "focal" }, /^baseline: expected one of the losses cross-entropy, got focal$/],
    [{ alpha: 0 }, /^alpha: expected a number > 0 and < 1, got 0$/],
    [{ rope: -0.1 }, /^rope: expected a finite number >= 0, got -0.1$/],
  ])("%o is refused", (changes, message) => {
    expect(() => rank(trials, [baseline], truth, { ...options, ...changes })).toThrow(message);
  });

  test("two trials on one fold, and trials of others, are refused", () => {
    expect(() => rank([...trials, trials[0]], [baseline], truth, options)).toThrow(
      /^trials: expected one trial a fold, got two of cross-entropy on seed 0, fold 0$/,
    );
    expect(() => rank([...trials, ...trialsOf("x", 0.5)], [baseline], truth, options)).toThrow(
      /^trials: expected only candidates cross-entropy, got x$/,
    );
  });
});

describe("seeds that rows don't have in common", () => {
  const entry = (candidate: string, seeds: number) =>
    ({ candidate, label: candidate, seeds, difference: { mean: 0 } }) as never;

  test("are named, as scores are of all and differences of equal ones", () => {
    const of = (...entries: never[]) => unequalSeeds({ baseline: "Base", entries });
    expect(of(entry("Base", 6), entry("A", 6))).toBeNull();
    expect(of(entry("Base", 6), entry("A", 6), entry("LDR-KL", 1))).toBe(
      "Scores are means over 6 seeds. LDR-KL ran on 1 of them: the score shown is that of base plus the difference on the seeds that both ran on.",
    );
    expect(of(entry("Base", 6), entry("A", 1), entry("B", 2))).toBe(
      "Scores are means over 6 seeds. A and B ran on 1 to 2 of them: the score shown is that of base plus the difference on the seeds that both ran on.",
    );
    const counts = (...entries: never[]) =>
      of(entry("Base", 6), ...entries)?.match(/seeds\. (.*?) ran on/)?.[1];
    const reference = { ...(entry("D", 1) as object), verdict: "reference" } as never;
    const [a, b, c] = ["A", "B", "E"].map((name) => entry(name, 1));
    expect(counts(a, b, c, reference)).toBe("3 other losses");
    expect(counts(a, b, reference)).toBe("A and B");
    expect(counts(reference)).toBeUndefined();
  });

  test("have a score of the baseline's seeds", () => {
    const scored = (candidate: string, seeds: number, mean: number | null, difference: number | null) =>
      ({ candidate, seeds, mean, difference: difference && { mean: difference } }) as never;
    const base = scored("Base", 6, 0.7, null);
    const shown = (entry: never, own = base) =>
      scoreShown(entry, { baseline: "Base", entries: [own, entry] });
    expect(shown(base)).toBe(0.7);
    expect(shown(scored("A", 6, 0.74, 0.05))).toBe(0.74);
    expect(shown(scored("A", 1, 0.9, 0.05))).toBeCloseTo(0.75, 12);
    expect(shown(scored("A", 1, 0.9, null))).toBe(0.9);
    expect(shown({ ...(scored("A", 1, 0.9, 0.05) as object), verdict: "reference" } as never)).toBe(0.9);
    expect(shown(scored("A", 1, 0.9, 0.05), scored("Base", 6, null, null))).toBe(0.9);
  });
});
