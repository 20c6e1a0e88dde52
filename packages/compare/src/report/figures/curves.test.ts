import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, emptyDocument } from "../../../../../test/svg.ts";
import type { TrialRecord } from "../../results.ts";
import { curvesFigure, meanCurve } from "./curves.ts";

const trial = (curve: number[]): TrialRecord => ({ ...datasetFixture().trials[0]!, candidate: "a", curve });

describe("meanCurve", () => {
  it("is mean and standard deviation of the folds that still train", () => {
    const points = meanCurve([trial([0, 1, 5]), trial([2, 3])], "a");
    expect(points[0]).toEqual({ epoch: 1, mean: 1, low: 1 - Math.SQRT2, high: 1 + Math.SQRT2, folds: 2 });
    expect(points[2]).toEqual({ epoch: 3, mean: 5, low: 5, high: 5, folds: 1 });
  });

  it("ends where fewer than half of the folds are left, and contains its mean", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(lengths, (sizes) => {
        const points = meanCurve(
          sizes.map((n, f) => trial(Array.from({ length: n }, (_, e) => Math.sin(f + e)))),
          "a",
        );
        const half = [...sizes].sort((a, b) => b - a)[Math.ceil(sizes.length / 2) - 1];
        return points.length === half && points.every(({ low, mean, high }) => low <= mean && mean <= high);
      }),
    );
  });

  it("is empty for a candidate that trained nothing", () => {
    expect(meanCurve(datasetFixture().trials, "majority-class")).toEqual([]);
  });
});

describe("curvesFigure", () => {
  it("has a panel a loss other than the baseline, with its own curve over the baseline's", () => {
    const svg = curvesFigure(datasetFixture(), emptyDocument());
    expect(all(svg, "mm-panel-title", "text")).toHaveLength(14);
    expect(all(svg, "mm-curve", "path")).toHaveLength(14);
    expect(all(svg, "mm-baseline-curve", "path")).toHaveLength(14);
    expect(all(svg, "mm-panel", "rect")).toHaveLength(14);
  });

  it("says so where a loss diverged before its first epoch ended", () => {
    const report = datasetFixture();
    const trials = report.trials.map((t) => (t.candidate === "js" ? { ...t, curve: [] } : t));
    const svg = curvesFigure({ ...report, trials }, emptyDocument());
    expect(all(svg, "mm-curve", "path")).toHaveLength(13);
    expect([...svg.querySelectorAll("text")].map((t) => t.textContent)).toContain("no curve");
  });
});
