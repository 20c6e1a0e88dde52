import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(
    having(rows, "digits").filter(({ digits }) => digits !== "uniform noise"),
    {
      caption: "How far generated digits are from real ones; uniform noise, far to the right, is left out.",
      xLabel: "Frechet distance",
      name: "digits",
      value: "Frechet distance",
      error: "s.e.",
    },
  ),
];
