import { numpy as np } from "@jax-js/jax";
import {
  type Compile,
  compileWithJit,
  differentiate,
  disposeTree,
  forward,
  refTree,
  type Tree,
  unitRows,
} from "minimand/engine";
import { checkResidual, type LeastSquaresProblem, linearize, transposedTimes } from "./residual.ts";

/** `|r|^2 / 2 [problems]`, `J^T r [problems, parameters]` and `J^T J [problems, parameters, parameters]`, row-major. */
export interface NormalEquations {
  objective: Float64Array;
  gradient: Float64Array;
  gram: Float64Array;
}

/** The compiled functions that solvers ask for. They look at `theta` and consume `w`; results are on the host. */
export interface LeastSquaresPrograms {
  normalEquations(w: np.Array, theta: Tree): NormalEquations;
  /** The second derivative of `|r|^2 / 2`. */
  hessian(w: np.Array, theta: Tree): Float64Array;
  dispose(): void;
}

/** Programs of a batch of problems. */
export function leastSquaresPrograms(
  problem: LeastSquaresProblem,
  compile: Compile = compileWithJit,
): LeastSquaresPrograms {
  const gram = (J: np.Array): np.Array => np.matmul(np.transpose(J.ref, [0, 2, 1]), J);
  const normal = compile((w: np.Array, theta: Tree): Tree[] => {
    const { r, J } = linearize(problem, w, theta);
    return [np.square(r.ref).sum(1).mul(0.5), transposedTimes(J.ref, r), gram(J)];
  });
  const { curvature } = problem;
  const closedForm =
    curvature &&
    compile((w: np.Array, theta: Tree): np.Array => {
      const { r, J } = linearize(problem, w.ref, refTree(theta));
      r.dispose();
      return gram(J).add(curvature(w, theta));
    });
  const gradientOf = differentiate((w: np.Array, theta: Tree): [np.Array, Tree] => {
    const shape = w.shape;
    return [
      np
        .square(checkResidual(problem.residual(w, theta), shape))
        .sum()
        .mul(0.5),
      [],
    ];
  });
  const along = compile((one: np.Array, w: np.Array, theta: Tree, direction: np.Array): np.Array => {
    // Forward over reverse: the engine's compiled reverse over reverse of a matrix product is wrong on wasm.
    const gradient = (x: np.Array): np.Array => {
      const [[value], found] = gradientOf(one.ref, x, refTree(theta));
      value.dispose();
      return found;
    };
    const [value, column] = forward(gradient, w, direction);
    value.dispose();
    one.dispose();
    disposeTree(theta);
    return column;
  });
  return {
    normalEquations(w, theta) {
      const [objective, gradient, gramian] = normal(w, refTree(theta)) as np.Array[];
      return {
        objective: onHost(objective),
        gradient: onHost(gradient),
        gram: onHost(gramian),
      };
    },
    hessian(w, theta) {
      if (closedForm !== undefined) return onHost(closedForm(w, refTree(theta)));
      const [problems, n] = w.shape;
      const found = new Float64Array(problems * n * n);
      for (let j = 0; j < n; j++) {
        const column = onHost(along(1 as never, w.ref, refTree(theta), unitRows(w, j)));
        column.forEach((value, i) => {
          found[i * n + j] = value;
        });
      }
      w.dispose();
      return found;
    },
    dispose() {
      normal.dispose();
      closedForm?.dispose();
      along.dispose();
    },
  };
}

const onHost = (x: np.Array): Float64Array => Float64Array.from(x.dataSync() as ArrayLike<number>);
