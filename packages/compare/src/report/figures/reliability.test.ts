import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, axisX, emptyDocument, number } from "../../../../../test/svg.ts";
import { reliabilityFigure, sumReliability } from "./reliability.ts";

const report = datasetFixture();
const parse = (label: string): number => Number(label.replace(" %", "")) / 100;

describe("reliabilityFigure", () => {
  it("adds up the bins of all folds and seeds of a candidate", () => {
    const bins = sumReliability(report.trials, "focal")!;
    const own = report.trials.filter((t) => t.candidate === "focal");
    expect(own).toHaveLength(10);
    expect(bins.count[3]).toBe(own.reduce((sum, t) => sum + t.reliability!.count[3]!, 0));
    expect(bins.correct[9]).toBe(own.reduce((sum, t) => sum + t.reliability!.correct[9]!, 0));
  });

  it("draws a dot a filled bin at its mean prediction, and every count in words", () => {
    const multiclass = datasetFixture({ task: "multiclass" });
    const bins = sumReliability(multiclass.trials, "focal")!;
    const svg = reliabilityFigure(multiclass, "focal", emptyDocument())!;
    const toValue = axisX(svg, parse);
    const dots = all(svg, "mm-bin", "circle");
    const filled = bins.count.map((n, bin) => ({ n, bin })).filter(({ n }) => n > 0);
    expect(filled.length).toBeLessThan(bins.count.length);
    expect(dots).toHaveLength(filled.length);
    filled.forEach(({ n, bin }, i) => {
      expect(toValue(number(dots[i]!, "cx"))).toBeCloseTo(bins.confidence[bin]! / n, 2);
    });
    expect(all(svg, "mm-count-label", "text").map((t) => Number(t.textContent))).toEqual(
      filled.map(({ n }) => n),
    );
  });

  it("prints the calibration error of the table of metrics", () => {
    const metrics = { ...report.metrics, focal: { ...report.metrics.focal, ece: 0.1234 } };
    const texts = [
      ...reliabilityFigure({ ...report, metrics }, "focal", emptyDocument())!.querySelectorAll("text"),
    ];
    expect(texts.map((t) => t.textContent)).toContain("ECE 0.123");
  });

  it("makes little of a bin that holds little: a small dot without a line", () => {
    const trials = report.trials.map((t) => {
      if (!t.reliability) return t;
      const count = t.reliability.count.map((n, bin) => (bin === 4 ? 0 : n + 40));
      if (t.fold === 0 && t.seed === 0) count[4] = 1;
      const confidence = count.map((n, bin) => n * (0.05 + 0.1 * bin));
      return { ...t, reliability: { count, confidence, correct: count.map(() => 0) } };
    });
    const svg = reliabilityFigure({ ...report, trials }, "focal", emptyDocument())!;
    const radii = all(svg, "mm-bin", "circle").map((dot) => number(dot, "r"));
    expect(radii).toHaveLength(10);
    expect(radii.indexOf(Math.min(...radii))).toBe(4);
    expect(Math.max(...radii)).toBeCloseTo(5, 6);
    expect(all(svg, "mm-gap", "line")).toHaveLength(9);
  });

  it("is nothing for regression", () => {
    expect(reliabilityFigure(datasetFixture({ task: "regression" }), "focal", emptyDocument())).toBeNull();
  });
});
