import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../engine/checks.ts";
import { type OptionNames, readOptions } from "../engine/options.ts";
import { disposeTree, mapTree, refTree, type Tree, zerosLike } from "../engine/tree.ts";
import {
  type AdamOptions,
  adamOptions,
  average,
  averageOfSquares,
  biasCorrection,
  checkMoments,
  scalarsOf,
  zeroCount,
} from "./moments.ts";
import { scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

/** Options of {@link radam}. */
export interface RadamOptions extends AdamOptions {
  /** Length of the average, rho, from which on the second moment is used, >= 4; default 5. */
  threshold?: number;
}

const radamOptions: OptionNames<RadamOptions> = { ...adamOptions, threshold: true };

/**
 * The direction of RAdam, see {@link radam}.
 *
 * @throws RangeError for options outside of their ranges; TypeError for an option that is none
 * @example
 * chain(scaleByRadam(), addDecayedWeights(1e-2), scaleByLearningRate(1e-3)) // with decoupled weight decay
 * @see Liu et al. 2020, arXiv 1908.03265, algorithm 2
 */
export function scaleByRadam(options: RadamOptions = {}): GradientTransformation {
  const { threshold = 5, ...moments } = readOptions("scaleByRadam", options, radamOptions);
  const { b1, b2, eps } = checkMoments("scaleByRadam", moments);
  checkNumber("b2", b2, { above: 0 });
  checkNumber("threshold", threshold, { min: 4 });
  const longest = 2 / (1 - b2) - 1;
  return {
    init: (params) => ({ mean: zerosLike(params), square: zerosLike(params), count: zeroCount() }),
    update(updates, state, params) {
      disposeTree(params);
      const s = state as { mean: Tree; square: Tree; count: np.Array };
      const count = s.count.add(1);
      const mean = average(b1, s.mean, refTree(updates));
      const square = averageOfSquares(b2, s.square, updates);
      const ofMean = scalarsOf(mean, count, (t) => biasCorrection(b1, t));
      const ofSquare = scalarsOf(mean, count, (t) => biasCorrection(b2, t));
      const length = scalarsOf(mean, count, (t) => lengthOfAverage(b2, longest, t));
      const scaled = mapTree(
        (m, v) => {
          const corrected = m.ref.div(ofMean.for(m));
          const rho = length.for(m);
          m.dispose();
          const factor = rectification(rho.ref, longest);
          const adaptive = corrected.ref.mul(factor).div(np.sqrt(v.ref.div(ofSquare.for(v))).add(eps));
          v.dispose();
          return np.where(rho.greater(threshold), adaptive, corrected);
        },
        refTree(mean),
        refTree(square),
      );
      for (const scalars of [ofMean, ofSquare, length]) scalars.dispose();
      return [scaled, { mean, square, count }];
    },
  };
}

/**
 * `rho = longest - 2 t b2^t / (1 - b2^t)`, about t in the first steps: the difference of two numbers near `2 / (1 - b2)`, so it is
 * written as `longest - 2 / L + (2 / L) (1 - x / (e^x - 1))` with `L = -log b2`, `x = L t`.
 */
function lengthOfAverage(b2: number, longest: number, t: np.Array): np.Array {
  const rate = -Math.log(b2);
  const x = np.minimum(t.mul(rate), 80);
  const isSmall = x.ref.less(0.5);
  const large = np.where(isSmall.ref, 1, x.ref);
  const far = large.ref.div(np.expm1(large)).neg().add(1);
  const q = np.square(x.ref);
  // x / 2 - x^2 / 12 + x^4 / 720 - x^6 / 30240 + x^8 / 1209600
  const series = q.ref.mul(1 / 1209600).sub(1 / 30240);
  const inner = q.ref.mul(q.ref.mul(series).add(1 / 720)).sub(1 / 12);
  const near = x.mul(0.5).add(q.mul(inner));
  return np
    .where(isSmall, near, far)
    .mul(2 / rate)
    .add(longest - 2 / rate);
}

/** `sqrt((rho - 4) (rho - 2) longest / ((longest - 4) (longest - 2) rho))` where it exists. */
function rectification(rho: np.Array, longest: number): np.Array {
  if (longest <= 4) return rho.mul(0);
  const long = np.maximum(rho, 4);
  const product = long.ref
    .sub(4)
    .div(longest - 4)
    .mul(long.ref.sub(2).div(longest - 2));
  return np.sqrt(product.mul(longest).div(long));
}

/**
 * Rectified Adam: no second moment while its average is too short to have a finite variance, and from then on a step shortened by
 * what the variance is too large.
 *
 * `rho = rho_max - 2 t b2^t / (1 - b2^t)`, `rho_max = 2 / (1 - b2) - 1`. Where `rho > threshold`
 * `p <- p - learningRate r m^ / (sqrt(v^) + eps)` with `r = sqrt((rho - 4) (rho - 2) rho_max / ((rho_max - 4) (rho_max - 2) rho))`,
 * before that `p <- p - learningRate m^`: momentum, whose steps are as long as the gradient.
 *
 * State: as Adam, 8 bytes a float32 parameter, and a count.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `b1` in [0, 1), default 0.9; `b2` in (0, 1), default 0.999; `eps` > 0, default 1e-8; `threshold` >= 4, default 5,
 *   as in the authors' code (the paper has 4): with `b2 = 0.999` the first five steps are momentum
 * @throws RangeError outside of those ranges; TypeError for an option that is none
 * @example
 * radam(1e-3)
 * @see Liu et al. 2020, arXiv 1908.03265, algorithm 2
 */
export function radam(learningRate: LearningRate, options: RadamOptions = {}): GradientTransformation {
  readOptions("radam", options, radamOptions);
  return chain(scaleByRadam(options), scaleByLearningRate(learningRate));
}
