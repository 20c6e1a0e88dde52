import { behindPlusMinus, curvesOf, intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { part: "family", setting: ["letter", "letter, 40% label noise"] }), {
    caption: "The family from the log-odds to the mean absolute error; cross-entropy is tau 1.",
    xLabel: "test accuracy, %",
    group: "setting",
    name: "arm",
    value: "accuracy %",
    error: behindPlusMinus("accuracy %"),
  }),
  curvesOf(
    where(rows, { part: "adversarial" }).map((row) => ({ ...row, method: String(row.arm).split(",")[0] })),
    {
      caption:
        "Accuracy with and without an attack, a point for each strength: better is to the right and up.",
      xLabel: "clean accuracy, %",
      yLabel: "robust accuracy, %",
      name: "method",
      x: "accuracy %",
      y: "robust %",
      error: behindPlusMinus("robust %"),
    },
  ),
];
