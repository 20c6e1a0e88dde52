import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, emptyDocument, number } from "../../../../../test/svg.ts";
import { classesFigure } from "./classes.ts";

describe("classesFigure", () => {
  it("draws a bar a class in proportion to its rows", () => {
    const report = datasetFixture({ task: "multiclass" });
    const bars = all(classesFigure(report, emptyDocument())!, "mm-rows", "rect").map((bar) =>
      number(bar, "width"),
    );
    expect(bars).toHaveLength(4);
    bars.forEach((bar, i) => {
      expect(bar / bars[0]!).toBeCloseTo(report.classCounts[i]! / report.classCounts[0]!, 6);
    });
  });

  it("keeps classes of the same name apart", () => {
    const report = datasetFixture({ classes: ["yes", "yes"] });
    expect(all(classesFigure(report, emptyDocument())!, "mm-rows", "rect")).toHaveLength(2);
  });

  it("is nothing for regression", () => {
    expect(classesFigure(datasetFixture({ task: "regression" }), emptyDocument())).toBeNull();
  });
});
