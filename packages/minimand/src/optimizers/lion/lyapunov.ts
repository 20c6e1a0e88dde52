import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { oneOf, readOptions } from "../../engine/options.ts";
import { disposeTree, mapTree, refTree, type Tree } from "../../engine/tree.ts";
import { type Kappa, kappaFor, mapWithPath } from "../kappa/kappa.ts";
import {
  checkConstraint,
  constraintViolation,
  fenchelGap,
  gapOf,
  type LionConstraint,
  overLeaves,
  penaltyOf,
} from "./fenchel-young.ts";

/** The parts of a Lyapunov function at one point, 0-d arrays. */
export interface LionEnergy {
  [part: string]: np.Array;
  /** H: the objective plus a multiple of the gap. `Infinity` outside the constraint set: look at the violation there. */
  energy: np.Array;
  /** What is minimised: a multiple of `f(x) + K*(lambda x) / lambda`. */
  objective: np.Array;
  /** The part of weight decay in it. */
  penalty: np.Array;
  /** `K*(lambda x) + K(m) - lambda m . x`. */
  fenchelGap: np.Array;
  /** Distance to the constraint set, 0 inside. */
  violation: np.Array;
}

/** `F + c gap` with its parts; F is `alpha f + gamma K*(lambda x) / lambda`, c may depend on the array's lambda. */
function energyOf(
  constraint: LionConstraint,
  { alpha, gamma, c }: { alpha: number; gamma: number; c: (lambda: number) => number },
  loss: np.Array,
  params: Tree,
  momentum: Tree,
): LionEnergy {
  const penalty = overLeaves(constraint, [refTree(params)], ({ kappa, lambda }, x) =>
    penaltyOf(kappa, lambda, x),
  ).mul(gamma);
  const objective = loss.mul(alpha).add(penalty.ref);
  const weighted = overLeaves(constraint, [refTree(params), refTree(momentum)], ({ kappa, lambda }, x, m) =>
    gapOf(kappa, lambda, x, m).mul(c(lambda)),
  );
  return {
    energy: objective.ref.add(weighted),
    objective,
    penalty,
    fenchelGap: fenchelGap(constraint, refTree(params), momentum),
    violation: constraintViolation(constraint, params),
  };
}

/** The two terms by which the Lyapunov function falls, and the squared velocity; 0-d arrays. */
export interface LionDecrease {
  [part: string]: np.Array;
  /** `(m~ - p) . (grad K(m~) - lambda x)` with p a subgradient of K* at `lambda x`. At least 0 inside the set. */
  delta1: np.Array;
  /** `(m~ - m) . (grad K(m~) - grad K(m))`, at least 0. */
  delta2: np.Array;
  /** `|| grad K(m~) - lambda x ||^2`. */
  squaredVelocity: np.Array;
}

/** `(m~ - p) . (grad K(m~) - lambda x)` of one array. */
function firstTerm(kappa: Kappa, lambda: number, x: np.Array, ahead: np.Array): np.Array {
  const y = x.mul(lambda);
  const velocity = kappa.grad(ahead.ref).sub(y.ref);
  return ahead.sub(kappa.conjGrad(y)).mul(velocity).sum();
}

/** `(m~ - m) . (grad K(m~) - grad K(m))` of one array. */
function secondTerm(kappa: Kappa, ahead: np.Array, m: np.Array): np.Array {
  const turn = kappa.grad(ahead.ref).sub(kappa.grad(m.ref));
  return ahead.sub(m).mul(turn).sum();
}

/** `|| grad K(m~) - lambda x ||^2` of one array. */
function squaredSpeed(kappa: Kappa, lambda: number, x: np.Array, ahead: np.Array): np.Array {
  return np.square(kappa.grad(ahead).sub(x.mul(lambda))).sum();
}

type Weight = (lambda: number) => number;
const once: Weight = () => 1;

/** The three sums over arrays, each array weighted by its lambda. Keeps the trees. */
function terms(constraint: LionConstraint, params: Tree, momentum: Tree, lookahead: Tree) {
  return {
    first: (weight = once) =>
      overLeaves(constraint, [refTree(params), refTree(lookahead)], ({ kappa, lambda }, x, ahead) =>
        firstTerm(kappa, lambda, x, ahead).mul(weight(lambda)),
      ),
    second: (weight = once) =>
      overLeaves(
        constraint,
        [refTree(params), refTree(lookahead), refTree(momentum)],
        ({ kappa, lambda }, x, ahead, m) => {
          x.dispose();
          return secondTerm(kappa, ahead, m).mul(weight(lambda));
        },
      ),
    speed: (weight = once) =>
      overLeaves(constraint, [refTree(params), refTree(lookahead)], ({ kappa, lambda }, x, ahead) =>
        squaredSpeed(kappa, lambda, x, ahead).mul(weight(lambda)),
      ),
  };
}

