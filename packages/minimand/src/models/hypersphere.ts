import { rangeError } from "../engine/errors.ts";

/* Directions on the host, in double precision: which is where a handful of vectors are fastest, and exact. */

/** Embeddings divided by their norms. */
export interface Rows {
  vectors: number[][];
  count: number;
  features: number;
}

/** `x / ||x||`; a zero vector, NaN or infinity is an error that names what it was. */
export function directionOf(x: readonly number[], name: string): number[] {
  let largest = 0;
  for (const value of x) {
    if (!Number.isFinite(value)) throw rangeError(name, "finite numbers", value);
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) throw rangeError(name, "a vector with a direction", "zeros");
  const norm = Math.hypot(...x);
  return x.map((value) => value / norm);
}

/** Rows of `features` numbers as directions. */
export function rowsOf(values: ArrayLike<number>, count: number, features: number): Rows {
  const vectors = Array.from({ length: count }, (_, i) =>
    directionOf(
      Array.from({ length: features }, (_, k) => values[i * features + k]),
      `embeddings, row ${i}`,
    ),
  );
  return { vectors, count, features };
}

/**
 * The direction of a class: the normalised mean of the normalised embeddings of its examples. Means of directions, as long
 * embeddings would dominate otherwise.
 */
export function classPrototype({ vectors, count, features }: Rows, name: string): number[] {
  if (count === 0) throw rangeError(name, "at least one example", "none");
  const mean = Array.from({ length: features }, (_, k) => vectors.reduce((s, v) => s + v[k], 0) / count);
  // Opposite embeddings cancel but for rounding.
  if (mean.every((value) => Math.abs(value) < 1e-7))
    throw rangeError(name, "embeddings with a common direction", "a mean of zeros");
  return directionOf(mean, name);
}
