import type { Lesson } from "../../lessons/lesson.ts";

export const lesson: Lesson = {
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
};
