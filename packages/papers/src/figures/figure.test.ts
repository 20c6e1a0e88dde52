import { figure } from "@minimand/compare/report";
import { describe, expect, it } from "vitest";
import type { Row } from "../reproduction.ts";
import { behindPlusMinus, curvesOf, intervalsOf, type PaperFigure, spread } from "./figure.ts";

const markupOf = ({ draw }: PaperFigure): string => figure(draw, null)!.markup;

describe("values with their ends", () => {
  const rows: Row[] = [
    { arm: "a", score: 0.5, "s.e.": 0.1 },
    { arm: "b", score: null, "s.e.": 0.1 },
    { arm: "c", score: 0.7, "s.e.": 0.2 },
  ];
  const shown = (error?: string) =>
    intervalsOf(rows, {
      caption: "Scores.",
      xLabel: "score, %",
      name: "arm",
      value: "score",
      times: 100,
      error,
    });

  it("are shown as they were measured, and rows without a value are left out", () => {
    expect(markupOf(shown("s.e."))).toContain("a: 50.000 [40.000, 60.000]; c: 70.000 [50.000, 90.000].");
    expect(shown("s.e.").caption).toBe("Scores. Lines: one standard error over seeds on either side.");
  });

  it("say nothing of ends where none were measured", () => {
    expect(shown().caption).toBe("Scores.");
    expect(markupOf(shown())).toContain("score, %. a: 50.000; c: 70.000.");
  });

  it("refuse a column that isn't there", () => {
    expect(() => shown("error")).toThrow(/^no column 'error' among arm, score, s.e.$/);
  });
});

describe("curves", () => {
  it("are rows of one name, or columns with a number in their names", () => {
    const rows: Row[] = [{ arm: "x", "T = 10": 1, "T = 100": 2, other: 5 }];
    expect(spread(rows, /^T = (\d+)$/).map(({ at, value }) => [at, value])).toEqual([
      [10, 1],
      [100, 2],
    ]);
    const shown = curvesOf(spread(rows, /^T = (\d+)$/), {
      caption: "Growth.",
      xLabel: "T",
      yLabel: "regret",
      name: "arm",
      x: "at",
      y: "value",
    });
    expect(markupOf(shown)).toContain("regret by T, a panel a curve: x.");
  });
});

it("the error behind a ± is a number", () => {
  expect(behindPlusMinus("robust %")({ "robust %": "46.0 ± 0.5" })).toBe(0.5);
  expect(behindPlusMinus("robust %")({ "robust %": null })).toBe(null);
});
