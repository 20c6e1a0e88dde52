import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, axisX, emptyDocument, number, textOf } from "../../../../../test/svg.ts";
import { actualFigure, residualsFigure } from "./predictions.ts";

const made = datasetFixture({ task: "regression", metric: "rmse", higherIsBetter: false });
const report = {
  ...made,
  metrics: Object.fromEntries(
    Object.entries(made.metrics).map(([id, own]) => [id, { ...own, r2: 0.75, rmse: 3.4567 }]),
  ),
};
const order = [
  "cross-entropy",
  ...report.ranking.entries.map(({ candidate }) => candidate).filter((id) => id !== "cross-entropy"),
];
const shown = report.behaviours.toSorted((a, b) => order.indexOf(a.candidate) - order.indexOf(b.candidate));

describe.each([
  ["actualFigure", actualFigure, "actual", "R² 0.750"],
  ["residualsFigure", residualsFigure, "residual", "RMSE 3.46"],
] as const)("%s", (_, figure, kind, value) => {
  it("draws every dot of the baseline and each finalist where it is", () => {
    const svg = figure(report, emptyDocument(), { width: 832 })!;
    const clouds = shown.map((one) => one[kind]!);
    const dots = all(svg, "mm-rows", "circle");
    expect(dots).toHaveLength(6 * 120);
    const radii = clouds[0].count.map((n, i) => ({ n, r: number(dots[i], "r") })).sort((a, b) => a.n - b.n);
    expect(radii.map(({ r }) => r)).toEqual(radii.map(({ r }) => r).toSorted((a, b) => a - b));
    expect(radii.at(-1)!.r).toBeGreaterThan(2 * radii[0].r);
  });

  it("says the metric of the table and the role above each panel, and the target on the axes", () => {
    const svg = figure(report, emptyDocument(), { width: 832 })!;
    expect(all(svg, "mm-panel-number", "text").map(textOf)[0]).toBe(`${value}, baseline`);
    expect(svg.textContent).toContain(`predicted ${report.target} →`);
    expect(svg.getAttribute("aria-description")).toContain(`Cross-entropy: ${value}, `);
  });

  it("is nothing for classification", () => {
    expect(figure(datasetFixture(), emptyDocument())).toBeNull();
  });
});

it("puts a dot of the first panel where its axis says", () => {
  const one = { ...report, behaviours: [shown[0]] };
  const svg = residualsFigure(one, emptyDocument(), { width: 832 })!;
  const toValue = axisX(svg);
  const { x } = shown[0].residual!;
  all(svg, "mm-rows", "circle").forEach((dot, i) => {
    expect(toValue(number(dot, "cx"))).toBeCloseTo(x[i], 6);
  });
});
