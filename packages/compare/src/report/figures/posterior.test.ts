import { describe, expect, it } from "vitest";
import { datasetFixture } from "../../../../../test/results-fixture.ts";
import { all, axisX, emptyDocument, number } from "../../../../../test/svg.ts";
import { posteriorFigure } from "./posterior.ts";
import { testedEntries } from "./rows.ts";

const parse = (label: string): number => Number(label.replace(" %", "")) / 100;

describe("posteriorFigure", () => {
  it.each([true, false])(
    "draws three parts a candidate that have the probabilities as lengths (higher is better: %s)",
    (higherIsBetter) => {
      const report = datasetFixture({ task: "regression", metric: "rmse", higherIsBetter });
      const tested = testedEntries(report).map(({ difference }) => difference);
      const svg = posteriorFigure(report, emptyDocument());
      const toValue = axisX(svg, parse);
      const bars = all(svg, "mm-probability", "rect");
      expect(bars).toHaveLength(3 * tested.length);
      // Half a pixel is left free on each side of a bar.
      const shares = bars.map(
        (bar) => toValue(number(bar, "x") + number(bar, "width") + 0.5) - toValue(number(bar, "x") - 0.5),
      );
      // The parts of a bar follow on one another from 0 to 1.
      bars.forEach((bar, i) => {
        const before = i % 3 === 0 ? 0 : shares.slice(i - (i % 3), i).reduce((a, b) => a + b);
        expect(toValue(number(bar, "x") - 0.5)).toBeCloseTo(before, 2);
      });
      tested.forEach(({ pBetter, pSame, pWorse }, i) => {
        const expected = higherIsBetter ? [pWorse, pSame, pBetter] : [pBetter, pSame, pWorse];
        expected.forEach((p, j) => {
          if (p > 0.01) expect(shares[3 * i + j]).toBeCloseTo(p, 2);
        });
      });
    },
  );

  it("prints a percentage only into bars that hold it", () => {
    const svg = posteriorFigure(datasetFixture(), emptyDocument());
    const values = all(svg, "mm-value", "text").map(({ textContent }) => textContent ?? "");
    expect(values.length).toBeGreaterThan(5);
    expect(values.filter((text) => parse(text.replace(/[<>]/, "")) < 0.05)).toEqual([]);
  });
});
