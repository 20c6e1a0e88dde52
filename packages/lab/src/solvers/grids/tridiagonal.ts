import { rangeError } from "minimand/engine";

/**
 * Returns the solution of `lower_i x_{i-1} + diagonal_i x_i + upper_i x_{i+1} = right_i` by elimination without pivots, in O(n): stable
 * where the diagonal outweighs the others in each row.
 *
 * @param lower of which the first entry isn't read
 * @param upper of which the last entry isn't read
 * @returns `[n]`
 * @throws RangeError for lists of different lengths, and where a pivot is 0
 * @example
 * solveTridiagonal([0, -1, -1], [2, 2, 2], [-1, -1, 0], [1, 0, 1]) // [1, 1, 1]
 * @see Thomas 1949
 */
export function solveTridiagonal(
  lower: ArrayLike<number>,
  diagonal: ArrayLike<number>,
  upper: ArrayLike<number>,
  right: ArrayLike<number>,
): Float64Array {
  const n = diagonal.length;
  const lists = { lower, upper, right };
  for (const [name, list] of Object.entries(lists))
    if (list?.length !== n) throw rangeError(name, `${n} numbers`, list);
  const above = new Float64Array(n);
  const x = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const pivot = diagonal[i] - (i > 0 ? lower[i] * above[i - 1] : 0);
    if (pivot === 0) throw rangeError(`diagonal[${i}]`, "a pivot other than 0", pivot);
    above[i] = upper[i] / pivot;
    x[i] = (right[i] - (i > 0 ? lower[i] * x[i - 1] : 0)) / pivot;
  }
  for (let i = n - 2; i >= 0; i--) x[i] -= above[i] * x[i + 1];
  return x;
}
