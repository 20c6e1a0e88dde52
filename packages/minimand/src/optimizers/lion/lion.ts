import type { numpy as np } from "@jax-js/jax";
import { checkParameter, rangeError } from "../../engine/checks.ts";
import { type OptionNames, oneOf, readOptions } from "../../engine/options.ts";
import { type Parameter, parameter } from "../../engine/parameter.ts";
import { disposeTree, leavesOf, mapTree, refTree, type Tree, zerosLike } from "../../engine/tree.ts";
import { checkKappa, type KappaChoice, kappaFor, mapWithPath } from "../kappa/kappa.ts";
import { l1 } from "../kappa/norms.ts";
import { addDecayedWeights, type DecayMask, scaleByLearningRate } from "../scale.ts";
import type { LearningRate } from "../schedules.ts";
import { chain, type GradientTransformation } from "../transformation.ts";
import { implicitDecay } from "./implicit-decay.ts";

/** The two averages of Lion. */
export interface LionMomentum {
  /** Share of the old momentum in the direction, in [0, 1); default 0.9. Equal to `b2`: the direction is the new momentum. */
  b1?: Parameter;
  /** Decay of the momentum, in [0, 1); default 0.99. */
  b2?: Parameter;
  /** Told when `b1 > b2`, for which nothing is proven. Default: `console.warn`. */
  warn?: (message: string) => void;
}

/** Options of {@link lion}. */
export interface LionOptions extends LionMomentum {
  /** lambda >= 0, decoupled, default 0: it sets the constraint. */
  weightDecay?: Parameter;
  /** Which parameters decay, default all. What doesn't decay isn't constrained. */
  mask?: DecayMask;
}

/** Options of {@link lionK}. */
export interface LionKOptions extends LionOptions {
  /** The convex function, or one for each array; default `kappa.l1()`, which is Lion. */
  kappa?: KappaChoice;
  /**
   * `explicit` (default): `x + e (u - lambda x)`. `implicit`: `(x + e u) / (1 + e lambda)`, the same with
   * `e / (1 + e lambda)` as learning rate, and stable for every e; the form of the discrete theorem.
   */
  scheme?: "explicit" | "implicit";
}

const momentumOptions: OptionNames<LionMomentum> = { b1: true, b2: true, warn: true };
const lionOptions: OptionNames<LionOptions> = { ...momentumOptions, weightDecay: true, mask: true };

const directionOf = (choice: KappaChoice, path: string, mean: np.Array): np.Array =>
  kappaFor(choice, mean, path).grad(mean.neg()).neg();

/**
 * The direction of Lion-K before weight decay and learning rate: `-grad K(-(b1 m + (1 - b1) g))` with the momentum m
 * before this step, then `m <- b2 m + (1 - b2) g`.
 *
 * The sign is that of a gradient, as everywhere in a chain; the state is the tree of m, the mean of gradients.
 *
 * @throws RangeError for b1 or b2 outside of [0, 1); TypeError for something that is no kappa
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, equation (4)
 */
export function scaleByLionK(options: LionMomentum & { kappa?: KappaChoice } = {}): GradientTransformation {
  const {
    kappa = l1(),
    b1 = 0.9,
    b2 = 0.99,
    warn = console.warn,
  } = readOptions("scaleByLionK", options, { ...momentumOptions, kappa: true });
  checkKappa(kappa);
  checkParameter("b1", b1, { min: 0, below: 1 });
  checkParameter("b2", b2, { min: 0, below: 1 });
  if (typeof b1 === "number" && typeof b2 === "number" && b1 > b2)
    warn(`b1: expected at most b2 = ${b2}, got ${b1}; the Lyapunov function need not fall`);
  const average = (beta: Parameter, m: np.Array, g: np.Array): np.Array => {
    if (typeof beta === "number") return beta === 0 ? keepSecond(m, g) : m.mul(beta).add(g.mul(1 - beta));
    const b = parameter(beta.ref, m);
    return m.mul(b.ref).add(g.mul(b.neg().add(1)));
  };
  // Without either average the direction is that of the gradient: nothing has to be kept.
  if (b1 === 0 && b2 === 0)
    return {
      init: () => ({}),
      update(updates, state, params) {
        disposeTree(params);
        return [mapWithPath((path, g) => directionOf(kappa, path, g), updates), state];
      },
    };
  return {
    init: zerosLike,
    update(updates, state, params) {
      disposeTree(params);
      const looked = mapTree((m, g) => average(b1, m, g), refTree(state), refTree(updates));
      const direction = mapWithPath((path, mean) => directionOf(kappa, path, mean), looked);
      return [direction, mapTree((m, g) => average(b2, m, g), state, updates)];
    },
  };
}

function keepSecond(m: np.Array, g: np.Array): np.Array {
  m.dispose();
  return g;
}

