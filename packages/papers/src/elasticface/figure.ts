import { having, intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  intervalsOf(where(rows, { material: "omniglot", FAR: 0.01 }), {
    caption: "What a drawn margin gains over the fixed one on characters that were not trained on.",
    xLabel: "difference in true accept rate, points",
    group: "fixed",
    name: "elastic",
    value: "difference of TAR",
    error: ["95 % from", "95 % to"],
    times: 100,
    ends: "with 95 % intervals",
    reference: { value: 0, label: "no difference" },
  }),
  intervalsOf(where(having(rows, "TAR at FAR 1e-2"), { material: "omniglot" }), {
    caption: "The losses themselves, plain softmax among them.",
    xLabel: "true accept rate at a false accept rate of 1 %, %",
    name: "loss",
    value: "TAR at FAR 1e-2",
    error: "s.e.",
    times: 100,
  }),
];
