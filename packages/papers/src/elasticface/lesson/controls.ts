import type { Lesson } from "../../lessons/lesson.ts";

export const lesson: Lesson = {
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
};