/**
 * Lion-K: momentum through the gradient of a convex function K, with decoupled weight decay lambda. Minimises
 * `f(x) + K*(lambda x) / lambda`; where K* is infinite, x leaves as `(1 - e lambda)^t` and doesn't return.
 *
 * `c = b1 m + (1 - b1) g`, `x <- x + e (grad K(-c) - lambda x)`, `m <- b2 m + (1 - b2) g`
 *
 * | method                               | kappa             | b1, b2, weightDecay                                    |
 * | ------------------------------------ | ----------------- | ------------------------------------------------------ |
 * | gradient descent                     | `l2squared`       | 0, 0, 0                                                |
 * | Polyak's momentum                    | `l2squared`       | b1 = b2                                                |
 * | Nesterov's, in kind                  | `l2squared`       | b1 < b2                                                |
 * | signSGD, Signum, Lion                | `l1`              | 0, 0; b1 = b2; 0.9, 0.99                               |
 * | normalised gradient descent, Muon    | `l2`, `nuclear`   | b1 <= b2                                               |
 * | Frank and Wolfe                      | support function  | 0, 0, with `frankWolfeSchedule`                  |
 * | mirror descent, dual averaging       | smooth            | `dualAveraging`: a momentum that forgets nothing |
 *
 * @param learningRate e: number, 0-d array or schedule
 * @throws RangeError for options outside of their ranges, and where `learningRate weightDecay > 1` in the explicit scheme
 *   (of numbers; a schedule or traced array can't be looked at), since that oversteps the constraint set; TypeError
 *   for something that is no kappa
 * @example
 * lionK(1e-3, { kappa: kappa.lp(1.5), weightDecay: 1 })
 * lionK(0.02, { kappa: (p) => (p.ndim === 2 ? kappa.nuclear({ method: "newtonSchulz" }) : kappa.l1()), b1: 0.95, b2: 0.95 })
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, equation (4)
 */
export function lionK(learningRate: LearningRate, options: LionKOptions = {}): GradientTransformation {
  // The options of `lionMonitor`, which has to know the learning rate, may be given as they are.
  const {
    weightDecay = 0,
    mask,
    scheme,
    kappa,
    b1,
    b2,
    warn,
  } = readOptions<LionKOptions & { learningRate?: unknown }>("lionK", options, {
    ...lionOptions,
    kappa: true,
    scheme: ["explicit", oneOf(["explicit", "implicit"])],
    learningRate: true,
  });
  checkParameter("weightDecay", weightDecay, { min: 0 });
  if (typeof learningRate !== "function") checkParameter("learningRate", learningRate, { min: 0 });
  const known = typeof learningRate === "number" && typeof weightDecay === "number";
  if (scheme === "explicit" && known && learningRate * weightDecay > 1)
    throw rangeError(
      "learningRate * weightDecay",
      "at most 1 in the explicit scheme",
      learningRate * weightDecay,
    );
  const scale = scaleByLionK({ kappa, b1, b2, warn });
  if (scheme === "implicit") return chain(scale, implicitDecay(learningRate, weightDecay, mask));
  return chain(
    scale,
    ...(weightDecay === 0 ? [] : [addDecayedWeights(weightDecay, mask)]),
    scaleByLearningRate(learningRate),
  );
}

/**
 * Lion: the sign of an average of momentum and gradient, and decoupled weight decay. 4 bytes of state per parameter, where AdamW has 8.
 * Minimises f subject to `|x_i| <= 1 / lambda`.
 *
 * `x <- x - e (sign(b1 m + (1 - b1) g) + lambda x)`, `m <- b2 m + (1 - b2) g`
 *
 * Usual learning rates are 3 to 10 times smaller than those of AdamW, weight decays as much larger. Biases and
 * normalisation gains are constrained too unless the mask leaves them out.
 *
 * @param learningRate e: number, 0-d array or schedule
 * @throws RangeError as {@link lionK}
 * @example
 * lion(1e-3, { weightDecay: 1, mask: matricesOnly })
 * @see Chen et al. 2023, arXiv 2302.06675, algorithm 2
 */
export function lion(learningRate: LearningRate, options: LionOptions = {}): GradientTransformation {
  readOptions("lion", options, lionOptions);
  return lionK(learningRate, { ...options, kappa: l1() });
}

/**
 * The momentum of the paper, `m = -(mean of gradients)`, from the state of {@link lionK}, {@link lion}, {@link signum} or
 * of a chain that begins with `scaleByLionK`. Keeps the state.
 *
 * @param state of the optimizer; in a longer chain, the part that belongs to Lion-K
 * @throws RangeError for something else, and for `b1 = b2 = 0`, where no momentum is kept
 */
export function lionMomentum(state: Tree): Tree {
  if (!Array.isArray(state) || state.length === 0 || leavesOf(state[0]).length === 0)
    throw rangeError("state", "the state of lionK, a list of which the first is the momentum", state);
  return mapTree((m) => m.ref.neg(), state[0]);
}
