import { numpy as np } from "@jax-js/jax";
import { geometricBrownianMotion, logNormalMarginal } from "@minimand/lab/generative";
import { numberOf, type Shown, spaced, type Values } from "../../lessons/lesson.ts";

const times = [0, 0.25, 1];
const places = spaced(0.03, 4, 133);

/** Densities and scores of log-normal data at some times of a geometric Brownian motion. */
export async function show(values: Values): Promise<Shown> {
  const [sigma, deviation] = [numberOf(values, "sigma"), numberOf(values, "spread")];
  const motion = geometricBrownianMotion({ sigma });
  const at = times.map((t) => logNormalMarginal({ motion, mean: 0, deviation, t }));
  const column = (): np.Array => np.array(places.map((x) => [x]));
  const named = times.map((t) => (t === 0 ? "the data" : `after time ${t}`));
  const densities = await Promise.all(
    at.map(async ({ logDensity }, i) => ({
      name: named[i],
      xLabel: "value",
      yLabel: "density",
      x: places,
      y: [...(await logDensity(column()).data())].map(Math.exp),
    })),
  );
  const scores = await Promise.all(
    at.map(async ({ score }, i) => ({
      name: named[i],
      xLabel: "value",
      yLabel: "score",
      x: places,
      y: [...(await score(column()).data())],
    })),
  );
  const last = at[at.length - 1];
  const [low, high] = [-1, 1].map((side) => Math.exp(last.mean + side * Math.sqrt(last.variance)));
  return {
    figures: [densities, scores],
    words: `At time 1 about two thirds of the values lie between ${low.toFixed(2)} and ${high.toFixed(2)}: as far below 1 in factors as above it.`,
  };
}
