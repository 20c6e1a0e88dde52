import type { Lesson } from "../../lessons/lesson.ts";

export const lesson: Lesson = {
  about:
    "The way of two weights from (0, 0) in 600 steps to a minimum at (2, 0.6), with weight decay. Decay isn't only a pull to zero: it is the bound that kappa makes of it, drawn in the last panel; without decay the weights go all the way. Lion's own kappa, the l1 norm, bounds each weight by 1 / decay; that of the l2 norm bounds their length, that of the largest entry the sum of their sizes. With kappa l2squared there is no bound, and decay pulls as in gradient descent.",
  controls: [
    {
      kind: "choice",
      name: "kappa",
      label: "Kappa",
      options: ["l1 (Lion)", "l2", "linf", "l2squared"],
      value: "l1 (Lion)",
    },
    { kind: "range", name: "decay", label: "Weight decay", min: 0, max: 2, step: 0.05, value: 1 },
    {
      kind: "range",
      name: "rate",
      label: "Learning rate",
      min: 0.002,
      max: 0.05,
      step: 0.002,
      value: 0.01,
    },
  ],
};
