import { numpy as np } from "@jax-js/jax";
import { checkNumber } from "../engine/checks.ts";
import { type OptionNames, readOptions } from "../engine/options.ts";
import { disposeTree, mapTree, refTree } from "../engine/tree.ts";
import { scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

/** Options of {@link adagrad}. */
export interface AdagradOptions {
  /** What the sum of squares starts from, >= 0; default 0. */
  initialAccumulator?: number;
  /** Added to the root; default 1e-10. */
  eps?: number;
}

const adagradOptions: OptionNames<AdagradOptions> = { initialAccumulator: true, eps: true };

/**
 * The direction of AdaGrad: `g / (sqrt(s) + eps)`, `s <- s + g^2`, the root of the sum of all squares so far.
 *
 * @throws RangeError for an `initialAccumulator` below 0, an `eps` that is not above 0; TypeError for an option that is none
 * @example
 * chain(scaleByRss(), scaleByLearningRate(0.01))
 * @see Duchi, Hazan, Singer 2011, JMLR 12, figure 1 (diagonal)
 */
export function scaleByRss(options: AdagradOptions = {}): GradientTransformation {
  const { initialAccumulator = 0, eps = 1e-10 } = readOptions("scaleByRss", options, adagradOptions);
  checkNumber("initialAccumulator", initialAccumulator, { min: 0 });
  checkNumber("eps", eps, { above: 0 });
  return {
    init: (params) => mapTree((p) => np.full(p.shape, initialAccumulator, { dtype: p.dtype }), params),
    update(updates, state, params) {
      disposeTree(params);
      const sum = mapTree((s, g) => s.add(np.square(g)), state, refTree(updates));
      return [mapTree((g, s) => g.div(np.sqrt(s).add(eps)), updates, refTree(sum)), sum];
    },
  };
}

/**
 * AdaGrad: a learning rate for every entry that falls with all that it has seen.
 *
 * `s <- s + g^2`, `p <- p - learningRate g / (sqrt(s) + eps)`
 *
 * State: s, 4 bytes a float32 parameter.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `initialAccumulator` >= 0, default 0 (then the first step has the length `learningRate` in every entry);
 *   `eps` > 0, default 1e-10
 * @throws RangeError outside of those ranges; TypeError for an option that is none
 * @example
 * adagrad(0.01)
 * @see Duchi, Hazan, Singer 2011, JMLR 12, figure 1 (diagonal)
 */
export function adagrad(learningRate: LearningRate, options: AdagradOptions = {}): GradientTransformation {
  readOptions("adagrad", options, adagradOptions);
  return chain(scaleByRss(options), scaleByLearningRate(learningRate));
}