/** The look-ahead m~ of a step: `b1 m - (1 - b1) g` from the momentum before it (sign of the paper). Consumes both trees. */
export function lionLookahead(momentum: Tree, gradient: Tree, b1: number): Tree {
  checkNumber("b1", b1, { min: 0, below: 1 });
  return mapTree((m, g) => m.mul(b1).sub(g.mul(1 - b1)), momentum, gradient);
}

/** A Lyapunov function of Lion-K's steps, with the constants of its guarantee. */
export interface DiscreteLyapunov {
  /** Weight of the gap in the energy, for arrays that decay. */
  c: number;
  /** `e a` and b are the factors of the two falling terms, with e the step of the implicit scheme. */
  a: number;
  b: number;
  implicitLearningRate: number;
  /** H at a point; consumes its arguments. */
  energy(loss: np.Array, params: Tree, momentum: Tree): LionEnergy;
  /**
   * What the theorem promises for a step: `H(after) - H(before) <= -e a delta1 - b delta2 + (L/2) e^2 ||velocity||^2`, for a
   * loss whose gradient is L-Lipschitz. Consumes its arguments, which are those after the step: parameters, momentum, and
   * the look-ahead that the step went along.
   */
  bound(
    params: Tree,
    momentum: Tree,
    lookahead: Tree,
    smoothness: number,
  ): LionDecrease & { bound: np.Array };
}

/** Options of {@link discreteLyapunov}. */
export interface DiscreteLyapunovOptions extends LionConstraint {
  /** As for the optimizer, a number > 0. */
  learningRate: number;
  b1: number;
  b2: number;
  /** Of the optimizer; default `explicit`, whose step e is one of `e / (1 - e lambda)` in the theorem's scheme. */
  scheme?: "explicit" | "implicit";
}

/**
 * The Lyapunov function of phase 2, for the steps of `lionK`:
 * `H = f(x) + K*(lambda x) / lambda + c (K*(lambda x) + K(m) - lambda m . x)`, `c = e b1 / ((1 - b2) + e lambda (1 - b1))`.
 *
 * For exact gradients it falls but for a term of order e^2. In mini-batch training take f on a fixed set of examples, and
 * expect noise.
 *
 * @param options of the optimizer; `0 <= b1 <= b2 < 1`, for which alone it is proven
 * @throws RangeError for options outside of their ranges, `b1 > b2`, and `learningRate weightDecay >= 1` in the explicit
 *   scheme; where lambda is 0 and K isn't even
 * @example
 * const lyapunov = discreteLyapunov({ kappa: kappa.l1(), weightDecay: 1, learningRate: 0.01, b1: 0.9, b2: 0.99 });
 * const { energy } = lyapunov.energy(loss, refTree(params), lionMomentum(state));
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, theorem on the discrete-time scheme
 */
export function discreteLyapunov(options: DiscreteLyapunovOptions): DiscreteLyapunov {
  const { learningRate, b1, b2, scheme, weightDecay } = readOptions("discreteLyapunov", options, {
    kappa: true,
    weightDecay: true,
    mask: true,
    learningRate: { above: 0 },
    b1: true,
    b2: { min: 0, below: 1 },
    scheme: ["explicit", oneOf(["explicit", "implicit"])],
  });
  checkConstraint(options);
  checkNumber("b1", b1, { min: 0, max: b2 });
  const product = learningRate * weightDecay;
  if (scheme === "explicit" && !(product < 1))
    throw rangeError("learningRate * weightDecay", "below 1 in the explicit scheme", product);
  const step = (lambda: number): number =>
    scheme === "implicit" ? learningRate : learningRate / (1 - learningRate * lambda);
  const weight = (lambda: number): number =>
    (step(lambda) * b1) / (1 - b2 + step(lambda) * lambda * (1 - b1));
  const c = weight(weightDecay);
  // With equal betas look-ahead and momentum are the same, and the term is 0.
  const turning = (lambda: number): number => (b1 === b2 ? 0 : (weight(lambda) * (1 - b2)) / (b2 - b1));
  return {
    c,
    a: 1 + c * weightDecay,
    b: turning(weightDecay),
    implicitLearningRate: step(weightDecay),
    energy: (loss, params, momentum) =>
      energyOf(options, { alpha: 1, gamma: 1, c: weight }, loss, params, momentum),
    bound(params, momentum, lookahead, smoothness) {
      checkNumber("smoothness", smoothness, { min: 0 });
      const { first, second, speed } = terms(options, params, momentum, lookahead);
      const bound = speed((l) => (smoothness / 2) * step(l) ** 2)
        .sub(first((l) => step(l) * (1 + weight(l) * l)))
        .sub(second(turning));
      const found = { delta1: first(), delta2: second(), squaredVelocity: speed(), bound };
      disposeTree([params, momentum, lookahead]);
      return found;
    },
  };
}

