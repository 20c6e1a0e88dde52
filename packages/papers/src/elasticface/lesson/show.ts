import { numpy as np } from "@jax-js/jax";
import { keyOf } from "minimand/engine";
import { elasticMargins, type Margin, marginSoftmax } from "minimand/losses";
import { numberOf, type Shown, spaced, type Values } from "../../lessons/lesson.ts";

const draws = 200;
const angles = spaced(0, Math.PI / 2, 61);

/** The loss of embeddings at some angles from their class centre, with another centre at a right angle to it. */
async function lossesAt(at: readonly number[], scale: number, margin?: Margin): Promise<number[]> {
  const embeddings = np.array(at.map((angle) => [Math.cos(angle), Math.sin(angle)]));
  const centers = np.array([
    [1, 0],
    [0, 1],
  ]);
  const labels = np.zeros([at.length], { dtype: np.int32 });
  return [...(await marginSoftmax(embeddings, centers, labels, { scale, margin }).data())];
}

/** Ends of the middle four fifths of the losses of all draws. */
const middleOf = (sorted: readonly number[]): [number, number] => [
  sorted[Math.floor(0.1 * draws)],
  sorted[Math.ceil(0.9 * draws) - 1],
];

/** The loss by the angle, without a margin, with a fixed one, and with one that is drawn. */
export async function show(values: Values): Promise<Shown> {
  const [mean, std, scale] = ["mean", "deviation", "scale"].map((name) => numberOf(values, name));
  const drawnMargins = [...(await elasticMargins(keyOf(1), draws, { mean, std }).data())];
  const each = angles.flatMap((angle) => drawnMargins.map(() => angle));
  const all = await lossesAt(each, scale, {
    kind: "elastic-arc",
    draws: np.array(angles.flatMap(() => drawnMargins)),
  });
  const sorted = angles.map((_, i) => all.slice(i * draws, (i + 1) * draws).sort((a, b) => a - b));
  const axes = {
    xLabel: "angle from the class centre, degrees",
    yLabel: "loss",
    x: angles.map((a) => (a * 180) / Math.PI),
  };
  const elastic = sorted.map((own) => own.reduce((sum, value) => sum + value, 0) / draws);
  const arc = await lossesAt(angles, scale, { kind: "arcface", m: mean });
  const plain = await lossesAt(angles, scale);
  // The boundary between the two classes is half of a right angle, at the angle in the middle.
  const [boundary] = await lossesAt([Math.PI / 4], scale, { kind: "arcface", m: mean });
  const [low, high] = middleOf(sorted[(angles.length - 1) / 2]);
  return {
    figures: [
      [
        { name: "no margin", ...axes, y: plain },
        { name: "ArcFace: a fixed margin", ...axes, y: arc },
        {
          name: "ElasticFace: a drawn margin",
          ...axes,
          y: elastic,
          low: sorted.map((own) => middleOf(own)[0]),
          high: sorted.map((own) => middleOf(own)[1]),
        },
      ],
    ],
    words: `Half-way between the classes, at 45 degrees, the loss is ${Math.log(2).toFixed(2)} without a margin and ${boundary.toFixed(2)} with a fixed one of ${mean}; with drawn ones four of five times between ${low.toFixed(2)} and ${high.toFixed(2)}.`,
  };
}
