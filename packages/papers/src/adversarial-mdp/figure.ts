import { curvesOf, type PaperFigure, spread, where } from "../figures/figure.ts";
import type { Row } from "../reproduction.ts";

export const figures = (rows: readonly Row[]): PaperFigure[] => {
  const shown = [
    ...["Luo et al. 2021", "log barrier", "log barrier, gamma / 100", "magnitude-reduced"],
    ...["unprotected Hedge", "uniform policy"],
  ];
  return [
    { name: "linear bandit", caption: "Regret on a linear bandit whose losses alternate." },
    { name: "linear MDP", caption: "Regret on a linear MDP, half of whose losses switch." },
  ].map(({ name, caption }) =>
    curvesOf(spread(where(rows, { [name]: shown }), /^regret, K = (\d+)$/), {
      caption,
      xLabel: "episodes",
      yLabel: "regret",
      name,
      x: "at",
      y: "value",
      xScale: "log",
      yScale: "log",
    }),
  );
};
