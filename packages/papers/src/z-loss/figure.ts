import { curvesOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  curvesOf(where(rows, { part: "speed" }), {
    caption: "What a training step takes as the classes become more: the factored Z-loss doesn't notice.",
    xLabel: "classes",
    yLabel: "ms a step",
    name: "arm",
    y: "ms a step",
    x: ({ setting }) => Number.parseFloat(String(setting)),
    xScale: "log",
    yScale: "log",
  }),
];
