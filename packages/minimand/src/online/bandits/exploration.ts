import { checkNumber, rangeError } from "../../engine/errors.ts";
import { randomStream } from "./random-stream.ts";

/** What {@link confidenceWidths} gets. */
export interface ConfidenceOptions {
  lambda: number;
  nu: number;
}

/**
 * Upper confidence bounds of NeuralUCB with a diagonal design: `f_a + sigma_a`, `sigma_a^2 = sum_i lambda nu g_ai^2 / U_i`.
 *
 * @param predictions f, `[K]`
 * @param gradients of f in the parameters, `[K][p]`
 * @param design U, `[p]`, positive; starts as lambda and grows by `g^2` of the chosen arms
 * @returns sigma, the bounds, the first arm of the highest bound and the design after it is chosen
 * @throws RangeError for sizes that differ, a lambda or nu that isn't > 0
 * @see Zhou, Li, Gu 2020, arXiv 1911.04462, and its authors' code (diagonal)
 */
export function neuralUcbScores(
  predictions: ArrayLike<number>,
  gradients: readonly ArrayLike<number>[],
  design: ArrayLike<number>,
  { lambda, nu }: ConfidenceOptions,
): { sigma: Float64Array; bounds: Float64Array; action: number; design: Float64Array } {
  checkNumber("lambda", lambda, { above: 0 });
  checkNumber("nu", nu, { above: 0 });
  if (gradients.length === 0 || gradients.length !== predictions.length)
    throw rangeError("gradients", `one for each of ${predictions.length} arms`, gradients);
  const sigma = Float64Array.from(gradients, (g) => {
    if (g.length !== design.length) throw rangeError("gradients", `${design.length} numbers each`, g);
    let square = 0;
    for (let i = 0; i < g.length; i++) square += (g[i] * g[i]) / design[i];
    return Math.sqrt(lambda * nu * square);
  });
  const bounds = sigma.map((s, arm) => predictions[arm] + s);
  const action = argmax(bounds);
  return {
    sigma,
    bounds,
    action,
    design: Float64Array.from(design, (u, i) => u + gradients[action][i] ** 2),
  };
}

/** The first index of the largest number. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * How often each arm has the highest draw: `estimates` draws from a stream of their own, and the draw that chose where there
 * is one, so that the chosen arm never has probability 0.
 */
export function drawnFirst(
  sample: (normal: () => number) => Float64Array,
  arms: number,
  { estimates, stream, action }: { estimates: number; stream: number; action: number | null },
): Float64Array {
  const own = randomStream(stream);
  const counts = new Float64Array(arms);
  for (let i = 0; i < estimates; i++) counts[argmax(sample(own.normal))]++;
  if (action !== null) counts[action]++;
  return counts.map((count) => count / (estimates + (action === null ? 0 : 1)));
}

/** 1 for one arm, 0 for the others. */
export function only(action: number, arms: number): Float64Array {
  const p = new Float64Array(arms);
  p[action] = 1;
  return p;
}
