import { numpy as np } from "@jax-js/jax";
import { checkNumber, checkParameter, parameterIn } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { mapTree, refTree, zerosLike } from "../../engine/tree.ts";
import { checkKappa, type KappaChoice, kappaFor, mapWithPath } from "../kappa/kappa.ts";
import type { DecayMask } from "../scale.ts";
import type { LearningRate, Schedule } from "../schedules.ts";
import type { GradientTransformation } from "../transformation.ts";
import { lion } from "./lion.ts";

/** Decoupled decay of the sign methods. */
export interface SignOptions {
  /** lambda >= 0, decoupled, default 0. */
  weightDecay?: Parameter;
  /** Which parameters decay, default all. */
  mask?: DecayMask;
}

/**
 * signSGD: `p <- p - learningRate (sign g + weightDecay p)`. {@link lion} with `b1 = b2 = 0`, which needs no state.
 *
 * @throws RangeError as `lionK`
 * @example
 * signSgd(1e-3)
 * @see Bernstein et al. 2018, arXiv 1802.04434, algorithm 1
 */
export function signSgd(learningRate: LearningRate, options: SignOptions = {}): GradientTransformation {
  readOptions("signSgd", options, { weightDecay: true, mask: true });
  return lion(learningRate, { ...options, b1: 0, b2: 0 });
}

/**
 * Signum, the sign of the momentum: `m <- b m + (1 - b) g`, `p <- p - learningRate (sign m + weightDecay p)`. {@link lion}
 * with `b1 = b2`.
 *
 * @param options `momentum` b in [0, 1), default 0.9
 * @throws RangeError as `lionK`
 * @example
 * signum(1e-3, { momentum: 0.95 })
 * @see Bernstein et al. 2018, arXiv 1802.04434, algorithm 3
 */
export function signum(
  learningRate: LearningRate,
  { momentum = 0.9, ...options }: SignOptions & { momentum?: Parameter } = {},
): GradientTransformation {
  readOptions<SignOptions>("signum", options, { weightDecay: true, mask: true });
  return lion(learningRate, { ...options, b1: momentum, b2: momentum });
}

/**
 * The learning rate that makes `lionK` with `b1 = b2 = 0` the method of Frank and Wolfe on the set
 * `{ x: lambda x in dom K* }`: `e lambda = 2 / (t + 2)`.
 *
 * @param weightDecay lambda > 0
 * @throws RangeError for a weightDecay that is not above 0
 * @example
 * lionK(frankWolfeSchedule(2), { kappa: kappa.linf(), b1: 0, b2: 0, weightDecay: 2 })
 * @see Jaggi 2013, ICML 28(1), algorithm 1
 */
export function frankWolfeSchedule(weightDecay: number): Schedule {
  checkNumber("weightDecay", weightDecay, { above: 0 });
  return (count) => np.reciprocal(count.add(2).mul(weightDecay / 2));
}

/**
 * Dual averaging, or mirror descent with the mirror map K*: the sum of gradients goes through `grad K`.
 *
 * `m <- m - learningRate g`, `x <- grad K(m) / weightDecay`: Lion-K with a momentum that never decays and
 * `e lambda = 1`. The start of x is forgotten at the first step.
 *
 * @param learningRate > 0, a number or 0-d array
 * @param options `kappa`, smooth, such as `kappa.logsumexp()`; `weightDecay` lambda > 0, default 1
 * @throws RangeError, TypeError for options outside of their ranges
 * @example
 * dualAveraging(0.1, { kappa: kappa.logsumexp() })
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, section 3; Nesterov 2009, Math. Program. 120
 */
export function dualAveraging(
  learningRate: Parameter,
  options: { kappa: KappaChoice; weightDecay?: Parameter },
): GradientTransformation {
  const { kappa, weightDecay } = readOptions("dualAveraging", options, {
    kappa: true,
    weightDecay: [1, parameterIn({ above: 0 })],
  });
  checkKappa(kappa);
  checkParameter("learningRate", learningRate, { min: 0 });
  const stepOf = (g: np.Array): np.Array =>
    g.mul(typeof learningRate === "number" ? learningRate : parameter(learningRate.ref, g));
  return {
    init: zerosLike,
    update(updates, state, params) {
      const sum = mapTree((m, g) => m.sub(stepOf(g)), state, updates);
      const target = mapWithPath((path, m) => kappaFor(kappa, m, path).grad(m), refTree(sum));
      const moved = mapTree(
        (u, x) => u.div(typeof weightDecay === "number" ? weightDecay : parameter(weightDecay.ref, u)).sub(x),
        target,
        params,
      );
      return [moved, sum];
    },
  };
}
