import { numpy as np } from "@jax-js/jax";
import { checkNumber, rangeError } from "../../engine/checks.ts";
import { type Compile, compileWithJit } from "../../engine/compile.ts";
import { checkOptions } from "../../engine/options.ts";
import { disposeTree, refTree, type Tree } from "../../engine/tree.ts";
import { NonFiniteError } from "../../training/fit.ts";
import {
  arrayFrom,
  type Iteration,
  parametersAt,
  systemArrays,
  tensorAt,
  type WholeIteration,
  wholeIteration,
} from "./iteration.ts";

/** How {@link runIteration} goes on. */
export interface RunIterationOptions {
  /** How many, >= 0. */
  iterations: number;
  /** Default: the engine's `jit`. */
  compile?: Compile;
  signal?: AbortSignal;
}

/** What an iteration came to. */
export interface IterationResult {
  /** The last estimate. */
  x: np.Array;
  /** The objective before the first iteration and after each one, `[batch]` each; null for an iteration without one. */
  objectives: Float64Array[] | null;
}

/** How many iterations are given to a compiler that makes several in one call. */
const together = 16;

/**
 * Runs an iterative algorithm with the parameters that it starts with: ISTA, FISTA, IHT and their like, untrained.
 *
 * @param iteration as of {@link ista} and its peers, or one's own
 * @param y measurements `[batch, measurements]`, or those of one signal `[measurements]`; consumed
 * @returns the last estimate, `[batch, signal]` or `[signal]`, and the objective after each iteration
 * @throws RangeError, TypeError for an iteration that is none, or measurements of another shape or dtype; NonFiniteError naming the
 *   iteration after which a value isn't finite; the reason of `signal` when aborted
 * @example
 * const A = { shape: [1, 2], data: Float32Array.of(1, 0.5) }
 * const { x, objectives } = await runIteration(ista(A, { lambda: 0.1 }), np.array([1]), { iterations: 200 })
 * x // [0.9000, 0]
 * objectives // [[0.5], [0.1112], ...
 */
export async function runIteration(
  iteration: Iteration,
  y: np.Array,
  options: RunIterationOptions,
): Promise<IterationResult> {
  checkOptions("runIteration", options, { iterations: true, compile: true, signal: true });
  const { iterations, compile = compileWithJit, signal } = options;
  const whole = wholeIteration("iteration", iteration as Iteration);
  checkNumber("iterations", iterations, { min: 0, integer: true });
  if (y.ndim === 0) throw rangeError("y", "an array [batch, measurements] or [measurements]", y);
  const isSingle = y.ndim === 1;
  const data = { y: isSingle ? y.reshape([1, -1]) : y, system: systemArrays(whole) };
  const step = (
    state: Tree,
    parameters: { [name: string]: np.Array },
    own: typeof data,
  ): [Tree, np.Array] => {
    const next = whole.layer(state, refTree(own), parameters);
    return [next, told(whole, refTree(next), own)];
  };
  const single = compile(step);
  const loop = compile.loop?.(step);
  const first = compile((own: typeof data): [Tree, np.Array] => {
    const state = whole.start(refTree(own));
    return [state, told(whole, refTree(state), own)];
  });
  const values: Float64Array[] = [];
  let state: Tree = [];
  const record = async (found: np.Array): Promise<void> => {
    const batch = found.shape[found.ndim - 1];
    const numbers = await found.data();
    for (let from = 0; from < numbers.length; from += batch) {
      const own = Float64Array.from(numbers.subarray(from, from + batch));
      const broken = own.find((value) => !Number.isFinite(value));
      if (broken !== undefined) throw new NonFiniteError(values.length - 1, "objective", broken);
      values.push(own);
    }
  };
  const parametersOf = (t: number): { [name: string]: np.Array } =>
    Object.fromEntries(
      Object.entries(parametersAt(whole, t)).map(([name, value]) => [
        name,
        arrayFrom(tensorAt(value, whole)),
      ]),
    );
  try {
    let found: np.Array;
    [state, found] = first(refTree(data));
    await record(found);
    for (let t = 0; t < iterations; ) {
      signal?.throwIfAborted();
      const block = Math.min(together, iterations - t);
      const all = Array.from({ length: block }, (_, i) => parametersOf(t + i));
      const result = block === together ? (loop?.(state, all, refTree(data)) ?? null) : null;
      if (result !== null) {
        [state, found] = result;
        await record(found);
      } else {
        for (const parameters of all) {
          [state, found] = single(state, parameters, refTree(data));
          await record(found);
        }
      }
      t += block;
    }
    const x = whole.output(state);
    state = [];
    return {
      x: isSingle ? x.reshape(x.shape.slice(1)) : x,
      objectives: whole.objective === undefined ? null : values,
    };
  } finally {
    disposeTree([state, data]);
    for (const program of [single, loop, first]) program?.dispose();
  }
}

/** The objective of a state, or where there is none its size, by which one sees that it is finite. Consumes both. */
function told(
  { output, objective }: WholeIteration,
  state: Tree,
  data: { y: np.Array; system: { [name: string]: np.Array } },
): np.Array {
  const x = output(state);
  if (objective !== undefined) return objective(x, data);
  disposeTree(data);
  const size = np.square(x);
  return size.ndim === 1 ? size : size.reshape([size.shape[0], -1]).sum(-1);
}
