import { jit } from "@jax-js/jax";
import { float64Numbers, hasFloat64, withExactNumbers } from "./exact-numbers.ts";
import type { Tree } from "./tree.ts";

/** A compiled function: same call shape as the original. `dispose` frees what its programs hold. */
export type Compiled<A extends Tree[], R> = ((...args: A) => R) & { dispose(): void };

/** Several steps of one function as one program, see {@link Compile}. */
export type Loop<C extends Tree, X extends Tree, F extends Tree, R extends Tree> = ((
  carry: C,
  xs: X[],
  fixed: F,
) => [C, R] | null) & { dispose(): void };

/**
 * Turns a pure function of trees into a program for fixed shapes: the engine's `jit`, or another compiler of the
 * same shape. Numbers among the arguments are inputs of the program, so that new values need no new program.
 */
export interface Compile {
  <A extends Tree[], R extends Tree>(f: (...args: A) => R): Compiled<A, R>;
  /**
   * Several steps in one call, where the compiler can: `loop(f)(carry, xs, fixed)` is `f` applied to each `x` in turn,
   * each time to what the step before handed on and to what is the same for all. Results are stacked along a new first
   * axis. Gives null and consumes nothing where this function can't be done so.
   */
  loop?<C extends Tree, X extends Tree, F extends Tree, R extends Tree>(
    f: (carry: C, x: X, fixed: F) => [C, R],
  ): Loop<C, X, F, R>;
  /**
   * As `loop`, for several carries at once: all arrays of `carry` and `fixed` have a new first axis, along which they lie, and so have those
   * that are handed on. Each `x` is the same for all of them. Numbers among what is fixed are given as an array of them.
   * Results are `[steps, carries, ...]`.
   */
  together?: Compile["loop"];
}

/**
 * A compiler like {@link Compile} whose results may come later: that of a runtime that answers asynchronously, as those of
 * pages do. A call owns its arguments until its result is there; one that fails leaves them as they were. Calls are made
 * one after the other, each after the result of the one before.
 */
export interface AsyncCompile {
  <A extends Tree[], R extends Tree>(f: (...args: A) => R): Compiled<A, R | Promise<R>>;
  loop?: Compile["loop"];
  together?: Compile["together"];
}

/**
 * The engine's own compiler. Programs of float64 arrays keep all digits of the numbers among their arguments and in their
 * bodies; those of float32 round them, as the engine does.
 */
export const compileWithJit: Compile = <A extends Tree[], R extends Tree>(
  f: (...args: A) => R,
): Compiled<A, R> => {
  // The engine's types can't express "any tree"; the cast is confined to this line.
  const program = jit(f as never) as unknown as Compiled<A, R>;
  const call = (...args: A): R =>
    hasFloat64(args) ? withExactNumbers(() => program(...float64Numbers(args))) : program(...args);
  return Object.assign(call, { dispose: () => program.dispose() });
};
