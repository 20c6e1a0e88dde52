import { curvesOf, intervalsOf, type PaperFigure, spread, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => {
  const switching = where(rows, { study: ["4 switches", "64 switches"] });
  const cells = { xLabel: "dynamic regret", group: "study", name: "arm" };
  return [
    intervalsOf(where(switching, { steps: "theory" }), {
      caption: "Regret against a target that moves, with the steps that theory gives.",
      ...cells,
      value: "dynamic regret",
      error: "s.e. of that",
    }),
    intervalsOf(
      where(switching, { arm: ["OOMD", "OGD", "ensemble"] }).filter(({ steps }) => steps !== "theory"),
      {
        caption: "The same with tuned steps, without OFTRL, which stays as far behind as it is.",
        ...cells,
        value: "dynamic regret",
        error: "s.e. of that",
      },
    ),
    curvesOf(spread(where(rows, { "growth of regret": "exp-concave, noise 0.3, long" }), /^T = (\d+)$/), {
      caption: "Regret with exp-concave losses: a logarithm would be a line.",
      xLabel: "rounds",
      yLabel: "regret",
      name: "arm",
      x: "at",
      y: "value",
      xScale: "log",
    }),
  ];
};