/** Constants of the differential equation of Lion-K. */
export interface OdeConstants {
  /** > 0: how fast momentum takes gradients up. */
  alpha: number;
  /** > 0: how fast it forgets. */
  gamma: number;
  /** The look-ahead of the momentum (not the learning rate), >= 0, at most `1 / gamma`. */
  epsilon: number;
}

/** Throws unless the constants are in range. */
function checkOde({ alpha, gamma, epsilon }: OdeConstants): void {
  checkNumber("alpha", alpha, { above: 0 });
  checkNumber("gamma", gamma, { above: 0 });
  checkNumber("epsilon", epsilon, { min: 0, max: 1 / gamma });
}

/** A Lyapunov function of the differential equation. */
export interface ContinuousLyapunov {
  /** Weight of the gap in the energy, for arrays that decay. */
  c: number;
  /** H at a point; consumes its arguments. */
  energy(loss: np.Array, params: Tree, momentum: Tree): LionEnergy;
  /** The velocities, both terms, and `energyRate = dH/dt <= 0`; consumes its arguments. */
  field(
    gradient: Tree,
    params: Tree,
    momentum: Tree,
  ): { xDot: Tree; mDot: Tree; delta1: np.Array; delta2: np.Array; energyRate: np.Array };
}

/**
 * The Lyapunov function of the differential equation `m' = -alpha grad f(x) - gamma m`, `x' = grad K(m + epsilon m') - lambda x`:
 * `H = alpha f(x) + gamma K*(lambda x) / lambda + c (K*(lambda x) + K(m) - lambda m . x)`,
 * `c = (1 - epsilon gamma) / (1 + epsilon lambda)`.
 *
 * Along a path `dH/dt = -(lambda + gamma) / (1 + epsilon lambda) delta1 - (c / epsilon) delta2`. The second
 * term vanishes with epsilon.
 *
 * @throws RangeError for constants outside of their ranges; where lambda is 0 and K isn't even
 * @see Chen, Liu, Liang, Liu 2024, arXiv 2310.05898, theorem on the continuous-time dynamics
 */
export function continuousLyapunov(options: LionConstraint & OdeConstants): ContinuousLyapunov {
  const { alpha, gamma, epsilon, weightDecay } = readOptions("continuousLyapunov", options, {
    kappa: true,
    weightDecay: true,
    mask: true,
    alpha: true,
    gamma: true,
    epsilon: true,
  });
  checkConstraint(options);
  checkOde(options);
  const weight = (lambda: number): number => (1 - epsilon * gamma) / (1 + epsilon * lambda);
  const c = weight(weightDecay);
  return {
    c,
    energy: (loss, params, momentum) =>
      energyOf(options, { alpha, gamma, c: weight }, loss, params, momentum),
    field(gradient, params, momentum) {
      const mDot = mapTree((g, m) => g.mul(-alpha).sub(m.mul(gamma)), gradient, refTree(momentum));
      const lookahead = mapTree((m, v) => m.add(v.mul(epsilon)), refTree(momentum), refTree(mDot));
      const { first, second } = terms(options, params, momentum, lookahead);
      const approach = first((lambda) => -(lambda + gamma) / (1 + epsilon * lambda));
      // Delta2 is of the order of epsilon^2: without a look-ahead its term is 0.
      const turning = second((lambda) => (epsilon === 0 ? 0 : -weight(lambda) / epsilon));
      const found = {
        xDot: velocityOf(options, refTree(params), refTree(lookahead)),
        mDot,
        delta1: first(),
        delta2: second(),
        energyRate: approach.add(turning),
      };
      disposeTree([params, momentum, lookahead]);
      return found;
    },
  };
}

/** `grad K(m~) - lambda x`. Consumes the trees. */
function velocityOf({ kappa, weightDecay, mask }: LionConstraint, params: Tree, lookahead: Tree): Tree {
  return mapWithPath(
    (path, x, ahead) => {
      const lambda = mask?.(x) === false ? 0 : weightDecay;
      return kappaFor(kappa, x, path).grad(ahead).sub(x.mul(lambda));
    },
    params,
    lookahead,
  );
}
