import { intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { score: "G-mean", against: ["BCE", "tuned BCE"] }), {
    caption:
      "What AnyLoss gains in the score that it is aimed at, over plain cross-entropy and over one tuned for that score.",
    xLabel: "difference in G-mean, points",
    group: "problem",
    name: "against",
    value: "AnyLoss minus it",
    error: ["95 % from", "95 % to"],
    times: 100,
    ends: "with 95 % intervals, corrected for folds that overlap",
    reference: { value: 0, label: "no difference" },
  }),
];
