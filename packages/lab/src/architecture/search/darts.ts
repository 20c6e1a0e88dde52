import { numpy as np } from "@jax-js/jax";
import {
  checkChoice,
  mapTree,
  parameter,
  readOptions,
  refTree,
  sumOfSquares,
  type Tree,
  zerosLike,
} from "minimand/engine";
import type { Hyper, InitHyper } from "minimand/training";
import { minus, plus, times } from "./arithmetic.ts";
import { type Bilevel, partialsOf } from "./bilevel.ts";
import { type ArchitectureSearch, makeSearch, type SearchOptions, searchOptions } from "./search.ts";

/** How the gradient of the unrolled validation loss is had. */
export type Hypergradient = "exact" | "finite-difference";

/** How {@link darts} searches. */
export type DartsOptions<H extends Hyper = Hyper> = SearchOptions<H> &
  (
    | { order: 1 }
    | {
        order: 2;
        /** `exact` (default) differentiates through the inner step; `finite-difference` is that of the authors' code. */
        hypergradient?: Hypergradient;
        /**
         * The inner step as the authors' code has it, with momentum and weight decay: `w - xi (m v + g + d w)`, from a
         * velocity kept for it, `v <- m v + g + d w`. Default: plain, `w - xi g`.
         */
        unrolled?: { momentum: number; weightDecay: number };
      }
  );

/**
 * DARTS: the architecture descends the validation loss of the weights after one inner step, then the weights make theirs.
 *
 * `a <- a - s d/da L_val(w - xi grad_w L_train(w, a), a)`
 * `w <- w - r grad_w L_train(w, a)`
 *
 * First order takes `xi = 0`, so the architecture ignores that weights depend on it (2 gradients a step). Second order needs
 * `grad_a L_val(w', a) - xi d2/(da dw) L_train(w, a) grad_w' L_val(w', a)`: exactly, or by the difference of two gradients at
 * `w +- R grad_w' L_val`, `R = radius / ||grad_w' L_val||` (5 gradients a step; the exact product costs about the same two).
 *
 * Hyperparameters: `xi` >= 0, default `learningRate`; `radius` > 0, default 0.01; and what the optimizers ask for. The logged
 * losses are those before the step: `valLoss` at the unrolled weights.
 *
 * Losses made with `surrogate` have no second derivative: use the finite difference for them.
 *
 * @throws RangeError for options outside their ranges; TypeError for a second order without `xi` and `learningRate`
 * @example
 * darts(problem, { order: 2, optimizer: ({ learningRate }) => sgd(learningRate), architectureOptimizer: adam(3e-2) })
 * @see Liu, Simonyan, Yang 2019, arXiv 1806.09055, algorithm 1 and equations (5) to (8)
 */
