import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "mean rank"), {
    caption: "Where the chosen cell ranks among all 64, by what chose it: 1 is the best.",
    xLabel: "mean rank",
    name: "cell search",
    value: "mean rank",
    error: "s.e. of ranks",
  }),
  intervalsOf(having(rows, "cell search"), {
    caption: "How far the chosen cell is from the best of 64, by what chose it.",
    xLabel: "regret, points of accuracy",
    name: "cell search",
    value: "regret, points",
    error: "s.e.",
  }),
];
