import { numpy as np } from "@jax-js/jax";
import type { Tree } from "minimand/engine";
import { isArrayLike, peek, rangeError, typeError } from "minimand/engine";
import type { LeastSquaresPrograms, NormalEquations } from "./programs.ts";

/** One batch of problems, with its programs, between the host and the engine. */
export interface Run {
  problems: number;
  n: number;
  start: Float64Array;
  evaluate(w: Float64Array): NormalEquations;
  hessian(w: Float64Array): Float64Array;
  /** Numbers of all problems as an array: `[...problems, ...shape]`. */
  array(values: Float64Array, shape?: readonly number[]): np.Array;
}

/** Returns the problems of a start; looks at `theta` and `w0`. */
export function runOf(programs: LeastSquaresPrograms, theta: Tree, w0: np.Array): Run {
  const n = w0.shape[w0.ndim - 1];
  const problems = w0.size / n;
  const { dtype, shape } = w0;
  const engine = (values: Float64Array, to: readonly number[]): np.Array =>
    np.array(dtype === np.float64 ? Float64Array.from(values) : Float32Array.from(values), {
      shape: [...to],
    });
  let first = true;
  return {
    problems,
    n,
    start: Float64Array.from(w0.ref.dataSync() as ArrayLike<number>),
    evaluate(w) {
      const found = programs.normalEquations(engine(w, [problems, n]), theta);
      const bad = found.objective.find((value) => !Number.isFinite(value));
      if (first && bad !== undefined) throw rangeError("residual", "finite numbers at the start", bad);
      first = false;
      return found;
    },
    hessian: (w) => programs.hessian(engine(w, [problems, n]), theta),
    array: (values, tail = [n]) => engine(values, [...shape.slice(0, -1), ...tail]),
  };
}

/** Throws unless a start is one, or one per problem. */
export function checkStart(w0: np.Array): void {
  const expected = "a float array [parameters] or [problems, parameters]";
  if (!isArrayLike(w0)) throw typeError("w0", expected, w0);
  if (w0.dtype !== np.float32 && w0.dtype !== np.float64) throw typeError("w0", expected, w0);
  if ((w0.ndim !== 1 && w0.ndim !== 2) || w0.shape.includes(0)) throw rangeError("w0", expected, w0);
  const bad = Array.from(peek(w0) ?? []).find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw rangeError("w0", "finite numbers", bad);
}
