import { numpy as np } from "@jax-js/jax";

/** An array of float64 or, where the engine has no exact functions, of float32. */
export const arrayOf = (values: ArrayLike<number>, shape: number[], double = true): np.Array =>
  np.array(double ? Float64Array.from(values) : Float32Array.from(values), { shape });

/** Numbers without pattern, between -1 and 1. */
export const wave = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(1.7 * i * i + seed));

export const line = (n: number, to = 1): number[] => Array.from({ length: n }, (_, i) => (to * i) / (n - 1));

/** A field of times and places as numbers of an array `[1, times, places, size]`. */
export const tabulate = (
  times: readonly number[],
  places: readonly number[],
  functions: readonly ((t: number, x: number) => number)[],
): number[] => times.flatMap((t) => places.flatMap((x) => functions.map((f) => f(t, x))));

/** The largest distance of numbers. */
export const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
