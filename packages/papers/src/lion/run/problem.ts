import { derive, randomSource } from "minimand/engine";
import { normals } from "../../kit/normals.ts";
import type { Prox } from "./prox.ts";

/** The quadratic `x'Ax / 2 - b'x` in six dimensions, and a start far outside of every set of the table. */
export interface Problem {
  A: number[][];
  b: number[];
  start: number[];
  /** At least the largest eigenvalue of A. */
  smoothness: number;
}

const size = 6;

/** The problem of a seed: eigenvalues between 0.5 and a few, the free minimum about 2 in every coordinate. */
export function problemOf(seed: number): Problem {
  const normal = normals(randomSource(derive(seed, 31)));
  const G = Array.from({ length: size }, () => Array.from({ length: size }, normal));
  const A = G.map((row, i) =>
    G.map((other, j) => (i === j ? 0.5 : 0) + row.reduce((s, v, k) => s + v * other[k], 0) / size),
  );
  const target = Array.from({ length: size }, () => 2 * normal());
  return {
    A,
    b: times(A, target),
    start: Array.from({ length: size }, () => 6 * normal()),
    smoothness: Math.sqrt(A.flat().reduce((s, v) => s + v * v, 0)),
  };
}

function times(A: readonly (readonly number[])[], x: readonly number[]): number[] {
  return A.map((row) => row.reduce((s, v, j) => s + v * x[j], 0));
}

/** Proximal gradient descent: the minimum of the quadratic and a penalty. */
export function minimise({ A, b, smoothness }: Problem, prox: Prox, steps = 1200): number[] {
  let x = b.map(() => 0);
  for (let i = 0; i < steps; i++) {
    const g = times(A, x).map((v, j) => v - b[j]);
    const next = prox(
      x.map((v, j) => v - g[j] / smoothness),
      1 / smoothness,
    );
    const moved = Math.max(...next.map((v, j) => Math.abs(v - x[j])));
    x = next;
    if (moved < 1e-12) break;
  }
  return x;
}
