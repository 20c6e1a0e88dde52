import { numpy as np } from "@jax-js/jax";
import { readOptions } from "../engine/options.ts";
import type { Parameter } from "../engine/parameter.ts";
import { mapTree } from "../engine/tree.ts";
import { type AdamOptions, scaleByAdam } from "./adam.ts";
import { frobenius } from "./kappa/matrices.ts";
import { masked } from "./partition.ts";
import { addDecayedWeights, type DecayMask, scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

/**
 * Makes the update of every array as long as the array itself: `u ||p|| / ||u||`, array by array; as it is where one of the norms is
 * 0. The learning rate that follows is then the share of its length by which a layer moves.
 *
 * Not for the vector of a flat model as it is, which would be one layer: see `flatTransformation`.
 *
 * @example
 * chain(addDecayedWeights(1e-4), scaleByTrustRatio(), trace(0.9), scaleByLearningRate(0.01)) // LARS
 * @see You et al. 2020, arXiv 1904.00962, section 3; You, Gitman, Ginsburg 2017, arXiv 1708.03888
 */
export function scaleByTrustRatio(): GradientTransformation {
  return {
    init: () => ({}),
    update(updates, state, params) {
      const scaled = mapTree(
        (u, p) => {
          const [step, weight] = [frobenius(u.ref), frobenius(p)];
          const both = step.ref.greater(0).mul(weight.ref.greater(0));
          return u.mul(np.where(both.ref, weight.div(np.where(both, step, 1)), 1));
        },
        updates,
        params,
      );
      return [scaled, state];
    },
  };
}

/** Options of {@link lamb}. */
export interface LambOptions extends AdamOptions {
  /** lambda >= 0, in the direction whose length is set; default 0. */
  weightDecay?: Parameter;
  /** Which parameters decay, default all. */
  mask?: DecayMask;
  /** Which arrays move by a share of their length; default all, the others by Adam's step. Paths are keys and positions joined by dots. */
  layerAdaptation?: (param: np.Array, path: string) => boolean;
}

/**
 * LAMB: Adam for large batches, whose step in every array is as long as the array times the learning rate.
 *
 * `u = m^ / (sqrt(v^) + eps) + weightDecay p`, `p <- p - learningRate (||p|| / ||u||) u` array by array
 *
 * Arrays of zeros, such as new biases, move by `learningRate u` at first, and then by a share of the little that they are: its authors'
 * code leaves biases and scales out, as `layerAdaptation` does. Not for the vector of a flat model as it is: see
 * `flatTransformation`. State: as Adam, 8 bytes a float32 parameter.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `b1`, `b2` in [0, 1), default 0.9 and 0.999; `eps` > 0, default 1e-6; `weightDecay` >= 0, default 0; `mask`;
 *   `layerAdaptation`
 * @throws RangeError outside of those ranges; TypeError for an option that is none
 * @example
 * lamb(1e-2, { weightDecay: 0.01, mask: matricesOnly, layerAdaptation: matricesOnly })
 * @see You et al. 2020, arXiv 1904.00962, algorithm 2, with the identity as phi
 */
export function lamb(learningRate: LearningRate, options: LambOptions = {}): GradientTransformation {
  const { weightDecay, mask, layerAdaptation, eps, ...moments } = readOptions("lamb", options, {
    b1: true,
    b2: true,
    eps: [1e-6],
    weightDecay: [0],
    mask: true,
    layerAdaptation: true,
  });
  const adapted = scaleByTrustRatio();
  return chain(
    scaleByAdam({ ...moments, eps }),
    ...(weightDecay === 0 ? [] : [addDecayedWeights(weightDecay, mask)]),
    layerAdaptation === undefined ? adapted : masked(adapted, layerAdaptation),
    scaleByLearningRate(learningRate),
  );
}
