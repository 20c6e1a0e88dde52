import { describe, expect, it } from "vitest";
import type { Advantage, DatasetReport } from "../../results.ts";
import { untested } from "../ranking/rank.ts";
import { against, baseline, made, none, reportOf } from "./recommend.fixture.ts";
import { recommend } from "./recommend.ts";

describe("recommend", () => {
  it("says to use the loss that gains most of those that are better, with its gain and interval", () => {
    const report = reportOf([
      { id: "focal", gain: 0.05, verdict: "better", variance: [9e-5, 1e-5] },
      { id: "hinge", gain: 0.04, verdict: "better" },
      baseline,
    ]);
    const { candidate, use, gain, lead } = recommend(report, none);
    expect([candidate, lead]).toEqual(["focal", null]);
    expect(use).toBe(
      "Use focal: it gains 5.0 points of balanced accuracy [3.0, 7.0] over cross-entropy on these data with this network.",
    );
    expect(gain?.low).toBeCloseTo(0.03);
  });

  it("says of the first of many that it was partly lucky", () => {
    const others = ["a", "b"].map((id) => ({ id, gain: 0, verdict: "not pursued" as const }));
    const report = reportOf([{ id: "focal", gain: 0.05, verdict: "better" }, ...others, baseline]);
    expect(recommend(report, none).use).toMatch(
      / network\. It is the best of 3, partly by chance: expect a slightly smaller gain on new rows\.$/,
    );
  });

  it("says which model is kept where nothing is tested, of which rows under --time, and who is ahead", () => {
    const seen = reportOf([
      { id: "focal", gain: 0.02, verdict: "undecided" },
      baseline,
      { id: "gradient-boosted-trees", gain: 0.2, verdict: "reference" },
      { id: "linear-model", gain: 0.025, verdict: "reference" },
    ]);
    const entries = seen.ranking.entries.map((entry) => ({
      ...entry,
      difference: entry.difference && { ...entry.difference, ...untested },
    }));
    const report = { ...seen, ranking: { ...seen.ranking, entries } };
    const keptModel = (candidate: string) => ({ time: "day", model: { ...made.model!, candidate } });
    const { use, beside, gain } = recommend({ ...report, ...keptModel("cross-entropy") }, none);
    expect(recommend({ ...report, ...keptModel("gradient-boosted-trees") }, none).use).toBe(
      "Use cross-entropy: differences on later rows are not tested, so no loss can replace the baseline.",
    );
    expect(gain).toBeNull();
    expect(use).toBe(
      "Use cross-entropy: differences on later rows are not tested, so no loss can replace the baseline. The kept model is cross-entropy, trained again on rows of all times; the scores are those of models trained on earlier rows only.",
    );
    expect(beside).toEqual([
      "gradient-boosted-trees are 20.0 points of balanced accuracy ahead of the baseline, more than any loss; this is not tested either.",
    ]);
    expect(recommend(report, none).use).toBe(
      "Use cross-entropy: no difference could be tested here, so no loss can replace the baseline.",
    );
  });

  it("keeps to the baseline where nothing is better, however large the largest difference is", () => {
    const report = reportOf([{ id: "focal", gain: 0.3, verdict: "undecided" }, baseline]);
    const { candidate, use, gain } = recommend(report, none);
    expect([candidate, gain]).toEqual(["cross-entropy", null]);
    expect(use).toMatch(/^Use cross-entropy: nothing that was tried is significantly better/);
  });

  it("counts gains as improvements where lower is better", () => {
    const report = reportOf(
      [{ id: "huber", gain: 0.4, verdict: "better", variance: [0.0025, 0] }, baseline],
      {
        metric: "rmse",
        higherIsBetter: false,
      },
    );
    const { gain, use } = recommend(report, none);
    expect(gain).toEqual({ mean: 0.4, low: expect.closeTo(0.3), high: expect.closeTo(0.5) });
    expect(use).toContain("it lowers RMSE by 0.4 [0.3, 0.5] against cross-entropy on these data");
  });

  it("is led by trees only where their interval against the best loss is above 0", () => {
    const report = reportOf([{ id: "focal", gain: 0.01, verdict: "undecided" }, baseline]);
    const lead = (...references: Advantage[]) => recommend(report, { ...none, references }).lead;
    expect(lead(against("gradient-boosted-trees", 0.071, 0.04, 0.102, 0))).toBe(
      "Gradient-boosted trees are 7.1 points of balanced accuracy [4.0, 10.2] ahead of the best loss on these data. If you don't need a network, use them.",
    );
    expect(lead(against("gradient-boosted-trees", 0.071, -0.01, 0.15))).toBeNull();
    expect(lead(against("linear-model", 0.03, 0.01, 0.05, 0))).toMatch(
      /^A linear model is 3\.0 points .* ahead/,
    );
  });

  it("says of an ensemble what it is of, and what it costs", () => {
    const label = "Ensemble of baseline and trees";
    const report = reportOf([
      { id: "focal", gain: 0.01, verdict: "undecided" },
      baseline,
      { id: "ensemble", gain: 0.05, verdict: "reference" },
    ]);
    report.ranking.entries[2].label = label;
    const references = [against("ensemble", 0.03, 0.01, 0.05, 0)];
    expect(recommend(report, { ...none, references }).lead).toBe(
      "The ensemble of baseline and trees is 3.0 points of balanced accuracy [1.0, 5.0] ahead of the best loss on these data. It has the size and the prediction time of all its models together: if you can afford them, use it.",
    );
  });

  it("names the reference that the lead says to use", () => {
    const report = reportOf([{ id: "focal", gain: 0.01, verdict: "undecided" }, baseline]);
    const instead = (...references: Advantage[]) => recommend(report, { ...none, references }).instead;
    const [trees, linear] = ["gradient-boosted-trees", "linear-model"];
    expect(instead(against(trees, 0.07, 0.04, 0.1, 0), against(linear, 0.03, 0.01, 0.05, 0))).toBe(trees);
    expect(instead(against(trees, 0.02, 0.01, 0.03, 0), against(linear, 0.03, 0.01, 0.05, 0))).toBe(linear);
    expect(instead(against(linear, 0, -0.009, 0.009, 0.03))).toBe(linear);
    expect(instead(against(trees, 0.07, -0.01, 0.15))).toBeNull();
  });

  it("says that a linear model does as well only where nothing is clearly ahead of it", () => {
    const report = reportOf([{ id: "focal", gain: 0.01, verdict: "undecided" }, baseline]);
    const lead = (...references: Advantage[]) => recommend(report, { ...none, references }).lead;
    const linear = against("linear-model", 0, -0.009, 0.009, 0.03);
    expect(lead(linear)).toMatch(/^A linear model does as well: no loss is more than 1\.0 point of/);
    expect(lead({ ...linear, pWorse: 0.06 })).toBeNull();
    expect(lead(linear, against("gradient-boosted-trees", 0.02, -0.01, 0.05))).toBeNull();
  });

  it("recommends no model, and no reference, where none is clearly ahead of what looks at no column", () => {
    const report = reportOf([
      { id: "focal", gain: 0.05, verdict: "better" },
      baseline,
      { id: "linear-model", gain: 0, verdict: "reference" },
      { id: "majority-class", gain: 0.01, verdict: "reference" },
    ]);
    const references = [against("linear-model", 0, -0.009, 0.009, 0.03)];
    const beyond = (low: number) =>
      recommend(report, {
        others: [],
        references,
        trivial: ["focal", "linear-model"].map((id) => ({
          ...against(id, 0.01, id === "focal" ? low : -0.02, 0.04),
          to: "majority-class",
        })),
      });
    const nothing = beyond(0);
    expect(nothing.lead).toBe(
      "The columns do not appear to predict the target on these rows: in balanced accuracy, no model is clearly ahead of the majority-class, which uses no column.",
    );
    expect(nothing.instead).toBeNull();
    expect(nothing.use).toMatch(/^No model is recommended\. If you want a network, use focal: it gains 5\.0/);
    expect(nothing.trivial).toMatchObject({ candidate: "majority-class", unbeaten: true });
    const something = beyond(0.001);
    expect([something.instead, something.trivial?.unbeaten]).toEqual(["linear-model", false]);
    expect(recommend(report, { ...none, references })).not.toHaveProperty("trivial");
  });

  it("leaves open whether the columns predict the target where rows were drawn or a class has few", () => {
    const report = reportOf([baseline, { id: "majority-class", gain: 0.01, verdict: "reference" }]);
    const classes = ["no", "yes"];
    const trivial = [{ ...against("cross-entropy", 0.01, -0.02, 0.04), to: "majority-class" }];
    const advised = (change: object): string =>
      `${recommend({ ...report, classes, classCounts: [900, 50], ...change }, { ...none, trivial }).lead}`;
    const [open, seen] = [
      "It is open whether the columns predict the target",
      "In balanced accuracy, no model is clearly ahead of the majority-class, which uses no column.",
    ];
    expect(advised({})).toMatch(/^The columns do not appear to predict the target on these rows/);
    expect(advised({ classCounts: [900, 49] })).toBe(`${open}: only 49 rows are of class 'yes'. ${seen}`);
    expect(advised({ classCounts: [900, 1] })).toBe(`${open}: only 1 row is of class 'yes'. ${seen}`);
    expect(advised({ rows: 200, drawnFrom: 4331 })).toBe(
      `${open}: only 200 of 4331 rows were drawn. ${seen}`,
    );
    const { use } = recommend({ ...report, classes, classCounts: [900, 11] }, { ...none, trivial });
    expect(use).toMatch(/^No model is recommended yet\. If you want a network, use cross-entropy/);
  });

  it("says how many fits ended at the limit of epochs", () => {
    const report = reportOf([baseline, { id: "focal", gain: 0.01, verdict: "undecided" }]);
    const improving = [
      { candidate: "cross-entropy", fits: 15, of: 25 },
      { candidate: "focal", fits: 9, of: 25 },
    ];
    const sentence =
      "15 of 25 fits by cross-entropy and 9 of 25 fits by focal still improved when they reached the limit of epochs. A larger --max-epochs may change the ranking.";
    expect(recommend(report, { ...none, improving }).beside).toContain(sentence);
    expect(recommend(report, none).beside).not.toContainEqual(expect.stringContaining("epochs"));
  });

  it("leaves it open where predictions of numbers are in the order of the target, though no metric shows it", () => {
    const report = reportOf([baseline, { id: "majority-class", gain: 0.01, verdict: "reference" }]);
    const trivial = [{ ...against("cross-entropy", 0.01, -0.02, 0.04), to: "majority-class" }];
    const ordered = { candidate: "cross-entropy", correlation: 0.4238 };
    const { lead, use } = recommend(report, { ...none, trivial, ordered });
    expect(lead).toMatch(
      /^It is open whether the columns predict the target: the predictions by cross-entropy are in the order of the target .*\(rank correlation 0\.42\).*--metric mae\. In /,
    );
    expect(use).toMatch(/^No model is recommended yet\./);
    expect(recommend(report, { ...none, trivial, ordered: null }).use).toMatch(/^No model is recommended\. /);
  });

  it("recommends no network, and no reference, that is itself behind what looks at no column", () => {
    const report = reportOf([
      { id: "focal", gain: 0.01, verdict: "undecided" },
      baseline,
      { id: "majority-class", gain: 0.01, verdict: "reference" },
    ]);
    const references = [against("linear-model", 0, -0.009, 0.009, 0.03)];
    const recommendAt = (network: number, linear: number) => {
      const means = { "cross-entropy": network, "linear-model": linear, "gradient-boosted-trees": 0.05 };
      const trivial = Object.entries(means).map(([id, mean]) => ({
        ...against(id, mean, mean - 0.04, mean + 0.04),
        to: "majority-class",
      }));
      return recommend(report, { others: [], references, trivial });
    };
    const { lead, instead, use } = recommendAt(-0.01, -0.01);
    expect([lead, instead]).toEqual([null, null]);
    expect(use).toBe(
      "No network is recommended: cross-entropy is not ahead of the majority-class, which uses no column. If you want a network, use cross-entropy: no other network that was tried is significantly better on these data.",
    );
    expect(recommendAt(0.01, -0.01).use).toMatch(/^Use cross-entropy: nothing/);
    expect(recommendAt(-0.01, 0.01).instead).toBe("linear-model");
  });

  it("says where nothing is tested that no model is ahead of what looks at no column", () => {
    const besideAt = (trees: number, change: object = {}): string[] => {
      const seen = reportOf([
        { id: "focal", gain: -0.02, verdict: "undecided" },
        baseline,
        { id: "gradient-boosted-trees", gain: trees, verdict: "reference" },
        { id: "majority-class", gain: 0.03, verdict: "reference" },
      ]);
      const entries = seen.ranking.entries.map((entry) => ({
        ...entry,
        difference: entry.difference && { ...entry.difference, ...untested },
      }));
      return recommend({ ...seen, ...change, ranking: { ...seen.ranking, entries } }, none).beside;
    };
    expect(besideAt(0.02)).toEqual([
      expect.stringMatching(/^No model is ahead of the majority-class, which/),
    ]);
    expect(besideAt(0.02, { rows: 200, drawnFrom: 900 })).toEqual([
      "No model is ahead of the majority-class, which uses no column: it is open whether the columns predict the target, as only 200 of 900 rows were drawn. This is not tested either.",
    ]);
    // As far as it, and no farther.
    expect(besideAt(0.03)).toEqual([
      expect.stringMatching(/^No model is ahead of the majority-class, which/),
    ]);
    expect(besideAt(0.2)).toEqual([expect.stringMatching(/^gradient-boosted-trees are 20\.0 points/)]);
  });

  it("says what to use among the networks only for whoever wants one, where a reference leads", () => {
    const references = [against("linear-model", 0.03, 0.01, 0.05, 0)];
    const use = (...rows: Parameters<typeof reportOf>[0]) =>
      recommend(reportOf([...rows, baseline]), { ...none, references }).use;
    expect(use({ id: "focal", gain: 0.01, verdict: "undecided" })).toBe(
      "If you want a network, use cross-entropy: no other network that was tried is significantly better on these data.",
    );
    expect(use({ id: "focal", gain: 0.05, verdict: "better" })).toMatch(
      /^If you want a network, use focal: it gains 5\.0 points/,
    );
  });

  it("tells what is paid: other metrics only where the interval says so", () => {
    const report = reportOf([{ id: "focal", gain: 0.05, verdict: "better" }, baseline]);
    const costs = (mean: number, low: number, high: number) => {
      const others = [{ ...against("focal", mean, low, high), to: "cross-entropy", metric: "accuracy" }];
      return recommend(report, { ...none, others }).costs.filter(({ about }) => about === "metric");
    };
    expect(costs(-0.04, -0.06, -0.02)).toEqual([
      { about: "metric", text: "focal: it is worse in accuracy, by 4.0 points [2.0 points, 6.0 points]." },
    ]);
    expect(costs(-0.04, -0.09, 0.01)).toEqual([]);
    expect(costs(-0.002, -0.003, -0.001)).toEqual([]);
  });

  it("tells of a class that is never predicted, of folds with a single one, of time and of unstable fits", () => {
    const report = reportOf([{ id: "focal", gain: 0.05, verdict: "better", unstable: true }, baseline]);
    const trials = (confusion: (i: number) => number[][], seconds: number) =>
      report.trials.map((trial, i) =>
        trial.candidate === "focal"
          ? { ...trial, seconds, confusion: confusion(i) }
          : { ...trial, seconds: 1 },
      );
    const about = (confusion: (i: number) => number[][], seconds: number) =>
      recommend({ ...report, trials: trials(confusion, seconds) }, none).costs.map(
        ({ about: a, text }) => `${a} ${text}`,
      );
    expect(
      about(
        () => [
          [50, 0],
          [9, 0],
        ],
        1,
      )[0],
    ).toBe("collapse focal: it never predicts pos.");
    let first = true;
    const once = () => {
      const single = first;
      first = false;
      return single
        ? [
            [50, 0],
            [9, 0],
          ]
        : [
            [40, 10],
            [2, 7],
          ];
    };
    const found = about(once, 3);
    expect(found[0]).toBe("collapse focal: it predicts a single class on 1 of 10 test parts.");
    expect(found.find((text) => text.startsWith("stability"))).toBeDefined();
    expect(found.at(-1)).toMatch(
      /^time focal: it takes 3 times as long to train and tune \(3\.0 s against 1\.0 s per fold\)\.$/,
    );
  });

  it("names costs of the first of the undecided elsewhere than those of the baseline, which is to be used", () => {
    const report = reportOf([{ id: "focal", gain: 0.05, verdict: "undecided" }, baseline]);
    const others = [{ ...against("focal", -0.14, -0.18, -0.1), to: "cross-entropy", metric: "ece" }];
    const single = report.trials.map((trial) => ({
      ...trial,
      confusion: [
        [50, 0],
        [9, 0],
      ],
    }));
    const { candidate, costs, beside } = recommend({ ...report, trials: single }, { ...none, others });
    const label = report.ranking.entries.find((entry) => entry.candidate === candidate)!.label;
    expect(costs).toEqual([{ about: "collapse", text: `${label}: it never predicts pos.` }]);
    expect(beside).toEqual([
      expect.stringMatching(
        /^Of the undecided finalists, focal has the clearest gain\. It never predicts pos\. Its probabilities are less well calibrated \(expected calibration error 0\.\d{3}, against 0\.\d{3} of cross-entropy\)\.$/,
      ),
    ]);
  });

  it("advises on the undecided finalist with the clearest gain of those whose gain matters", () => {
    const adviceAt = (other: number, pAdjusted: number): string => {
      const report = reportOf([
        { id: "focal", gain: 0.05, verdict: "undecided", variance: [1e-3, 1e-5] },
        { id: "hinge", gain: other, verdict: "undecided", variance: [8e-4, 1e-5] },
        baseline,
      ]);
      const entries = report.ranking.entries.map((entry) =>
        entry.candidate === "hinge" && entry.difference !== null && entry.difference.p !== null
          ? { ...entry, difference: { ...entry.difference, pAdjusted } }
          : entry,
      );
      return recommend({ ...report, ranking: { ...report.ranking, entries } }, none).next[0]!.text;
    };
    expect(adviceAt(0.04, 0.09)).toContain(
      " whether hinge, the undecided finalist with the clearest gain, is better",
    );
    expect(adviceAt(0.04, 0.2)).toContain(" whether focal, ");
    // Behind the baseline, it is near to being worse; a gain within the rope does not matter.
    expect(adviceAt(-0.04, 0.09)).toContain(" whether focal, ");
    expect(adviceAt(0.004, 0.09)).toContain(" whether focal, ");
  });

  it("has codes for missing values read as such before all else, by one command for all columns", () => {
    const report = reportOf([{ id: "focal", gain: 0.05, verdict: "better" }, baseline]);
    const code = (missing: string) => ({ level: "warning", text: "far from all others", missing }) as const;
    const notes = [code("a=0,b=0"), { level: "info", text: "12 values" } as const, code("c=-9")];
    const seeds = { planned: [0, 1, 2], complete: [0] };
    const step = {
      about: "missing",
      text: "Missing values: the data checks found numbers that may be codes for them. If they are, add --missing a=0,b=0 --missing c=-9 to the command.",
    };
    expect(recommend({ ...report, notes }, none).next).toEqual([step]);
    const next = recommend({ ...report, notes, seeds }, none).next;
    expect(next.map(({ about }) => about)).toEqual(["missing", "continue"]);
  });

  it("advises rows that scale with the variance that was seen", () => {
    const next = (gain: number, rows: number, fits: number, unstable = false) =>
      recommend(
        reportOf([{ id: "focal", gain, verdict: "undecided", variance: [rows, fits], unstable }, baseline]),
        none,
      ).next[0];
    const once = next(0.03, 4e-4, 0);
    const twice = next(0.03, 8e-4, 0);
    expect(once?.about).toBe("rows");
    // One candidate: z = 1.96, and 0.84 more.
    expect(once?.rows).toBe(Number(((768 * 4e-4 * 2.8 ** 2) / 0.03 ** 2).toPrecision(2)));
    expect(twice!.rows! / once!.rows!).toBeCloseTo(2, 1);
    expect(once?.text).toContain("most of the uncertainty comes from the rows");
    // Of several the clearest one is partly lucky.
    expect(once?.text).toMatch(
      / whether focal, the undecided finalist with the clearest gain, is better\. This assumes its gain here, 3\.0 points of balanced accuracy\.$/,
    );
    const several = reportOf([
      { id: "focal", gain: 0.03, verdict: "undecided", variance: [4e-4, 0] },
      { id: "hinge", gain: 0, verdict: "undecided" },
      baseline,
    ]);
    expect(recommend(several, none).next[0]?.text).toMatch(
      / This assumes its gain here, 3\.0 points .*\. That gain is the clearest of 2, so it is probably too high and the estimate too low\.$/,
    );
    // The fits alone are in the way: seeds decide, but for fits that fail.
    expect(next(0.03, 2e-5, 2e-4)).toMatchObject({ about: "seeds", seeds: 13 });
    expect(next(0.03, 2e-5, 2e-4, true)?.about).toBe("rows");
    expect(next(0.005, 4e-4, 0)?.about).toBe("settled");
    expect(next(0.011, 1e-2, 0)).toBeUndefined();
  });

  it("says that none gained where the nearest lost", () => {
    const next = (gain: number) =>
      recommend(reportOf([{ id: "hinge", gain, verdict: "undecided" }, baseline]), none).next[0]?.text;
    expect(next(-0.005)).toMatch(
      /^No undecided finalist gains anything \(the closest, hinge, loses 0\.5 points\)/,
    );
    expect(next(0.005)).toMatch(/^The largest gain of an undecided finalist is 0\.5 points \(hinge\)/);
  });

  it("has a run finished first, and needs no next step where something is better", () => {
    const open = reportOf([{ id: "focal", gain: 0.03, verdict: "undecided" }, baseline]);
    const seeds = { planned: [0, 1, 2], complete: [0] };
    const next = (change: Partial<DatasetReport>) => recommend({ ...open, ...change }, none).next[0];
    expect(next({ seeds })).toMatchObject({
      about: "continue",
      text: expect.stringMatching(/^Complete the run: 1 of 3 seeds is complete\. The same command /),
    });
    const folds = { planned: 5, complete: [0, 1, 2] };
    expect(next({ seeds, folds })?.text).toMatch(
      /^Complete the run: 3 of 5 folds of the first seed are complete\. The same command /,
    );
    expect(next({ drawnFrom: 5000 })?.text).toMatch(
      /^Complete the run: 768 of 5000 rows were drawn\. The same command /,
    );
    expect(
      recommend(reportOf([{ id: "focal", gain: 0.05, verdict: "better" }, baseline]), none).next,
    ).toEqual([]);
  });

  it("answers what is gained by letting validation choose", () => {
    const chosen = { id: "chosen-by-validation", gain: 0.02, verdict: "reference" } as const;
    const threshold = { id: "cross-entropy-threshold", gain: 0.03, verdict: "reference" } as const;
    const { beside } = recommend(
      reportOf([baseline, { ...chosen, variance: [4e-4, 0] }, { ...threshold, variance: [1e-5, 0] }]),
      none,
    );
    expect(beside[0]).toMatch(
      /^Choosing the loss in each fold by its score on validation rows gains 2\.0 points .*, which is not significant\.$/,
    );
    expect(beside[1]).toMatch(/^A tuned threshold also gains.*: 3\.0 points/);
    const never = reportOf([baseline, { ...chosen, gain: 0, variance: [0, 0] }]);
    expect(recommend(never, none).beside).toEqual([]);
    const hardly = reportOf([baseline, { ...chosen, gain: -0.0004, variance: [1e-4, 0] }]);
    expect(recommend(hardly, none).beside).toEqual([
      "Choosing the loss in each fold by its score on validation rows changes the score by 0.0 points of balanced accuracy [-2.0, 2.0], which is not significant.",
    ]);
    const lost = reportOf([baseline, { ...chosen, gain: -0.02, variance: [1e-5, 0] }]);
    expect(recommend(lost, none).beside).toEqual([
      expect.stringMatching(
        /^Choosing the loss in each fold by its score on validation rows loses 2\.0 points of balanced accuracy \[\d\.\d, \d\.\d\]\.$/,
      ),
    ]);
    for (const [gain, said] of [
      [0.02, "lowers log loss by 0.02 [-0.02, 0.06], which is not significant."],
      [-0.02, "raises log loss by 0.02 [-0.02, 0.06], which is not significant."],
    ] as const) {
      const report = reportOf([baseline, { ...chosen, gain, variance: [4e-4, 0] }], {
        metric: "log-loss",
        higherIsBetter: false,
      });
      expect(recommend(report, none).beside).toEqual([expect.stringContaining(said)]);
    }
  });
});
