import { curvesOf, having, intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  curvesOf(where(having(rows, "bandit"), { epsilon: 0.3 }), {
    caption: "Error of the parameters where 30 % of the pairs are swapped: one loss goes on falling.",
    xLabel: "pairs",
    yLabel: "error",
    name: "bandit",
    x: "pairs",
    y: "error",
    error: "s.e.",
    xScale: "log",
    yScale: "log",
  }),
  intervalsOf(where(having(rows, "loss"), { epsilon: 0.4 }), {
    caption: "Text: reward of completions where 40 % of the pairs are swapped.",
    xLabel: "reward",
    name: "loss",
    value: "reward",
    error: "s.e.",
  }),
];