export function darts<H extends Hyper = Hyper>(
  problem: Bilevel<never>,
  options: DartsOptions<H>,
): ArchitectureSearch<Tree, InitHyper<H, { xi?: number; radius?: number }>>;
export function darts(problem: Bilevel<never>, options: DartsOptions): ArchitectureSearch {
  checkChoice("order", String(options.order), ["1", "2"]);
  const own = options.order === 1 ? { order: true } : { order: true, hypergradient: true, unrolled: true };
  readOptions<object>("darts", options, { ...searchOptions, ...own });
  const second = options.order === 2 ? options : null;
  const unrolled = second?.unrolled;
  const train = partialsOf(problem.trainLoss as Bilevel["trainLoss"]);
  const val = partialsOf(problem.valLoss as Bilevel["valLoss"]);
  const gradientOf = hypergradientOf(problem, second?.hypergradient ?? "exact");
  return makeSearch(options, {
    gradientsPerStep: second === null ? 2 : 5,
    networks: [],
    ...(unrolled && { carried: { velocity: (weights: Tree) => zerosLike(weights) } }),
    hyper: { radius: { default: 0.01, above: 0 }, xi: { min: 0, optional: true } },
    body({ one, networks, architecture: a, hyper, trainBatch, valBatch, stepNetwork, stepArchitecture }) {
      const { weights: w, velocity } = networks;
      let found: { value: np.Array; gradient: Tree };
      let next = velocity;
      if (second === null) {
        const [value, gradient] = val.inArchitecture(one.ref, refTree(w), refTree(a), valBatch);
        found = { value, gradient };
      } else {
        const xi = "xi" in hyper ? hyper.xi.ref : hyper.learningRate.ref;
        const start =
          unrolled === undefined
            ? refTree(w)
            : minus(
                refTree(w),
                mapTree(
                  (v, p) =>
                    v.mul(unrolled.momentum).add(p.mul(unrolled.weightDecay)).mul(parameter(xi.ref, v)),
                  refTree(velocity),
                  refTree(w),
                ),
              );
        found = gradientOf({
          one: one.ref,
          weights: refTree(w),
          start,
          architecture: refTree(a),
          trainBatch: refTree(trainBatch),
          valBatch,
          xi,
          radius: hyper.radius.ref,
        });
      }
      const nextA = stepArchitecture(found.gradient, a);
      const [trainLoss, gradW] = train.inWeights(one, refTree(w), refTree(nextA), trainBatch);
      if (unrolled !== undefined)
        next = mapTree(
          (v, p, g) => v.mul(unrolled.momentum).add(p.mul(unrolled.weightDecay)).add(g),
          velocity,
          refTree(w),
          refTree(gradW),
        );
      const nextW = stepNetwork("weights", gradW, w);
      return {
        networks: { weights: nextW, ...(next !== undefined && { velocity: next }) },
        architecture: nextA,
        metrics: { loss: found.value.ref, trainLoss, valLoss: found.value },
      };
    },
  });
}

/** Where an unrolled gradient is taken; consumed. */
interface Unrolled {
  one: np.Array;
  /** At which the training gradient is taken. */
  weights: Tree;
  /** What the inner step starts from: the weights, but for momentum and decay. */
  start: Tree;
  architecture: Tree;
  trainBatch: Tree;
  valBatch: Tree;
  xi: np.Array;
  radius: np.Array;
}

/** `d/da L_val(start - xi grad_w L_train(weights, a), a)`, and the loss itself, for use inside a traced function. */
function hypergradientOf(
  problem: Bilevel<never>,
  kind: Hypergradient,
): (at: Unrolled) => { value: np.Array; gradient: Tree } {
  checkChoice("hypergradient", kind, ["exact", "finite-difference"]);
  const train = partialsOf(problem.trainLoss as Bilevel["trainLoss"]);
  const val = partialsOf(problem.valLoss as Bilevel["valLoss"]);
  /** `d2/(da dw) L_train v`. */
  const mixed = ({ one, weights, architecture: a, trainBatch, radius }: Unrolled, v: Tree): Tree => {
    if (kind === "exact") return train.along(one, weights, a, trainBatch, v).architecture;
    const square = sumOfSquares(refTree(v));
    // A zero gradient makes no difference, whatever the radius.
    const r = parameter(radius, square).div(np.sqrt(np.maximum(square, 1e-24)));
    const offset = times(v, r.ref);
    const above = plus(refTree(weights), refTree(offset));
    const [, up] = train.inArchitecture(one.ref, above, refTree(a), refTree(trainBatch));
    const [, down] = train.inArchitecture(one, minus(weights, offset), a, trainBatch);
    return times(minus(up, down), np.reciprocal(r.mul(2)));
  };
  return (at) => {
    const { one, weights, start, architecture: a, trainBatch, valBatch, xi } = at;
    const [, inner] = train.inWeights(one.ref, refTree(weights), refTree(a), refTree(trainBatch));
    const [value, outer] = val.inBoth(one.ref, minus(start, times(inner, xi.ref)), refTree(a), valBatch);
    return { value, gradient: minus(outer.architecture, times(mixed(at, outer.weights), xi)) };
  };
}
