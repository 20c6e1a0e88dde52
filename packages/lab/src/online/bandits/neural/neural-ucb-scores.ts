import { checkNumber, rangeError } from "minimand/engine";
import { checkVector } from "../../vectors.ts";
import { argmax } from "../arm-choice.ts";

/** What {@link neuralUcbScores} gets. */
export interface ConfidenceOptions {
  lambda: number;
  nu: number;
}

/**
 * Returns upper confidence bounds of NeuralUCB with a diagonal design: `f_a + sigma_a`, `sigma_a^2 = sum_i lambda nu g_ai^2 / U_i`.
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
  const sigma = Float64Array.from(gradients, (g, arm) => {
    checkVector(`gradients[${arm}]`, g, design.length);
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
