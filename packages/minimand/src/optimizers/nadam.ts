import { numpy as np } from "@jax-js/jax";
import { readOptions } from "../engine/options.ts";
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

/**
 * The direction of NAdam: that of Adam with the mean of gradients as it will be one step later,
 * `(b1 m / (1 - b1^(t + 1)) + (1 - b1) g / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)`.
 *
 * @param options as `scaleByAdam`
 * @throws RangeError for options outside of their ranges; TypeError for an option that is none
 * @example
 * chain(scaleByNadam(), addDecayedWeights(1e-2), scaleByLearningRate(1e-3)) // with decoupled weight decay
 * @see Dozat 2016, ICLR workshop, algorithm 2, with a constant momentum
 */
export function scaleByNadam(options: AdamOptions = {}): GradientTransformation {
  const { b1, b2, eps } = checkMoments("scaleByNadam", options);
  return {
    init: (params) => ({ mean: zerosLike(params), square: zerosLike(params), count: zeroCount() }),
    update(updates, state, params) {
      disposeTree(params);
      const s = state as { mean: Tree; square: Tree; count: np.Array };
      const count = s.count.add(1);
      const mean = average(b1, s.mean, refTree(updates));
      const square = averageOfSquares(b2, s.square, refTree(updates));
      const ofNext = scalarsOf(mean, count, (t) => biasCorrection(b1, t.add(1)));
      const ofGradient = scalarsOf(mean, count, (t) => biasCorrection(b1, t));
      const ofSquare = scalarsOf(mean, count, (t) => biasCorrection(b2, t));
      const scaled = mapTree(
        (g, m, v) => {
          const ahead = m
            .mul(b1)
            .div(ofNext.for(m))
            .add(g.mul(1 - b1).div(ofGradient.for(m)));
          return ahead.div(np.sqrt(v.div(ofSquare.for(m))).add(eps));
        },
        updates,
        refTree(mean),
        refTree(square),
      );
      for (const scalars of [ofNext, ofGradient, ofSquare]) scalars.dispose();
      return [scaled, { mean, square, count }];
    },
  };
}

/**
 * NAdam: Adam with Nesterov's look ahead.
 *
 * `m <- b1 m + (1 - b1) g`, `v <- b2 v + (1 - b2) g^2`,
 * `p <- p - learningRate (b1 m / (1 - b1^(t + 1)) + (1 - b1) g / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)`
 *
 * The momentum is the same at every step, as in optax; Dozat's schedule of it (PyTorch's `momentum_decay`) is left out.
 * State: m and v, 8 bytes a float32 parameter, and a count.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `b1`, `b2` in [0, 1), default 0.9 and 0.999; `eps` > 0, default 1e-8
 * @throws RangeError outside of those ranges; TypeError for an option that is none
 * @example
 * nadam(1e-3)
 * @see Dozat 2016, ICLR workshop, algorithm 2, with a constant momentum
 */
export function nadam(learningRate: LearningRate, options: AdamOptions = {}): GradientTransformation {
  readOptions("nadam", options, adamOptions);
  return chain(scaleByNadam(options), scaleByLearningRate(learningRate));
}
