import { having, intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  // Where a loss diverges the difference is one to an accuracy of 0, beside which nothing else would be seen.
  intervalsOf(where(having(rows, "cell", "EnsLoss minus it"), { diverged: 0 }), {
    caption: "What EnsLoss gains over each fixed loss, where that doesn't diverge.",
    xLabel: "points of test accuracy",
    group: "cell",
    name: "loss",
    value: "EnsLoss minus it",
    error: ["95 % from", "95 % to"],
    times: 100,
    ends: "with 95 % intervals, corrected for splits that overlap",
    reference: { value: 0, label: "no difference" },
  }),
];
