import type { Lesson } from "../../lessons/lesson.ts";

export const lesson: Lesson = {
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
};
