import type { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  checkNumber,
  compileWithJit,
  disposeTree,
  readOptions,
  refTree,
  type Tree,
  zerosLike,
} from "minimand/engine";
import { dotTrees } from "minimand/internals";
import { minus, plus, times } from "./arithmetic.ts";
import { type Bilevel, partialsOf } from "./bilevel.ts";

/** What {@link implicitHypergradient} found. Arrays are the caller's. */
export interface ImplicitHypergradient {
  /** `dL_val(w*(a), a) / da`, a tree like the architecture. */
  gradient: Tree;
  valLoss: np.Array;
  /** Conjugate gradient steps made, and the relative residual they left. */
  iterations: number;
  residual: number;
}

/**
 * Returns the gradient of the validation loss at the weights that minimise the training loss, by the implicit function theorem:
 *
 * `grad_a L_val - d2/(da dw) L_train [d2/dw2 L_train + damping]^-1 grad_w L_val`
 *
 * The linear system is solved by conjugate gradients on Hessian-vector products. Exact only at a minimum of the training
 * loss in the weights, whose Hessian must be positive definite (with `damping`): a reference for searches, not a search.
 *
 * `compute(weights, architecture, trainBatch, valBatch)` looks at its arguments and consumes the batches only.
 *
 * @param options `iterations` >= 1, default 50; `tolerance` of the relative residual, default 1e-6; `damping` >= 0, default 0
 * @throws RangeError for options outside their ranges, and where a direction has no positive curvature
 * @example
 * const { gradient } = implicitHypergradient(problem).compute(weights, architecture, trainBatch, valBatch)
 * @see Lorraine, Vicol, Duvenaud 2020, arXiv 1911.02590, theorem 1
 */
export function implicitHypergradient<Batch extends Tree>(
  problem: Bilevel<Batch>,
  options: { iterations?: number; tolerance?: number; damping?: number; compile?: Compile } = {},
): {
  compute(weights: Tree, architecture: Tree, trainBatch: Batch, valBatch: Batch): ImplicitHypergradient;
  dispose(): void;
} {
  const { iterations, tolerance, damping, compile } = readOptions("implicitHypergradient", options, {
    iterations: [50, { min: 1, integer: true }],
    tolerance: [1e-6, { min: 0 }],
    damping: [0, { min: 0 }],
    compile: [compileWithJit],
  });
  const train = partialsOf(problem.trainLoss as Bilevel["trainLoss"]);
  const val = partialsOf(problem.valLoss as Bilevel["valLoss"]);
  const start = compile((one: np.Array, w: Tree, a: Tree, batch: Tree) => {
    const [value, { weights, architecture }] = val.inBoth(one, w, a, batch);
    return [value, weights, architecture, dotTrees(refTree(weights), refTree(weights))] as Tree[];
  });
  const iterate = compile(
    (
      one: np.Array,
      w: Tree,
      a: Tree,
      batch: Tree,
      damp: np.Array,
      x: Tree,
      r: Tree,
      p: Tree,
      rr: np.Array,
    ) => {
      const second = train.along(one, w, a, batch, refTree(p));
      const hp = plus(second.weights, times(refTree(p), damp));
      const curvature = dotTrees(refTree(p), refTree(hp));
      const step = rr.ref.div(curvature.ref);
      const nextX = plus(x, times(refTree(p), step.ref));
      const nextR = minus(r, times(hp, step));
      const next = dotTrees(refTree(nextR), refTree(nextR));
      const nextP = plus(refTree(nextR), times(p, next.ref.div(rr)));
      return [nextX, nextR, nextP, next, curvature] as Tree[];
    },
  );
  const finish = compile((one: np.Array, w: Tree, a: Tree, batch: Tree, x: Tree, direct: Tree) => {
    const second = train.along(one, w, a, batch, x);
    return minus(direct, second.architecture);
  });
  return {
    compute(weights, architecture, trainBatch, valBatch) {
      const at = () => [refTree(weights), refTree(architecture)] as const;
      const [valLoss, r0, direct, rr0] = start(1 as never, ...at(), valBatch) as Tree[];
      let [x, r, p, rr] = [zerosLike(r0), r0, refTree(r0), rr0 as np.Array];
      const first = Number(rr.ref.item());
      let [steps, square] = [0, first];
      while (steps < iterations && square > tolerance ** 2 * first && first > 0) {
        const [nx, nr, np_, next, curvature] = iterate(
          1 as never,
          ...at(),
          refTree(trainBatch),
          damping as never,
          x,
          r,
          p,
          rr,
        );
        [x, r, p, rr] = [nx, nr, np_, next as np.Array];
        square = Number(rr.ref.item());
        steps++;
        checkNumber("curvature of the training loss", Number((curvature as np.Array).item()), { above: 0 });
      }
      disposeTree([r, p, rr]);
      const gradient = finish(1 as never, ...at(), trainBatch, x, direct);
      const residual = first === 0 ? 0 : Math.sqrt(square / first);
      return { gradient, valLoss: valLoss as np.Array, iterations: steps, residual };
    },
    dispose() {
      for (const program of [start, iterate, finish]) program.dispose();
    },
  };
}
