import { curvesOf, having, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => {
  const sizes = { caption: "", xLabel: "cells along a side", name: "solver", x: "cells along a side" };
  const grids = having(rows, "cells along a side");
  return [
    curvesOf(grids, {
      ...sizes,
      caption: "Iterations to a relative residual of 1e-4 by the size of the grid.",
      yLabel: "iterations",
      y: "to 1e-4",
      xScale: "log",
      yScale: "log",
    }),
    curvesOf(grids, {
      ...sizes,
      caption: "The same solves by the clock.",
      yLabel: "ms a solve",
      y: "ms to 1e-4",
      xScale: "log",
      yScale: "log",
    }),
  ];
};
