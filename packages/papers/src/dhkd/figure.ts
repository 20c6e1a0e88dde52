import { having, intervalsOf, type PaperFigure } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(having(rows, "arm"), {
    caption: "What the student gains by a teacher, with one head and with two.",
    xLabel: "points over cross-entropy",
    name: "arm",
    value: "minus cross-entropy",
    error: "sd of the difference",
    times: 100,
    ends: "with one standard deviation over seeds on either side",
    reference: { value: 0, label: "cross-entropy" },
  }),
];
