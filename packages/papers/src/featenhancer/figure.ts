import { intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { measure: ["mIoU from scratch", "mIoU adapted"] }), {
    caption: "Segmenting dark pictures, by what stands before the network.",
    xLabel: "mean IoU, %",
    group: "measure",
    name: "front end",
    value: "%",
    error: "s.e.",
  }),
];
