import type { Lesson } from "../../lessons/lesson.ts";

export const lesson: Lesson = {
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
};
