import { numpy as np } from "@jax-js/jax";
import { checkChoice } from "../../engine/checks.ts";
import { checkMatrix, type Kappa, makeKappa, positive, safeDivide, zeroOf, zerosOf } from "./kappa.ts";

/** `V`, and singular values `[n]` in ascending order, of a matrix with no more rows than columns: `z z' = V s^2 V'`. */
function leftSingular(z: np.Array): { vectors: np.Array; values: np.Array } {
  const [squares, vectors] = np.linalg.eigh(np.matmul(z.ref, np.matrixTranspose(z)));
  return { vectors, values: np.sqrt(positive(squares)) };
}

/** Works on a matrix with no more rows than columns: on the transpose where it has more. */
function onWide(z: np.Array, f: (wide: np.Array) => np.Array): np.Array {
  checkMatrix("z", z);
  if (z.shape[0] <= z.shape[1]) return f(z);
  return np.matrixTranspose(f(np.matrixTranspose(z)));
}

/** Which singular values are not noise of the decomposition, which squares them. Consumes them. */
function isReal(values: np.Array): np.Array {
  const share = values.dtype === np.float64 ? 1e-7 : 1e-3;
  return values.ref.greater(np.max(values).mul(share));
}

/** Singular values; those that are noise are 0. */
function singularValues(z: np.Array): np.Array {
  checkMatrix("z", z);
  const wide = z.shape[0] <= z.shape[1] ? z : np.matrixTranspose(z);
  const { vectors, values } = leftSingular(wide);
  vectors.dispose();
  return np.where(isReal(values.ref), values, 0);
}

/** `V w V' z`, with weights made of the singular values. */
function reweighted(z: np.Array, weightsOf: (values: np.Array) => np.Array): np.Array {
  return onWide(z, (wide) => {
    const { vectors, values } = leftSingular(wide.ref);
    const weights = weightsOf(values);
    const left = vectors.ref.mul(weights);
    return np.matmul(left, np.matmul(np.matrixTranspose(vectors), wide));
  });
}

/**
 * `U V'` of `z = U S V'`, exactly: every singular value becomes 1, those that are 0 stay. Consumes the matrix.
 *
 * An eigendecomposition; it runs under `jit` and has no gradient.
 */
export function polarFactor(z: np.Array): np.Array {
  return reweighted(z, (values) => {
    const counts = isReal(values.ref);
    return np.where(counts.ref, np.reciprocal(np.where(counts, values, 1)), 0);
  });
}

const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * About `U V'` by `steps` of `X <- a X + b (X X') X + c (X X')^2 X` from `z / ||z||_F`: singular values end between 0.7 and
 * 1.2 unless they were tiny. Matrix products alone: any compiler and device can do it.
 *
 * @see Jordan et al. 2024, Muon, for the coefficients 3.4445, -4.7750, 2.0315
 */
export function newtonSchulz(z: np.Array, steps = 5): np.Array {
  return onWide(z, (wide) => {
    let x = safeDivide(wide.ref, frobenius(wide));
    for (let i = 0; i < steps; i++) {
      const gram = np.matmul(x.ref, np.matrixTranspose(x.ref));
      const inner = gram.ref.mul(b).add(np.matmul(gram.ref, gram).mul(c));
      x = x.ref.mul(a).add(np.matmul(inner, x));
    }
    return x;
  });
}

/** The root of the sum of squares, without overflow. */
export function frobenius(z: np.Array): np.Array {
  const largest = np.max(np.abs(z.ref));
  return np.sqrt(np.square(safeDivide(z, largest.ref)).sum()).mul(largest);
}

/**
 * For a matrix: `K` = the sum of its singular values, `grad K = U V'`. Weight decay lambda keeps the spectral norm at most
 * `1 / lambda`. With `newtonSchulz` and momentum this is Muon.
 *
 * @param options `method`: `svd` (default) is exact, and costs far more than a matrix product; `newtonSchulz` is five
 *   steps of matrix products, whose singular values lie between about 0.7 and 1.2, so that the spectral norm is only kept
 *   below about `1.2 / lambda`
 * @throws RangeError for arrays that are not matrices
 * @see Chen, Li, Liu 2025, arXiv 2506.15054
 */
export function nuclear({ method = "svd" }: { method?: "svd" | "newtonSchulz" } = {}): Kappa {
  checkChoice("method", method, ["svd", "newtonSchulz"]);
  return makeKappa({
    name: method === "svd" ? "nuclear" : "nuclear (Newton-Schulz)",
    value: (z) => singularValues(z).sum(),
    grad: (z) => (method === "svd" ? polarFactor(z) : newtonSchulz(z)),
    conjInside: zeroOf,
    conjGrad: zerosOf,
    violation: (y) => positive(np.max(singularValues(y)).sub(1)),
    even: true,
  });
}

/**
 * For a matrix: `K` = its largest singular value, `grad K = u v'` of that one. Weight decay lambda keeps the sum of
 * singular values at most `1 / lambda`: low rank.
 *
 * @throws RangeError for arrays that are not matrices
 */
export function spectral(): Kappa {
  return makeKappa({
    name: "spectral",
    value: (z) => np.max(singularValues(z)),
    grad: (z) =>
      reweighted(z, (values) => {
        const { size, dtype } = values;
        // Values ascend: the last is the largest.
        const last = np
          .arange(size)
          .equal(size - 1)
          .astype(dtype);
        return safeDivide(last, values);
      }),
    conjInside: zeroOf,
    conjGrad: zerosOf,
    violation: (y) => positive(singularValues(y).sum().sub(1)),
    even: true,
  });
}
