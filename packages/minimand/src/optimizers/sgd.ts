import { checkParameter } from "../engine/checks.ts";
import { readOptions } from "../engine/options.ts";
import { type Parameter, parameter } from "../engine/parameter.ts";
import { disposeTree, mapTree, refTree, zerosLike } from "../engine/tree.ts";
import { addDecayedWeights, type DecayMask, scaleByLearningRate } from "./scale.ts";
import type { LearningRate } from "./schedules.ts";
import { chain, type GradientTransformation } from "./transformation.ts";

/** Accumulates momentum: `v <- momentum v + g`; the update is `v`, with Nesterov `momentum v + g`. */
export function trace(momentum: Parameter, nesterov = false): GradientTransformation {
  checkParameter("momentum", momentum, { min: 0, below: 1 });
  const times = <T extends Parameters<typeof mapTree>[1]>(t: T): T =>
    mapTree((v) => v.mul(typeof momentum === "number" ? momentum : parameter(momentum.ref, v)), t);
  return {
    init: (params) => zerosLike(params),
    update(updates, state, params) {
      disposeTree(params);
      const velocity = mapTree((v, g) => v.add(g), times(state), nesterov ? refTree(updates) : updates);
      if (!nesterov) return [refTree(velocity), velocity];
      return [mapTree((v, g) => v.add(g), times(refTree(velocity)), updates), velocity];
    },
  };
}

/**
 * Stochastic gradient descent.
 *
 * `v <- momentum v + (g + weightDecay p)`, `p <- p - learningRate v` (with Nesterov: `p - learningRate (momentum v + g)`).
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `momentum` in [0, 1), default 0; `nesterov`; `weightDecay` >= 0 (L2), default 0
 * @throws RangeError outside those ranges
 * @example
 * sgd(0.1, { momentum: 0.9 })
 * @see Sutskever, Martens, Dahl, Hinton 2013, ICML 28(3), for the Nesterov form
 */
export function sgd(
  learningRate: LearningRate,
  options: { momentum?: Parameter; nesterov?: boolean; weightDecay?: Parameter } = {},
): GradientTransformation {
  const { momentum, nesterov, weightDecay } = readOptions("sgd", options, {
    momentum: [0],
    nesterov: [false],
    weightDecay: [0],
  });
  return chain(
    ...(weightDecay === 0 ? [] : [addDecayedWeights(weightDecay)]),
    ...(momentum === 0 ? [] : [trace(momentum, nesterov)]),
    scaleByLearningRate(learningRate),
  );
}

/**
 * Stochastic gradient descent with decoupled weight decay: `v <- momentum v + g`,
 * `p <- p - learningRate (v + weightDecay p)`. The decay doesn't pass through the momentum, as it does in {@link sgd}.
 *
 * @param learningRate number, 0-d array or schedule
 * @param options `momentum` in [0, 1), default 0; `nesterov`; `weightDecay` >= 0, default 1e-2; `mask`: which parameters
 *   decay, default all
 * @throws RangeError outside those ranges
 * @example
 * sgdw(0.1, { momentum: 0.9, weightDecay: 1e-3, mask: matricesOnly })
 * @see Loshchilov, Hutter 2019, arXiv 1711.05101, algorithm 1
 */
export function sgdw(
  learningRate: LearningRate,
  options: { momentum?: Parameter; nesterov?: boolean; weightDecay?: Parameter; mask?: DecayMask } = {},
): GradientTransformation {
  const { momentum, nesterov, weightDecay, mask } = readOptions("sgdw", options, {
    momentum: [0],
    nesterov: [false],
    weightDecay: [1e-2],
    mask: true,
  });
  return chain(
    ...(momentum === 0 ? [] : [trace(momentum, nesterov)]),
    addDecayedWeights(weightDecay, mask),
    scaleByLearningRate(learningRate),
  );
}
