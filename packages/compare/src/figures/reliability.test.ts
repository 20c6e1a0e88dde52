import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../test/results-fixture.ts";
import { all, axisX, emptyDocument, number } from "../../../../test/svg.ts";
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

  it("prints the calibration error of exactly these bins", () => {
    const { count, confidence, correct } = sumReliability(report.trials, "focal")!;
    const gaps = count.map((_, b) => Math.abs(correct[b]! - confidence[b]!));
    const error = gaps.reduce((a, b) => a + b) / count.reduce((a, b) => a + b);
    const texts = [...reliabilityFigure(report, "focal", emptyDocument())!.querySelectorAll("text")];
    expect(texts.map((t) => t.textContent)).toContain(`ECE ${error.toFixed(3)}`);
  });

  it("is nothing for regression", () => {
    expect(reliabilityFigure(datasetFixture({ task: "regression" }), "focal", emptyDocument())).toBeNull();
  });
});
