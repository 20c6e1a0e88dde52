import { numpy as np } from "@jax-js/jax";
import { checkParameter } from "../engine/checks.ts";
import { scalarType } from "../engine/exact-numbers.ts";
import { type Parameter, parameter } from "../engine/parameter.ts";
import type { Tree } from "../engine/tree.ts";
import { disposeTree, leavesOf, mapTree, refTree, sumOfSquares } from "../engine/tree.ts";
import type { LearningRate } from "./schedules.ts";
import type { GradientTransformation } from "./transformation.ts";

/** Multiplies the updates by `-learningRate`: from ascent direction to descent step. */
export function scaleByLearningRate(learningRate: LearningRate): GradientTransformation {
  if (typeof learningRate === "function") {
    return {
      init: () => ({ count: np.array(0, { dtype: np.float32 }) }),
      update(updates, state, params) {
        disposeTree(params);
        const { count } = state as { count: np.Array };
        const rate = learningRate(count.ref.astype(scalarType(updates)));
        const scaled = mapTree((u) => u.mul(parameter(rate.ref, u)).neg(), updates);
        rate.dispose();
        return [scaled, { count: count.add(1) }];
      },
    };
  }
  checkParameter("learningRate", learningRate, { min: 0 });
  const rate = learningRate;
  return {
    init: () => ({}),
    update(updates, state, params) {
      disposeTree(params);
      return [
        mapTree((u) => u.mul(typeof rate === "number" ? -rate : parameter(rate.ref, u).neg()), updates),
        state,
      ];
    },
  };
}

/**
 * Which parameters decay: for each array yes or no, or an array of ones and zeros (of the parameter's shape) where some
 * of its entries do, as in a vector of all parameters.
 */
export type DecayMask = (param: np.Array) => boolean | np.Array;

/**
 * Adds `weightDecay * params` to the updates. Before the momentum of {@link sgd} this is L2 regularisation; after
 * the scaling of {@link adamw} it is decoupled weight decay.
 *
 * @param mask which parameters decay; default all
 */
export function addDecayedWeights(
  weightDecay: Parameter,
  mask: DecayMask = () => true,
): GradientTransformation {
  checkParameter("weightDecay", weightDecay, { min: 0 });
  return {
    init: () => ({}),
    update(updates, state, params) {
      const decayed = mapTree(
        (u, p) => {
          const decays = mask(p);
          if (decays !== false) {
            const decay = p.mul(
              typeof weightDecay === "number" ? weightDecay : parameter(weightDecay.ref, p),
            );
            return u.add(decays === true ? decay : decay.mul(decays));
          }
          p.dispose();
          return u;
        },
        updates,
        params,
      );
      return [decayed, state];
    },
  };
}

/** Mask for {@link addDecayedWeights}: matrices decay, biases and scales do not. */
export function matricesOnly(param: np.Array): boolean {
  return param.ndim >= 2;
}

/** Euclidean norm of all entries of a tree together. Consumes the tree. */
export function globalNorm(updates: Tree): np.Array {
  return np.sqrt(sumOfSquares(updates));
}

/**
 * Scales all updates down together where their global norm exceeds `maxNorm`: `u min(1, maxNorm / ||u||)`.
 *
 * @see Pascanu, Mikolov, Bengio 2013, arXiv 1211.5063, algorithm 1
 */
export function clipByGlobalNorm(maxNorm: Parameter): GradientTransformation {
  checkParameter("maxNorm", maxNorm, { above: 0 });
  return {
    init: () => ({}),
    update(updates, state, params) {
      disposeTree(params);
      // The largest entry is taken out first: squares of gradients beyond 1e19 would leave float32.
      const largest = largestEntry(refTree(updates));
      // Those of numbers that float32 hardly holds are as good as 0, and 1 over them isn't finite.
      const unit = np.where(largest.ref.greater(1e-30), largest, 1);
      const norm = globalNorm(mapTree((u) => u.div(unit.ref), refTree(updates))).mul(unit);
      const limit = typeof maxNorm === "number" ? maxNorm : parameter(maxNorm.ref, norm);
      const excess = np.maximum(norm.div(limit), 1);
      const clipped = mapTree((u) => u.div(excess.ref), updates);
      excess.dispose();
      return [clipped, state];
    },
  };
}

function largestEntry(updates: Tree): np.Array {
  return leavesOf(updates)
    .map((u) => np.max(np.abs(u)))
    .reduce((a, b) => np.maximum(a, b));
}
