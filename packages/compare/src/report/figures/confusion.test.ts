import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, emptyDocument, number } from "../../../../../test/svg.ts";
import { confusionFigure, sumConfusion } from "./confusion.ts";

const letters = Array.from({ length: 26 }, (_, i) => `letter ${String.fromCharCode(65 + i)}`);

describe("confusionFigure", () => {
  it("shades a cell by its share of the row and prints share and count", () => {
    const report = datasetFixture({ task: "multiclass" });
    const matrix = sumConfusion(report.trials, "focal")!;
    const svg = confusionFigure(report, "focal", emptyDocument())!;
    const cells = all(svg, "mm-cell", "rect");
    expect(cells).toHaveLength(16);
    const shares = matrix.flatMap((row) => row.map((n) => n / row.reduce((a, b) => a + b)));
    expect(shares.slice(0, 4).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    cells.forEach((cell, i) => {
      expect(number(cell, "fill-opacity")).toBeCloseTo(shares[i]!, 6);
    });
    expect(all(svg, "mm-count", "text").map((t) => Number(t.textContent))).toEqual(matrix.flat());
    expect(all(svg, "mm-share", "text")[0]?.textContent).toBe(`${Math.round(100 * shares[0]!)} %`);
  });

  it("stays legible with 26 classes: no text below 7 pixels, none wider than its cell", () => {
    const report = datasetFixture({ task: "multiclass", classes: letters });
    const svg = confusionFigure(report, "focal", emptyDocument(), { width: 832 })!;
    const cells = all(svg, "mm-cell", "rect");
    expect(cells).toHaveLength(676);
    const group = svg.querySelector(".mm-share")!;
    const size = number(group, "font-size");
    expect(size).toBeGreaterThanOrEqual(9);
    expect(3 * 0.6 * size).toBeLessThan(number(cells[0]!, "width"));
    expect(all(svg, "mm-count", "text")).toHaveLength(0);
  });

  it("has a row of zeros, and no NaN, for a class that no test fold holds", () => {
    const report = datasetFixture({ task: "multiclass" });
    const trials = report.trials.map((t) =>
      t.confusion ? { ...t, confusion: t.confusion.map((row, i) => (i === 2 ? row.map(() => 0) : row)) } : t,
    );
    const svg = confusionFigure({ ...report, trials }, "focal", emptyDocument())!;
    expect(svg.outerHTML).not.toContain("NaN");
    expect(
      all(svg, "mm-cell", "rect")
        .slice(8, 12)
        .map((c) => number(c, "fill-opacity")),
    ).toEqual([0, 0, 0, 0]);
  });

  it("takes class names that look like markup as text", () => {
    const report = datasetFixture({ classes: ["<img src=x onerror=alert(1)>", '"&<b>'] });
    const html = confusionFigure(report, "focal", emptyDocument())!.outerHTML;
    expect(html).not.toMatch(/<(img|b)\b/);
  });

  it("is nothing for regression", () => {
    expect(confusionFigure(datasetFixture({ task: "regression" }), "focal", emptyDocument())).toBeNull();
  });
});
