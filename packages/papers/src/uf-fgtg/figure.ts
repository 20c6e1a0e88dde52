import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "full objective against"), {
    caption: "What words and picture together gain over each other way to write a prompt.",
    xLabel: "aesthetic score over the other's",
    name: "full objective against",
    value: "aesthetic score",
    error: "± s.e.",
    ends: "with the larger standard error, over prompts or seeds, on either side",
    reference: { value: 0, label: "no difference" },
  }),
];
