import type { numpy as np } from "@jax-js/jax";
import { checkNumber, isArrayLike, rangeError, typeError } from "minimand/engine";
import { alongAxis } from "./along-axis.ts";

/**
 * Returns the matrix of first derivatives on a line: central differences inside, one-sided ones at the ends.
 *
 * `u'_i = (u_{i+1} - u_{i-1}) / (x_{i+1} - x_{i-1})`; exact for linear functions, inside an even grid for quadratic ones.
 *
 * @param coordinates n >= 2 numbers that rise; distances may differ
 * @returns `[n, n]`, row-major
 * @throws RangeError for fewer than two, or for coordinates that don't rise
 * @example
 * differenceMatrix([0, 1, 2]) // [-1, 1, 0, -0.5, 0, 0.5, 0, -1, 1]
 */
export function differenceMatrix(coordinates: ArrayLike<number>): Float64Array {
  const n = coordinates?.length;
  if (typeof n !== "number" || n < 2)
    throw rangeError("coordinates", "at least two numbers that rise", coordinates);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const [before, after] = [Math.max(0, i - 1), Math.min(n - 1, i + 1)];
    const distance = coordinates[after] - coordinates[before];
    if (!(coordinates[Math.min(n - 1, i + 1)] > coordinates[i] || i === n - 1) || !Number.isFinite(distance))
      throw rangeError("coordinates", "numbers that rise", coordinates[after]);
    matrix[i * n + after] += 1 / distance;
    matrix[i * n + before] -= 1 / distance;
  }
  return matrix;
}

/**
 * Returns the first derivative of a field along an axis by {@link differenceMatrix}; twice applied, the second one.
 *
 * @param u `[..., n, ...]`, consumed
 * @param coordinates of the n points
 * @param axis default the last; negative ones count from the end
 * @returns an array like `u`
 * @throws RangeError for an axis that the array doesn't have, for another number of coordinates, or for ones that don't rise
 * @example
 * finiteDifference(np.array([0, 1, 4, 9]), [0, 1, 2, 3]) // [1, 2, 4, 5]
 * @see Chalapathi, Du, Krishnapriyan 2024, arXiv 2402.13412
 */
export function finiteDifference(u: np.Array, coordinates: ArrayLike<number>, axis = -1): np.Array {
  if (!isArrayLike(u)) throw typeError("u", "a float array", u);
  checkNumber("axis", axis, { min: -u.ndim, below: u.ndim, integer: true });
  const n = u.shape.at(axis);
  if (coordinates?.length !== n) throw rangeError("coordinates", `${n} numbers that rise`, coordinates);
  return alongAxis(u, differenceMatrix(coordinates), axis);
}
