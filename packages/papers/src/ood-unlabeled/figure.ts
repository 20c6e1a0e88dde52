import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "all cells"), {
    caption: "What unlabelled rows add on real domains, over all of them.",
    xLabel: "points over plain training",
    name: "all cells",
    value: "over plain training",
    error: "+-",
    times: 100,
    reference: { value: 0, label: "plain training" },
  }),
];
