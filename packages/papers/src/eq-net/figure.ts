import { curvesOf, having, type PaperFigure, spread, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => {
  const form = where(having(rows, "arm"), { form: "tensor, weights sym, activations asym" });
  const errors = spread(form, /^s\.e\. at (\d)$/);
  const points = spread(form, /^(\d) bits$/).map((row) => ({
    ...row,
    error: errors.find(({ arm, at }) => arm === row.arm && at === row.at)?.value ?? null,
  }));
  return [
    curvesOf(points, {
      caption: "Accuracy by bit-width: one network for all widths beside others.",
      xLabel: "bits",
      yLabel: "test accuracy",
      name: "arm",
      x: "at",
      y: "value",
      error: "error",
    }),
  ];
};
