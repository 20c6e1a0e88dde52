import { checkParameter } from "../engine/checks.ts";
import { type Parameter, parameter } from "../engine/parameter.ts";
import { disposeTree, mapTree, refTree, zerosLike } from "../engine/tree.ts";
import { addDecayedWeights, scaleByLearningRate } from "./scale.ts";
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
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
  return chain(
    ...(weightDecay === 0 ? [] : [addDecayedWeights(weightDecay)]),
    ...(momentum === 0 ? [] : [trace(momentum, nesterov)]),
    scaleByLearningRate(learningRate),
  );
}
