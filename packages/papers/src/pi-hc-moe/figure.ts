import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "arm", "relative error"), {
    caption: "How far solutions are off that were learned without data.",
    xLabel: "relative error, %",
    name: "arm",
    value: "relative error",
    error: "s.e. over seeds",
    times: 100,
  }),
];
