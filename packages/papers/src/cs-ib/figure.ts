import { intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { cell: ["diabetes, outliers", "Boston housing, outliers"] }), {
    caption: "Error on clean rows after training with outliers.",
    xLabel: "root mean squared error",
    group: "cell",
    name: "arm",
    value: "clean",
    error: "s.e.",
  }),
];
