import { numpy as np } from "@jax-js/jax";
import { readOptions } from "../engine/options.ts";
import type { Parameter } from "../engine/parameter.ts";
import { disposeTree, mapTree, refTree, type Tree, zerosLike } from "../engine/tree.ts";
import { average, averageOfSquares } from "./moments.ts";
import { scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { trace } from "./sgd.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

/** Options of the scaling of {@link rmsprop}. */
export interface RmsOptions {
  /** Of the mean of squared gradients, in [0, 1); default 0.9. */
  decay?: number;
  /** Added to the root; default 1e-8. */
  eps?: number;
  /** Whether the mean of the gradients is taken out, so that the root is of their variance; default false. */
  centered?: boolean;
}

/**
 * The direction of RMSprop: `g / (sqrt(v) + eps)`, `v <- decay v + (1 - decay) g^2`; centred
 * `g / (sqrt(v - a^2) + eps)`, `a <- decay a + (1 - decay) g`.
 *
 * Both start at zero and are not corrected for it: the first steps are longer, by up to `1 / sqrt(1 - decay)`.
 *
 * @throws RangeError for a `decay` outside of [0, 1), an `eps` that is not above 0; TypeError for an option that is none
 * @example
 * chain(scaleByRms({ decay: 0.99 }), scaleByLearningRate(1e-3))
 * @see Hinton, Srivastava, Swersky 2012, Neural Networks for Machine Learning, lecture 6e
 */
export function scaleByRms(options: RmsOptions = {}): GradientTransformation {
  const { decay, eps, centered } = readOptions("scaleByRms", options, {
    decay: [0.9, { min: 0, below: 1 }],
    eps: [1e-8, { above: 0 }],
    centered: [false],
  });
  return {
    init: (params) => ({ square: zerosLike(params), ...(centered && { mean: zerosLike(params) }) }),
    update(updates, state, params) {
      disposeTree(params);
      const s = state as { square: Tree; mean?: Tree };
      const square = averageOfSquares(decay, s.square, refTree(updates));
      if (s.mean === undefined)
        return [mapTree((g, v) => g.div(np.sqrt(v).add(eps)), updates, refTree(square)), { square }];
      const mean = average(decay, s.mean, refTree(updates));
      const scaled = mapTree(
        // Rounding may leave less than nothing.
        (g, v, a) => g.div(np.sqrt(np.maximum(v.sub(np.square(a)), 0)).add(eps)),
        updates,
        refTree(square),
        refTree(mean),
      );
      return [scaled, { square, mean }];
    },
  };
}

/**
 * RMSprop: every entry by the root of the mean of its squared gradients, then momentum.
 *
 * `v <- decay v + (1 - decay) g^2`, `b <- momentum b + g / (sqrt(v) + eps)`, `p <- p - learningRate b`
 *
 * State: v, with `centered` the mean of gradients, with `momentum` b; 4 bytes a float32 parameter each.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `decay` in [0, 1), default 0.9; `eps` > 0, default 1e-8; `centered`, default false; `momentum` in [0, 1),
 *   default 0
 * @throws RangeError outside of those ranges; TypeError for an option that is none
 * @example
 * rmsprop(1e-3, { momentum: 0.9 })
 * @see Hinton, Srivastava, Swersky 2012, Neural Networks for Machine Learning, lecture 6e; centred: Graves 2013, arXiv
 *   1308.0850, equations (38) to (45)
 */
export function rmsprop(
  learningRate: LearningRate,
  options: RmsOptions & { momentum?: Parameter } = {},
): GradientTransformation {
  const { momentum, ...scaling } = readOptions("rmsprop", options, {
    decay: true,
    eps: true,
    centered: true,
    momentum: [0],
  });
  return chain(
    scaleByRms(scaling),
    ...(momentum === 0 ? [] : [trace(momentum)]),
    scaleByLearningRate(learningRate),
  );
}
