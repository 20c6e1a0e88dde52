import { numpy as np } from "@jax-js/jax";
import { type BrownianMotion, daleLangevinStep, logNormalMarginal } from "./index.ts";

const matrix = (value: number): np.Array => np.array([[value]], { dtype: np.float64 });

/**
 * Mean and variance of the logarithm after each step of the Dale-Langevin chain on log-normal data, with exact scores, from the exact
 * marginal at time 1. A step is affine in log x and the noise, so that three of them show what it does to a mean and a variance.
 */
export function exactChain(
  data: { motion: BrownianMotion; mean: number; deviation: number },
  steps: number,
): { mean: number; variance: number }[] {
  const at = (k: number) => logNormalMarginal({ ...data, t: k / steps });
  let { mean, variance } = at(steps);
  const moments: { mean: number; variance: number }[] = [];
  for (let k = steps; k >= 1; k--) {
    const { score } = at(k);
    const next = (y: number, z: number): number => {
      const x = matrix(Math.exp(y));
      const options = { motion: data.motion, delta: 1 / steps, noise: matrix(z) };
      return Math.log(daleLangevinStep(x.ref, score(x), options).item());
    };
    const middle = next(mean, 0);
    const [slope, spread] = [next(mean + 1, 0) - middle, next(mean, 1) - middle];
    [mean, variance] = [middle, slope ** 2 * variance + spread ** 2];
    moments.push({ mean, variance });
  }
  return moments;
}
