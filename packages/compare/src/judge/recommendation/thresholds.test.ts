import { describe, expect, it } from "vitest";
import type { Advantage, Verdict } from "../../results.ts";
import { untested } from "../ranking/rank.ts";
import { against, baseline, none, reportOf } from "./recommend.fixture.ts";
import { recommend } from "./recommend.ts";

/** Each number by which a recommendation is decided, on both sides of it. The report's rope is 0.01. */

const undecided = (gain: number, variance?: [number, number]) => ({
  id: "focal",
  gain,
  verdict: "undecided" as Verdict,
  ...(variance && { variance }),
});
const leads = (...references: Advantage[]) =>
  recommend(reportOf([undecided(0.01), baseline]), { ...none, references }).instead;
const [trees, linear, ensemble] = ["gradient-boosted-trees", "linear-model", "ensemble"];

describe("a reference leads", () => {
  it("where its interval is above 0, and not where it begins there", () => {
    for (const id of [trees, linear]) {
      expect(leads(against(id, 0.05, 1e-9, 0.1, 1))).toBe(id);
      expect(leads(against(id, 0.05, 0, 0.1, 1))).toBeNull();
    }
  });

  it("the linear model before trees only where it is ahead by more", () => {
    const both = (mean: number) =>
      leads(against(trees, 0.05, 0.01, 0.1, 1), against(linear, mean, 0.01, 0.1, 1));
    expect([both(0.05), both(0.0500001)]).toEqual([trees, linear]);
  });

  it("the ensemble where it is ahead of the losses, and of what else is ahead by more than the rope", () => {
    const beside = (mean: number, low: number, single: number, lowOfSingle: number) =>
      leads(against(ensemble, mean, low, 0.1, 0), against(trees, single, lowOfSingle, 0.1, 1));
    expect([beside(0.02, 1e-9, 0, -0.1), beside(0.02, 0, 0, -0.1)]).toEqual([ensemble, null]);
    expect([beside(0.010001, 0.001, 0, -0.1), beside(0.01, 0.001, 0, -0.1)]).toEqual([ensemble, null]);
    expect([beside(0.06, 0.01, 0.05, 0.01), beside(0.060001, 0.01, 0.05, 0.01)]).toEqual([trees, ensemble]);
    // Trees that may be no better than the losses are no reason against it.
    expect(beside(0.05, 0.01, 0.05, 0)).toBe(ensemble);
  });

  it("the linear model, too, where losses are ahead by more than the rope with probability 0.05 at most", () => {
    expect(leads(against(linear, 0, -0.01, 0.01, 0.05))).toBe(linear);
    expect(leads(against(linear, 0, -0.01, 0.01, 0.0500001))).toBeNull();
  });

  it("unless trees are ahead of it by more than the rope", () => {
    const beside = (mean: number) =>
      leads(against(linear, 0, -0.01, 0.01, 0.01), against(trees, mean, -0.1, 0.1, 1));
    expect([beside(0.01), beside(0.0100001)]).toEqual([linear, null]);
  });
});

describe("a model is no better than what looks at no column", () => {
  it("where its mean is not above that", () => {
    const use = (mean: number) => {
      const trivial = [
        { ...against(trees, 0.1, 0.01, 0.2), to: "majority-class" },
        { ...against("cross-entropy", mean, -0.1, 0.1), to: "majority-class" },
      ];
      return recommend(reportOf([undecided(0.01), baseline]), { ...none, trivial }).use;
    };
    expect(use(0)).toMatch(/^No network is recommended: /);
    expect(use(1e-9)).toMatch(/^Use cross-entropy/);
  });
});

describe("a cost is named", () => {
  const better = reportOf([{ id: "focal", gain: 0.05, verdict: "better" }, baseline]);
  const metric = (mean: number, high: number, id = "accuracy") => {
    const others = [{ ...against("focal", mean, 2 * mean, high), to: "cross-entropy", metric: id }];
    return recommend(better, { ...none, others }).costs.some(({ about }) => about === "metric");
  };

  it("of another metric that is below 0 for sure, by 0.01 or more", () => {
    expect([metric(-0.04, -1e-9), metric(-0.04, 0)]).toEqual([true, false]);
    expect([metric(-0.01, -0.001), metric(-0.00999, -0.001)]).toEqual([true, false]);
  });

  it("of an error that grows by a hundredth of the baseline's", () => {
    const trials = better.trials.map((trial) => ({ ...trial, metrics: { mae: 20 } }));
    const named = (mean: number) => {
      const others = [{ ...against("focal", mean, 2 * mean, -0.01), to: "cross-entropy", metric: "mae" }];
      return recommend({ ...better, trials }, { ...none, others }).costs.some(
        ({ about }) => about === "metric",
      );
    };
    expect([named(-0.2), named(-0.199)]).toEqual([true, false]);
  });

  it("of time from half as long again on", () => {
    const time = (seconds: number) => {
      const trials = better.trials.map((trial) => ({
        ...trial,
        seconds: trial.candidate === "focal" ? seconds : 2,
      }));
      return recommend({ ...better, trials }, none).costs.some(({ about }) => about === "time");
    };
    expect([time(3), time(2.99)]).toEqual([true, false]);
  });

  it("by the names of classes that are never predicted, up to three of them", () => {
    const never = (count: number) => {
      const classes = ["a", "b", "c", "d", "e"];
      const row = classes.map((_, k) => (k < count ? 0 : 5));
      const trials = better.trials.map((trial) => ({ ...trial, confusion: classes.map(() => row) }));
      return recommend({ ...better, classes, trials }, none).costs[0]?.text;
    };
    expect([never(3), never(4)]).toEqual([
      "focal: it never predicts a, b, c.",
      "focal: it never predicts 4 of 5 classes.",
    ]);
  });

  it("of the first of the undecided where it gains more than the rope", () => {
    const others = [{ ...against("focal", -0.1, -0.2, -0.05), to: "cross-entropy", metric: "accuracy" }];
    const costs = (gain: number) =>
      recommend(reportOf([undecided(gain), baseline]), { ...none, others }).beside;
    expect([costs(0.01).length, costs(0.0100001).length]).toEqual([0, 1]);
  });
});

