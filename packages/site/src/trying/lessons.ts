import type { Lesson } from "./lesson.ts";

/** Papers with a parameter that is best understood by moving it. */
export const lessons: readonly Lesson[] = [
  {
    slug: "elasticface",
    about:
      "The loss of one example as it turns away from the centre of its class, with a second class a right angle away. A margin keeps the loss up while the example is already on the right side, so that training pulls it closer still; ElasticFace draws the margin anew each time, and its band is where the middle four fifths of 200 draws lie. A larger scale makes all of it steeper.",
    controls: [
      {
        kind: "range",
        name: "mean",
        label: "Mean of the margin, in radians",
        min: 0,
        max: 1,
        step: 0.05,
        value: 0.5,
      },
      {
        kind: "range",
        name: "deviation",
        label: "Its standard deviation",
        min: 0,
        max: 0.3,
        step: 0.0125,
        value: 0.05,
      },
      { kind: "range", name: "scale", label: "Scale", min: 1, max: 64, step: 1, value: 16 },
    ],
  },
  {
    slug: "ldr",
    about:
      "Ten classes, of which one is the label and the others have scores from -2 to 1. Above, the loss as the score of the label grows; below, how much of the gradient each wrong class gets where the label's score is 1. Near 0 the temperature looks at the worst class alone, as a support vector machine does; at 1, and without a margin, it is cross-entropy; the larger it is, the more all classes count alike, which is what keeps wrong labels from mattering much.",
    controls: [
      {
        kind: "range",
        name: "lambda",
        label: "Temperature",
        min: 0.02,
        max: 50,
        step: 0.01,
        value: 1,
        log: true,
      },
      { kind: "range", name: "margin", label: "Margin of the scores", min: 0, max: 2, step: 0.1, value: 0.1 },
    ],
  },
  {
    slug: "lion",
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
  },
  {
    slug: "dale-langevin",
    about:
      "Noise that multiplies: where data begin in a hump around 1, their density after some time, for which everything is known exactly. Values stay positive however large sigma is, and it is their logarithm that spreads evenly; so small values hardly move while large ones scatter. Below, the score that a sampler follows back.",
    controls: [
      { kind: "range", name: "sigma", label: "Sigma", min: 0.1, max: 2, step: 0.05, value: 0.8 },
      {
        kind: "range",
        name: "spread",
        label: "Spread of the data's logarithm",
        min: 0.1,
        max: 1,
        step: 0.05,
        value: 0.4,
      },
    ],
  },
  {
    slug: "dcdm",
    about:
      "Smoke rises past discs. In each step a pressure takes out of the velocities what would press the air together: one Poisson equation a step, whose matrix knows the discs. Move them: smoke parts before them, and the equations get no harder for multigrid by that. Conjugate gradients alone take many times as many iterations, discs or not.",
    controls: [
      { kind: "range", name: "discs", label: "Discs", min: 0, max: 3, step: 1, value: 1 },
      {
        kind: "range",
        name: "x",
        label: "Place of the first, from the left in %",
        min: 15,
        max: 85,
        step: 5,
        value: 50,
      },
      { kind: "range", name: "radius", label: "Radius, % of the width", min: 4, max: 20, step: 1, value: 11 },
    ],
  },
];

export const lessonOf = (slug: string): Lesson | null => lessons.find((one) => one.slug === slug) ?? null;
