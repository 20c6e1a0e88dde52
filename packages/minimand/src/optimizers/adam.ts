import { numpy as np } from "@jax-js/jax";
import { scalarType } from "../engine/exact-numbers.ts";
import { readOptions } from "../engine/options.ts";
import type { Parameter } from "../engine/parameter.ts";
import type { Tree } from "../engine/tree.ts";
import { disposeTree, mapTree, refTree, zerosLike } from "../engine/tree.ts";
import { type AdamOptions, adamOptions, average, checkMoments } from "./moments.ts";
import { addDecayedWeights, type DecayMask, scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

export type { AdamOptions } from "./moments.ts";

interface AdamState {
  mean: Tree;
  square: Tree;
  /** `b1^t` and `b2^t`, kept as products: exact, and cheaper than a power. */
  b1Power: np.Array;
  b2Power: np.Array;
}

/** The update of Adam before the learning rate: `m^ / (sqrt(v^) + eps)` with bias-corrected moments. */
export function scaleByAdam(options: AdamOptions = {}): GradientTransformation {
  const { b1, b2, eps } = checkMoments("scaleByAdam", options);
  return {
    init(params) {
      const dtype = scalarType(params);
      return {
        mean: zerosLike(params),
        square: zerosLike(params),
        b1Power: np.array(1, { dtype }),
        b2Power: np.array(1, { dtype }),
      };
    },
    update(updates, state, params) {
      disposeTree(params);
      const s = state as unknown as AdamState;
      const mean = average(b1, s.mean, refTree(updates));
      const square = mapTree((v, g) => v.mul(b2).add(np.square(g).mul(1 - b2)), s.square, updates);
      const b1Power = s.b1Power.mul(b1);
      const b2Power = s.b2Power.mul(b2);
      const meanCorrection = b1Power.ref.neg().add(1);
      const rootCorrection = np.sqrt(b2Power.ref.neg().add(1));
      const scaled = mapTree(
        (m, v) =>
          m
            .div(meanCorrection.ref.astype(m.dtype))
            .div(np.sqrt(v).div(rootCorrection.ref.astype(m.dtype)).add(eps)),
        refTree(mean),
        refTree(square),
      );
      meanCorrection.dispose();
      rootCorrection.dispose();
      return [scaled, { mean, square, b1Power, b2Power }];
    },
  };
}

/**
 * Adam.
 *
 * `m <- b1 m + (1 - b1) g`, `v <- b2 v + (1 - b2) g^2`, `p <- p - learningRate m^ / (sqrt(v^) + eps)`.
 *
 * @param learningRate number, 0-d array or schedule
 * @throws RangeError for options outside their ranges
 * @example
 * adam(1e-3)
 * @see Kingma, Ba 2015, arXiv 1412.6980, algorithm 1
 */
export function adam(learningRate: LearningRate, options: AdamOptions = {}): GradientTransformation {
  readOptions("adam", options, adamOptions);
  return chain(scaleByAdam(options), scaleByLearningRate(learningRate));
}

/**
 * Adam with decoupled weight decay: `p <- p - learningRate (m^ / (sqrt(v^) + eps) + weightDecay p)`.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options as {@link adam}; `weightDecay` >= 0, default 1e-2; `mask`: which parameters decay, default all
 * @throws RangeError for options outside their ranges
 * @example
 * adamw(1e-3, { weightDecay: 1e-4, mask: matricesOnly })
 * @see Loshchilov, Hutter 2019, arXiv 1711.05101, algorithm 2
 */
export function adamw(
  learningRate: LearningRate,
  options: AdamOptions & { weightDecay?: Parameter; mask?: DecayMask } = {},
): GradientTransformation {
  const { weightDecay, mask, ...moments } = readOptions("adamw", options, {
    ...adamOptions,
    weightDecay: [1e-2],
    mask: true,
  });
  return chain(scaleByAdam(moments), addDecayedWeights(weightDecay, mask), scaleByLearningRate(learningRate));
}
