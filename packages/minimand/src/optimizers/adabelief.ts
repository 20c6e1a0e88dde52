import { numpy as np } from "@jax-js/jax";
import { readOptions } from "../engine/options.ts";
import { disposeTree, mapTree, refTree, type Tree, zerosLike } from "../engine/tree.ts";
import {
  type AdamOptions,
  adamOptions,
  average,
  biasCorrection,
  checkMoments,
  scalarsOf,
  zeroCount,
} from "./moments.ts";
import { scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

/**
 * The direction of AdaBelief, see {@link adaBelief}.
 *
 * @throws RangeError for options outside of their ranges; TypeError for an option that is none
 * @example
 * chain(scaleByBelief(), addDecayedWeights(1e-2), scaleByLearningRate(1e-3)) // with decoupled weight decay
 * @see Zhuang et al. 2020, arXiv 2010.07468, algorithm 2
 */
export function scaleByBelief(options: AdamOptions = {}): GradientTransformation {
  const { b1, b2, eps } = checkMoments("scaleByBelief", { ...options, eps: options.eps ?? 1e-16 });
  return {
    init: (params) => ({ mean: zerosLike(params), variance: zerosLike(params), count: zeroCount() }),
    update(updates, state, params) {
      disposeTree(params);
      const s = state as { mean: Tree; variance: Tree; count: np.Array };
      const count = s.count.add(1);
      const mean = average(b1, s.mean, refTree(updates));
      const surprise = mapTree((g, m) => np.square(g.sub(m)), updates, refTree(mean));
      const variance = mapTree((v) => v.add(eps), average(b2, s.variance, surprise));
      const ofMean = scalarsOf(mean, count, (t) => biasCorrection(b1, t));
      const ofVariance = scalarsOf(mean, count, (t) => biasCorrection(b2, t));
      const scaled = mapTree(
        (m, v) => m.div(ofMean.for(m)).div(np.sqrt(v.div(ofVariance.for(m))).add(eps)),
        refTree(mean),
        refTree(variance),
      );
      ofMean.dispose();
      ofVariance.dispose();
      return [scaled, { mean, variance, count }];
    },
  };
}

/**
 * AdaBelief: Adam whose steps are long where gradients are as expected, by the variance around their mean instead of the second
 * moment.
 *
 * `m <- b1 m + (1 - b1) g`, `s <- b2 s + (1 - b2) (g - m)^2 + eps`, `p <- p - learningRate m^ / (sqrt(s^) + eps)`
 *
 * State: m and s, 8 bytes a float32 parameter, and a count.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `b1`, `b2` in [0, 1), default 0.9 and 0.999; `eps` > 0, default 1e-16
 * @throws RangeError outside of those ranges; TypeError for an option that is none
 * @example
 * adaBelief(1e-3)
 * @see Zhuang et al. 2020, arXiv 2010.07468, algorithm 2
 */
export function adaBelief(learningRate: LearningRate, options: AdamOptions = {}): GradientTransformation {
  readOptions("adaBelief", options, adamOptions);
  return chain(scaleByBelief(options), scaleByLearningRate(learningRate));
}
