import { intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { cell: ["digits, 30 % noise", "Fashion, 30 % noise"] }), {
    caption: "Test accuracy where 30 % of the labels are drawn anew.",
    xLabel: "test accuracy, %",
    group: "cell",
    name: "arm",
    value: "test accuracy",
    error: "s.e.",
    times: 100,
  }),
];
