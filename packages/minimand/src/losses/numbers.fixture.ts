import type { numpy as np } from "@jax-js/jax";
import { expect } from "vitest";

/** The numbers of an array. Consumes it. */
export const numbers = (x: np.Array): number[] => [...(x.dataSync() as Float32Array)];

/** Expects numbers to be as many as others, and each within `tolerance (1 + |expected|)` of its own. */
export const closeTo =
  (usual: number) =>
  (actual: readonly number[], expected: readonly number[], tolerance = usual): void => {
    expect(actual.length).toBe(expected.length);
    actual.forEach((v, i) => {
      expect(Math.abs(v - expected[i]), `${v} and ${expected[i]}`).toBeLessThanOrEqual(
        tolerance * (1 + Math.abs(expected[i])),
      );
    });
  };
