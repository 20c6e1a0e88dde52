import { intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { problem: ["l1, lambda 0.2, 12 layers", "l1, lambda 0.1, 20 layers"] }), {
    caption: "The objective after as many iterations, over that of ISTA run to its end.",
    xLabel: "% above the minimum",
    group: "problem",
    name: "method",
    value: "objective above converged",
    times: 100,
  }),
];
