import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { checkNumber, rangeError } from "minimand/engine";
import type { Bilevel } from "./bilevel.ts";

/** A point of the solvable model. */
export interface SolvablePoint {
  architecture: number;
  weights: number;
}

/**
 * The model on which searches can be checked by hand: scalars `w` and `a`,
 *
 * `L_train(w, a) = w^2 - 2 a w + a^2`, `L_val(w, a) = a w - 2 a + 1`
 *
 * Its bilevel solution is `w*(a) = a`, `L_val = (a - 1)^2`, so `a = w = 1`. The papers start at `a = 2`, `w = -2`.
 *
 * @example
 * rarts(solvableModel, { optimizer, architectureOptimizer }).init(np.array(-2), np.array(2), { hyper: { lambda: 10, beta: 10 } })
 * @see Liu, Simonyan, Yang 2019, arXiv 1806.09055, appendix A.2; Xue, Qi, Xin 2020, arXiv 2008.03901
 */
export const solvableModel: Bilevel<Record<string, never>> = {
  trainLoss: (w: Tree, a: Tree) => np.square((w as np.Array).sub(a as np.Array)),
  valLoss(w: Tree, a: Tree) {
    const architecture = a as np.Array;
    return architecture.ref
      .mul(w as np.Array)
      .sub(architecture.mul(2))
      .add(1);
  },
};

/**
 * Returns the only stationary point of RARTS on the {@link solvableModel}, which is its minimum:
 *
 * `a = 4 lambda beta / D`, `w = a (1 - 1 / (2 lambda))`, `y = 2 - a` with `D = 4 lambda beta - 2 lambda - beta`
 *
 * It tends to (1, 1, 1), the solution, as both grow.
 *
 * @throws RangeError where `D <= 0`: there the objective has no minimum and falls without bound
 * @example
 * solvableRarts({ lambda: 10, beta: 10 }).architecture // 1.0810810810810811
 * @see derived from arXiv 2008.03901: the gradient of the objective set to zero
 */
export function solvableRarts({
  lambda,
  beta,
}: {
  lambda: number;
  beta: number;
}): SolvablePoint & { twin: number } {
  checkNumber("lambda", lambda, { above: 0 });
  checkNumber("beta", beta, { above: 0 });
  const determinant = 4 * lambda * beta - 2 * lambda - beta;
  if (determinant <= 0)
    throw rangeError(
      "lambda and beta",
      "4 lambda beta > 2 lambda + beta, where the objective has a minimum",
      `${lambda} and ${beta}`,
    );
  const architecture = (4 * lambda * beta) / determinant;
  return { architecture, weights: architecture * (1 - 1 / (2 * lambda)), twin: 2 - architecture };
}

/**
 * Returns the fixed point of DARTS with an inner step of size `xi` on the {@link solvableModel}: `a = w = 2 / (1 + 2 xi)`. First order ends
 * at 2, twice the solution; only `xi = 1/2`, which makes the inner step exact, ends at 1.
 *
 * @throws RangeError for a negative `xi`
 * @example
 * solvableDarts(0.25).architecture // 1.3333333333333333
 * @see derived from Liu, Simonyan, Yang 2019, arXiv 1806.09055, appendix A.2
 */
export function solvableDarts(xi: number): SolvablePoint {
  checkNumber("xi", xi, { min: 0 });
  const both = 2 / (1 + 2 * xi);
  return { architecture: both, weights: both };
}

/**
 * Returns the minimum of `L_val + lambda L_train` over one `w` and `a`: `a = 4 lambda / (4 lambda - 1)`, `w = 2 - a`.
 *
 * @throws RangeError unless `lambda > 1/4`, below which there is none
 * @example
 * solvableSingleLevel().weights // 0.6666667
 */
export function solvableSingleLevel(lambda = 1): SolvablePoint {
  checkNumber("lambda", lambda, { above: 0.25 });
  const architecture = (4 * lambda) / (4 * lambda - 1);
  return { architecture, weights: 2 - architecture };
}
