import { jit } from "@jax-js/jax";
import type { Tree } from "./tree.ts";

/** A compiled function: same call shape as the original. `dispose` frees what its programs hold. */
export type Compiled<A extends Tree[], R extends Tree> = ((...args: A) => R) & { dispose(): void };

/** Several steps of one function as one program, see {@link Compile}. */
export type Loop<C extends Tree, X extends Tree, R extends Tree> = ((carry: C, xs: X[]) => [C, R] | null) & {
  dispose(): void;
};

/**
 * Turns a pure function of trees into a program for fixed shapes: the engine's `jit`, or another compiler of the
 * same shape. Numbers among the arguments are inputs of the program, so that new values need no new program.
 */
export interface Compile {
  <A extends Tree[], R extends Tree>(f: (...args: A) => R): Compiled<A, R>;
  /**
   * Several steps in one call, where the compiler can: `loop(f)(carry, xs)` is `f` applied to each `x` in turn, each time
   * to what the step before handed on. Results are stacked along a new first axis. Refuses, before any argument is
   * consumed, what it can't do; each step by itself can then be made by the program of `f`.
   */
  loop?<C extends Tree, X extends Tree, R extends Tree>(
    f: (carry: C, x: X) => [C, R],
  ): Compiled<[C, X[]], [C, R]>;
}

/** The engine's own compiler. The engine's types can't express "any tree"; the cast is confined to this line. */
export const compileWithJit: Compile = jit as unknown as Compile;
