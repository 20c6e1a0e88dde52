import { jit } from "@jax-js/jax";
import type { Tree } from "./tree.ts";

/** A compiled function: same call shape as the original. `dispose` frees what its programs hold. */
export type Compiled<A extends Tree[], R extends Tree> = ((...args: A) => R) & { dispose(): void };

/**
 * Turns a pure function of trees into a program for fixed shapes: the engine's `jit`, or another compiler of the
 * same shape. Numbers among the arguments are inputs of the program, so that new values need no new program.
 */
export type Compile = <A extends Tree[], R extends Tree>(f: (...args: A) => R) => Compiled<A, R>;

/** The engine's own compiler. The engine's types can't express "any tree"; the cast is confined to this line. */
export const compileWithJit: Compile = jit as unknown as Compile;
