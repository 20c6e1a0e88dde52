import { curvesOf, having, intervalsOf, type PaperFigure, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => [
  curvesOf(
    where(rows, {
      bandit: "partial coverage",
      policy: [
        "DPO",
        "RPO, eta 0.02",
        "RPO, eta 0.1",
        "RPO, eta 2",
        "DPO, seen actions alone",
        "chosen actions (baseline policy)",
      ],
    }),
    {
      caption: "True value on a bandit whose logs offer a part of the actions.",
      xLabel: "pairs",
      yLabel: "true value",
      name: "policy",
      x: "pairs",
      y: "value",
      error: "standard error",
      xScale: "log",
    },
  ),
  intervalsOf(where(having(rows, "words of"), { "labels by": "half of the lexicon" }), {
    caption: "Text: true reward where the labels know half of the lexicon.",
    xLabel: "reward by the whole lexicon",
    name: "words of",
    value: "reward",
    error: "standard error",
  }),
];
