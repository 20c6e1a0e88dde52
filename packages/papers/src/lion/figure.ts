import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "optimizer"), {
    caption: "Test accuracy beside AdamW's on the same starts and batches.",
    xLabel: "points over AdamW",
    name: "optimizer",
    value: "minus AdamW",
    error: "sd of the difference",
    times: 100,
    ends: "with one standard deviation over seeds on either side",
    reference: { value: 0, label: "AdamW" },
  }),
];
