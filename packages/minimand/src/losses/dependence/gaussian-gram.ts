import { lax, numpy as np } from "@jax-js/jax";
import { checkNoNaN, checkParameter, checkShape } from "../../engine/checks.ts";
import { readOptions } from "../../engine/options.ts";
import type { Parameter } from "../../engine/parameter.ts";
import { operand } from "../operand.ts";
import { pairwiseSquaredDistances } from "../pairs/distances.ts";
import { checkGramSize, checkSample } from "./samples.ts";

/** Throws unless a kernel width is above 0. */
export const checkWidth = (argument: string, width: Parameter): void =>
  checkParameter(argument, width, { above: 0 });

/**
 * Squared distances of all rows, `[n, width], [m, width] -> [n, m]`, exact where both have a single column. Of more columns by one
 * matrix product, about the second sample's mean: far from 0 the squares would swallow the distances.
 */
function squaredDistances(a: np.Array, b: np.Array): np.Array {
  const [n, m] = [a.shape[0], b.shape[0]];
  if (a.shape[1] === 1) return np.square(a.reshape([n, 1]).sub(b.reshape([1, m])));
  const center = lax.stopGradient(np.mean(b.ref, 0, { keepdims: true }));
  return pairwiseSquaredDistances(a.sub(center.ref), b.sub(center));
}

/** Logarithms of the Gaussian kernel, `-|a_i - b_j|^2 / (2 sigma^2)`, `[n, m]`. */
export function logGram(a: np.Array, b: np.Array, sigma: Parameter): np.Array {
  const squares = squaredDistances(a, b);
  const s = operand(sigma, squares);
  return typeof s === "number" ? squares.mul(-0.5 / s ** 2) : squares.div(np.square(s).mul(-2));
}

/** The Gram matrix of a sample with itself, `[n, n]`. */
export const gramOf = (x: np.Array, sigma: Parameter): np.Array => np.exp(logGram(x.ref, x, sigma));

/**
 * The Gram matrix of a Gaussian kernel: how alike the rows of two samples are.
 *
 * `K_ij = exp(-|a_i - b_j|^2 / (2 sigma^2))`, in (0, 1]; without the factor of a density, which cancels in all that is made of it
 *
 * @param a float `[n, width]`
 * @param b float `[m, width]`
 * @param options `sigma` > 0, default 1: the width of the kernel
 * @returns `[n, m]`; takes O(n m) memory
 * @throws TypeError, RangeError for wrong dtypes and shapes, one-dimensional arrays among them, NaN (outside of tracing only), `sigma` <= 0,
 *   and more than 4096 rows, with the bytes that their matrix would take
 * @example
 * gaussianGram(np.array([[0], [1]]), np.array([[0], [3]])) // [[1, 0.0111], [0.6065, 0.1353]]
 * @see Yu et al. 2024, arXiv 2404.17951, section 3.1
 */
export function gaussianGram(a: np.Array, b: np.Array, options: { sigma?: Parameter } = {}): np.Array {
  const { sigma } = readOptions("gaussianGram", options, { sigma: [1] });
  checkWidth("sigma", sigma);
  checkSample("a", a, undefined);
  checkSample("b", b, undefined);
  checkShape("b", b, [b.shape[0], a.shape[1]]);
  checkGramSize("a", a, b.shape[0]);
  return np.exp(logGram(a, b, sigma));
}

/**
 * The median rule for the width of a Gaussian kernel: the root of the median of the squared distances between the rows.
 *
 * `sqrt(median_{i < j} |x_i - x_j|^2)`, of two in the middle their mean. Computed on the host; consumes x.
 *
 * @param x float `[batch, width]`, not traced
 * @returns a number, 0 where more than half of the pairs are equal rows: no width then
 * @throws TypeError, RangeError as {@link gaussianGram}
 * @example
 * medianHeuristic(np.array([[0], [1], [3]])) // 2
 * @see Gretton et al. 2012, A kernel two-sample test, section 8
 */
export function medianHeuristic(x: np.Array): number {
  checkSample("x", x, undefined);
  checkGramSize("x", x);
  checkNoNaN("x", x);
  const [rows, width] = x.shape;
  const values = x.dataSync();
  const squares = new Float64Array((rows * (rows - 1)) / 2);
  let next = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let k = 0; k < width; k++) square += (values[i * width + k] - values[j * width + k]) ** 2;
      squares[next++] = square;
    }
  }
  squares.sort();
  const half = squares.length >> 1;
  return Math.sqrt(squares.length % 2 === 1 ? squares[half] : (squares[half - 1] + squares[half]) / 2);
}
