import { numpy as np } from "@jax-js/jax";
import {
  type AsyncCompile,
  checkNumber,
  compileWithJit,
  disposeTree,
  rangeError,
  readOptions,
  refTree,
  type Tree,
} from "minimand/engine";
import { NonFiniteError } from "minimand/training";
import {
  arrayFrom,
  type Iteration,
  type IterationData,
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
  /** Default: the engine's `jit`. May answer later. */
  compile?: AsyncCompile;
  signal?: AbortSignal;
}

/** The result of an iteration. */
export interface IterationResult {
  /** The last estimate. */
  x: np.Array;
  /** The objective before the first iteration and after each one, `[batch]` each; null for an iteration without one. */
  objectives: Float64Array[] | null;
}

/** How many iterations are given to a compiler that makes several in one call. */
const together = 16;

/**
 * Runs an iterative algorithm with the parameters that it starts with: ISTA, FISTA, IHT and others, untrained.
 *
 * @param iteration as of {@link ista} and its peers, or an own one
 * @param y measurements `[batch, measurements]`, or those of one signal `[measurements]`; consumed
 * @returns the last estimate, `[batch, signal]` or `[signal]`, and the objective after each iteration
 * @throws RangeError, TypeError for an invalid iteration, or measurements of another shape or dtype; NonFiniteError naming the iteration
 *   after which a value isn't finite; the reason of `signal` when aborted
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
  const { iterations, compile, signal } = readOptions("runIteration", options, {
    iterations: true,
    compile: [compileWithJit],
    signal: true,
  });
  const whole = wholeIteration("iteration", iteration);
  checkNumber("iterations", iterations, { min: 0, integer: true });
  if (y.ndim === 0) throw rangeError("y", "an array [batch, measurements] or [measurements]", y);
  const isSingle = y.ndim === 1;
  const data: IterationData = { y: isSingle ? y.reshape([1, -1]) : y, system: systemArrays(whole) };
  const programs = programsOf(whole, compile);
  const objectives: Float64Array[] = [];
  let state: Tree = [];
  let lastTurn = performance.now();
  try {
    for (let t = -1; t < iterations; ) {
      signal?.throwIfAborted();
      const given: Tree = state;
      state = [];
      const [next, found]: [Tree, np.Array] = await (t < 0
        ? programs.start(data)
        : programs.advance(given, data, t, iterations - t));
      state = next;
      objectives.push(...(await valuesOf(found, objectives.length - 1)));
      t = objectives.length - 1;
      if (performance.now() - lastTurn > turn) {
        await new Promise((resolve) => setTimeout(resolve));
        lastTurn = performance.now();
      }
    }
    const x = whole.output(state);
    state = [];
    return {
      x: isSingle ? x.reshape(x.shape.slice(1)) : x,
      objectives: whole.objective === undefined ? null : objectives,
    };
  } finally {
    disposeTree([state, data]);
    programs.dispose();
  }
}

/** Milliseconds of work after which the event loop gets its turn. */
const turn = 20;

/** How to start, and how to go on from the state before iteration `t` by one iteration, or by several where so many are left. */
function programsOf(whole: WholeIteration, compile: AsyncCompile) {
  const told = (state: Tree, { y, system }: IterationData): np.Array => {
    const x = whole.output(state);
    if (whole.objective !== undefined) return whole.objective(x, { y, system });
    disposeTree([y, system]);
    // Its size, by which one sees that it is finite.
    return np.square(x).reshape([x.shape[0], -1]).sum(-1);
  };
  const first = compile((data: IterationData): [Tree, np.Array] => {
    const state = whole.start(refTree(data));
    return [state, told(refTree(state), data)];
  });
  const step = (state: Tree, parameters: Arrays, data: IterationData): [Tree, np.Array] => {
    const next = whole.layer(state, refTree(data), parameters);
    return [next, told(refTree(next), data)];
  };
  const single = compile(step);
  const loop = compile.loop?.(step);
  const parametersOf = (t: number): Arrays =>
    Object.fromEntries(
      Object.entries(parametersAt(whole, t)).map(([name, value]) => [
        name,
        arrayFrom(tensorAt(value, whole)),
      ]),
    );
  return {
    start: (data: IterationData) => freeing(first, refTree(data)),
    async advance(state: Tree, data: IterationData, t: number, left: number): Promise<[Tree, np.Array]> {
      if (loop !== undefined && left >= together) {
        const all = Array.from({ length: together }, (_, i) => parametersOf(t + i));
        const result = await freeing(loop, state, all, refTree(data));
        if (result !== null) return result;
        disposeTree([all, data]);
      }
      return freeing(single, state, parametersOf(t), refTree(data));
    },
    dispose() {
      for (const program of [first, single, loop]) program?.dispose();
    },
  };
}

type Arrays = { [name: string]: np.Array };

/** Calls a program; one that fails leaves what it was given. */
async function freeing<A extends Tree[], R>(program: (...args: A) => R | Promise<R>, ...args: A): Promise<R> {
  try {
    return await program(...args);
  } catch (error) {
    disposeTree(args);
    throw error;
  }
}

/** Values of a batch after one iteration or several, from `t` on. */
async function valuesOf(found: np.Array, t: number): Promise<Float64Array[]> {
  const batch = found.shape[found.ndim - 1];
  const numbers = await found.data();
  return Array.from({ length: numbers.length / batch }, (_, i) => {
    const own = Float64Array.from(numbers.subarray(i * batch, (i + 1) * batch));
    const broken = own.find((value) => !Number.isFinite(value));
    if (broken !== undefined) throw new NonFiniteError(t + i, "objective", broken);
    return own;
  });
}
