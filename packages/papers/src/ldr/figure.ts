import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "average rank"), {
    caption: "Average rank over kinds and rates of label noise, first is best.",
    xLabel: "average rank",
    name: "loss",
    value: "average rank",
    error: ["95 % from", "95 % to"],
    ends: "with the middle 95 % of what resampled seeds give",
  }),
];
