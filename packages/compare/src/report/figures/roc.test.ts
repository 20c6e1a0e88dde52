import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, emptyDocument, textOf } from "../../../../../test/svg.ts";
import { rocFigure, truePositiveAt } from "./roc.ts";

const report = datasetFixture();

/** The corners of a path. */
const corners = (path: Element): [x: number, y: number][] =>
  [...(path.getAttribute("d") ?? "").matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);

/** Below a curve from corner to corner of its own box. */
function areaBelow(points: [number, number][]): number {
  const [first, last] = [points[0], points.at(-1)!];
  const [width, height] = [last[0] - first[0], first[1] - last[1]];
  return points.reduce((sum, [x, y], i) => {
    if (i === 0) return 0;
    const mean = (first[1] - (y + points[i - 1][1]) / 2) / height;
    return sum + ((x - points[i - 1][0]) / width) * mean;
  }, 0);
}

describe("rocFigure", () => {
  it.each([832, 356])(
    "draws a curve for the baseline and each finalist whose area is that of the data, %i wide",
    (width) => {
      const svg = rocFigure(report, emptyDocument(), { width })!;
      const curves = all(svg, "mm-curve", "path");
      expect(curves).toHaveLength(6);
      const titles = all(svg, "mm-panel-title", "text").map(textOf);
      expect(titles[0]).toContain("Cross-entropy");
      const order = ["cross-entropy", ...report.ranking.entries.map(({ candidate }) => candidate)];
      const shown = report.behaviours.toSorted(
        (a, b) => order.indexOf(a.candidate) - order.indexOf(b.candidate),
      );
      curves.forEach((curve, i) => {
        const { falsePositive: x, truePositive: y } = shown[i].roc!;
        const area = x.reduce(
          (sum, at, k) => (k === 0 ? 0 : sum + ((at - x[k - 1]) * (y[k] + y[k - 1])) / 2),
          0,
        );
        expect(areaBelow(corners(curve)), shown[i].candidate).toBeCloseTo(area, 3);
      });
      expect(all(svg, "mm-baseline-curve", "path")).toHaveLength(5);
    },
  );

  it("writes the AUC of the table of metrics above each, with the roles, selection among them", () => {
    const metrics = Object.fromEntries(
      Object.entries(report.metrics).map(([id, own], i) => [id, { ...own, "roc-auc": 0.5 + i / 100 }]),
    );
    const svg = rocFigure({ ...report, metrics }, emptyDocument(), { width: 832 })!;
    const texts = all(svg, "mm-panel-number", "text").map(textOf);
    expect(texts[0]).toBe("AUC 0.500, baseline");
    expect(texts.filter((text) => / first of 14\b/.test(text))).toHaveLength(1);
    expect(svg.getAttribute("aria-description")).toContain(
      "Cross-entropy: AUC 0.500, at a false positive rate of 10 %",
    );
  });

  it("has percents on its axes, fewer where it is narrow", () => {
    for (const [width, last] of [
      [832, ["60", "80", "100"]],
      [356, ["0", "50", "100"]],
    ] as const) {
      const svg = rocFigure(report, emptyDocument(), { width })!;
      const ticks = [...svg.querySelectorAll('[aria-label="x-axis tick label"] text')].map(textOf);
      expect(ticks.slice(-3)).toEqual(last);
      expect(svg.textContent).toContain("false positive rate, %");
    }
  });

  it("has axes at panels alone", () => {
    const svg = rocFigure({ ...report, behaviours: report.behaviours.slice(0, 4) }, emptyDocument())!;
    expect(all(svg, "mm-panel-title", "text")).toHaveLength(4);
    // Six ticks for each of two rows.
    expect(svg.querySelectorAll('[aria-label="y-axis tick label"] text')).toHaveLength(12);
  });

  it("is nothing for regression", () => {
    expect(rocFigure(datasetFixture({ task: "regression" }), emptyDocument())).toBeNull();
  });
});

describe("truePositiveAt", () => {
  const roc = { falsePositive: [0, 0, 0.5, 0.5, 1], truePositive: [0, 0.2, 0.4, 0.8, 1] };

  it("lies on the curve, and above where it jumps", () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((rate) => truePositiveAt(roc, rate))).toEqual([
      0.2,
      expect.closeTo(0.3),
      0.8,
      expect.closeTo(0.9),
      1,
    ]);
  });
});
