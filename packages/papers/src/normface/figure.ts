import { intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { "old and new together": "new directions added" }), {
    caption: "Old and new classes told apart together, the new ones added without training.",
    xLabel: "harmonic mean of both accuracies, %",
    group: "material",
    name: "method",
    value: "harmonic mean",
    error: "s.e.",
    times: 100,
  }),
];
