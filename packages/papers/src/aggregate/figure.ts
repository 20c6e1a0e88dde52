import { curvesOf, having, intervalsOf, type PaperFigure, spread, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "tuned mixture against the better end"), {
    caption: "Error of the tuned mixture against the better of the two ends, with bags of at least 5.",
    xLabel: "difference of the error, %",
    name: "tuned mixture against the better end",
    value: "error, %",
    error: ["95 % from", "95 % to"],
    ends: "with 95 % intervals",
    reference: { value: 0, label: "no difference" },
  }),
  curvesOf(
    spread(where(rows, { "data set": "diabetes", model: "linear" }), /^error at rho ([\d.]+)$/).map(
      (row) => ({
        ...row,
        bags: `bags of ${row.k}`,
      }),
    ),
    {
      caption:
        "Error from the loss of bags (rho 0) to that of single rows (rho 1): diabetes, a linear model.",
      xLabel: "rho",
      yLabel: "error",
      name: "bags",
      x: "at",
      y: "value",
    },
  ),
];
