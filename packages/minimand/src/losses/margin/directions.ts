import { numpy as np } from "@jax-js/jax";
import { checkFloatArray, checkShape, peek, rangeError } from "../../engine/checks.ts";
import { unitNorm } from "../../engine/numerics.ts";

/** Euclidean norms of the rows, `[batch, features] -> [batch]`; the gradient at a zero row is 0. */
export function rowNorms(x: np.Array): np.Array {
  return np.sqrt(np.maximum(np.square(x).sum(-1), 1e-24));
}

/**
 * Divides the vectors along one axis by their Euclidean norms: the constraint `||w_j|| = 1` after an optimizer step, and
 * embeddings of unit norm before a loss of distances.
 *
 * `w_j / ||w_j||`
 *
 * @param weights float, `[features, classes]` for the columns (axis 0), `[batch, features]` for rows (axis 1)
 * @param axis of the entries of one vector, default 0
 * @returns an array of the same shape; differentiable, also where a traced vector is zero (it stays zero)
 * @throws RangeError for a zero vector, which has no direction, and for NaN (values are checked outside of tracing only)
 * @example
 * projectUnitNorm(np.array([[3, 0], [4, 2]])) // [[0.6, 0], [0.8, 1]]
 * @see Pereira et al. 2021, arXiv 2102.03243, section 3
 */
export function projectUnitNorm(weights: np.Array, axis = 0): np.Array {
  checkFloatArray("weights", weights, 2, "[features, classes]");
  if (axis !== 0 && axis !== 1 && axis !== -1) throw rangeError("axis", "0, 1 or -1", axis);
  checkDirections("weights", weights, axis === 0 ? "columns" : "rows");
  return unitNorm(weights, axis);
}

/** Throws where a row or column that can be looked at is zero or not finite; rows for which `skip` is true are passed over. */
function checkDirections(
  argument: string,
  x: np.Array,
  vectors: "rows" | "columns",
  skip: (row: number) => boolean = () => false,
): void {
  const values = peek(x);
  if (values === null) return;
  const [rows, columns] = x.shape;
  const [count, length] = vectors === "rows" ? [rows, columns] : [columns, rows];
  for (let k = 0; k < count; k++) {
    if (vectors === "rows" && skip(k)) continue;
    let largest = 0;
    for (let j = 0; j < length; j++) {
      const value = values[vectors === "rows" ? k * columns + j : j * columns + k];
      if (!Number.isFinite(value))
        throw rangeError(`${argument}, ${vectors.slice(0, -1)} ${k}`, "finite numbers", value);
      largest = Math.max(largest, Math.abs(value));
    }
    if (largest === 0)
      throw rangeError(`${argument}, ${vectors.slice(0, -1)} ${k}`, "a vector with a direction", "zeros");
  }
}

/**
 * Cosines between embeddings and class centres.
 *
 * `c_ij = <e_i, w_j> / (||e_i|| ||w_j||)`
 *
 * @param embeddings float `[batch, features]`
 * @param centers float `[features, classes]`
 * @returns `[batch, classes]`, up to rounding in [-1, 1]
 * @throws TypeError, RangeError for wrong dtypes and shapes, and for zero or NaN vectors (values are checked outside of
 * tracing only)
 * @example
 * cosineSimilarity(np.array([[3, 4]]), np.array([[2, 0], [0, 1]])) // [[0.6, 0.8]]
 */
export function cosineSimilarity(embeddings: np.Array, centers: np.Array): np.Array {
  checkEmbeddings(embeddings, centers);
  return np.matmul(unitNorm(embeddings, 1), unitNorm(centers, 0));
}

/** Shapes, dtypes and (where they can be looked at) directions of embeddings and centres. */
export function checkEmbeddings(
  embeddings: np.Array,
  centers: np.Array,
  skip?: (row: number) => boolean,
): void {
  checkFloatArray("embeddings", embeddings, 2, "[batch, features]");
  checkFloatArray("centers", centers, 2, "[features, classes]");
  const [features, classes] = [embeddings.shape[1], centers.shape[1]];
  if (features < 1) throw rangeError("embeddings", "at least 1 feature", embeddings);
  if (classes < 2) throw rangeError("centers", "at least 2 classes", centers);
  checkShape("centers", centers, [features, classes]);
  checkDirections("embeddings", embeddings, "rows", skip);
  checkDirections("centers", centers, "columns");
}