describe("the next step", () => {
  const step = (gain: number, ofRows: number, ofFits: number) =>
    recommend(reportOf([undecided(gain, [ofRows, ofFits]), baseline]), none).next[0];
  /** The squared standard error that decides a gain of 0.03: z of 0.975, and 0.84 for a chance of 0.8. */
  const wanted = (0.03 / (1.959964 + 0.84)) ** 2;

  it("is none for a gain of no more than the rope", () => {
    expect(step(0.01, 4e-4, 0)?.about).toBe("settled");
    expect(step(0.01, 4e-4, 0)?.text).toContain("near the smallest that matters (1.0 point): more rows may");
    expect(step(0.0050001, 4e-4, 0)?.text).toContain("near the smallest");
    expect(step(0.005, 4e-4, 0)?.text).toContain("too little to matter: more rows would more likely");
    expect(step(0.0100001, 4e-4, 0)?.about).toBe("rows");
  });

  it("is to have up to a hundred times the rows", () => {
    expect(step(0.03, 99.9 * wanted, 0)?.rows).toBe(77_000);
    expect(step(0.03, 100.1 * wanted, 0)).toBeUndefined();
  });

  it("is to have more rows unless the variance is small enough already", () => {
    expect(step(0.03, 1.001 * wanted, 0)?.about).toBe("rows");
    expect(step(0.03, 0.999 * wanted, 0)).toMatchObject({
      about: "seeds",
      text: expect.stringContaining("nearly decided"),
    });
  });

  it("is to have up to thirty seeds where variation between fits dominates the uncertainty", () => {
    // Six seeds were seen: with 30 the fits have a fifth of their variance.
    const rest = 0.4 * wanted;
    expect(step(0.03, rest, 4.99 * (wanted - rest))).toMatchObject({ about: "seeds", seeds: 30 });
    expect(step(0.03, rest, 5.01 * (wanted - rest))?.about).toBe("rows");
    // As much as the rows: further rows help both.
    expect(step(0.03, 0.75 * wanted, 0.75 * wanted)).toMatchObject({
      about: "rows",
      text: expect.stringContaining("most of the uncertainty comes from the rows"),
    });
    expect(step(0.03, 0.75 * wanted, 0.751 * wanted)).toMatchObject({ about: "seeds", seeds: 19 });
    // Six would be enough, and were not.
    expect(step(0.03, 0.2 * wanted, 0.7 * wanted)?.text).toContain("nearly decided");
    // The rows alone vary too much.
    expect(step(0.03, 1.001 * wanted, 1.2 * wanted)?.about).toBe("rows");
  });
});

describe("of a comparison in which nothing was tested", () => {
  const beside = (gain: number) => {
    const seen = reportOf([undecided(0.02), baseline, { id: trees, gain, verdict: "reference" }]);
    const entries = seen.ranking.entries.map((entry) => ({
      ...entry,
      difference: entry.difference && { ...entry.difference, ...untested },
    }));
    return recommend({ ...seen, ranking: { ...seen.ranking, entries } }, none).beside.length;
  };

  it("a reference is named that is ahead of every loss by more than the rope", () => {
    expect([beside(0.03), beside(0.0300001)]).toEqual([0, 1]);
  });
});

describe("the choice by validation", () => {
  it("is not significant unless its interval lies on one side of 0", () => {
    const chosen = (gain: number) => {
      // The interval is two standard errors wide on both sides.
      const report = reportOf([
        baseline,
        { id: "chosen-by-validation", gain, verdict: "reference", variance: [1e-4, 0] },
      ]);
      return recommend(report, none).beside[0]?.includes("which is not significant");
    };
    expect([chosen(0.0200001), chosen(0.02), chosen(-0.02), chosen(-0.0200001)]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("is not told of a threshold whose interval begins at 0", () => {
    const told = (gain: number) => {
      const threshold = { id: "cross-entropy-threshold", gain, verdict: "reference" as const };
      return recommend(reportOf([baseline, { ...threshold, variance: [1e-4, 0] }]), none).beside.length;
    };
    expect([told(0.02), told(0.0200001)]).toEqual([0, 1]);
  });
});
