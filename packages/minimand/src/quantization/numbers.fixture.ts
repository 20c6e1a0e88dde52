import { numpy as np } from "@jax-js/jax";
import { normal, randomSource } from "../engine/random.ts";

/** Normal numbers of a seed. */
export function normals(count: number, seed: number): Float64Array<ArrayBuffer> {
  const draw = randomSource(seed);
  return Float64Array.from({ length: count }, () => normal(draw));
}

/** Float64 normal numbers of a shape. */
export function normalArray(shape: number[], seed: number): np.Array {
  return np.array(
    normals(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ),
    { shape },
  );
}
