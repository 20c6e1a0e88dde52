import { grad, jit, numpy as np } from "@jax-js/jax";
import { crossEntropy, ldrKl } from "minimand/losses";
import { numberOf, type Shown, spaced, type Values } from "../../lessons/lesson.ts";

const classes = 10;
/** Scores of the wrong classes, the worst first. */
const others = spaced(1, -2, classes - 1);
const scores = spaced(-3, 5, 65);

const labelsFor = (count: number): np.Array => np.zeros([count], { dtype: np.int32 });
const logitsAt = (own: readonly number[]): np.Array => np.array(own.map((score) => [score, ...others]));

/** The loss by the score of the label, and the share of each wrong class in the gradient. */
export async function show(values: Values): Promise<Shown> {
  const options = { lambda: numberOf(values, "lambda"), margin: numberOf(values, "margin") };
  const axes = { xLabel: "score of the label", yLabel: "loss, 0 where it is least", x: scores };
  const found = [...(await ldrKl(logitsAt(scores), labelsFor(scores.length), options).data())];
  const usual = [...(await crossEntropy(logitsAt(scores), labelsFor(scores.length)).data())];
  const pull = jit(grad((logits: np.Array) => ldrKl(logits, labelsFor(1), options).sum()));
  const gradient = [...(await pull(logitsAt([1])).data())].slice(1);
  const total = gradient.reduce((sum, value) => sum + value, 0);
  const shares = gradient.map((value) => value / total);
  pull.dispose();
  const lowered = (y: number[]): number[] => y.map((value) => value - Math.min(...y));
  const ranks = { xLabel: "wrong class, by its score", yLabel: "share of the gradient", x: others };
  return {
    figures: [
      [
        { name: "cross-entropy", ...axes, y: lowered(usual) },
        { name: "LDR-KL", ...axes, y: lowered(found) },
      ],
      [{ name: "LDR-KL", ...ranks, y: shares }],
    ],
    words: `The worst of the nine wrong classes gets ${(100 * shares[0]).toFixed(0)} % of the gradient that falls on them, the one with the lowest score ${(100 * shares[classes - 2]).toFixed(0)} %.`,
  };
}
