import { intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { task: ["digits", "MNIST"] }), {
    caption: "Mistakes made while learning: less is better.",
    xLabel: "regret",
    group: "task",
    name: "bandit",
    value: "regret",
    error: "s.e.",
  }),
];
